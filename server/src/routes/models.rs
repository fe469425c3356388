//! `/api/models`: what can be loaded, what is, and loading and unloading it. `/api/memory`: what models may take.

use super::{App, blocking};
use crate::body::JsonBody;
use crate::catalog::Fingerprints;
use crate::engine::Resident;
use crate::error::AppError;
use crate::memory;
use crate::work::{Planned, model_key};
use axum::Json;
use axum::extract::State;
use model::wire::{
    ApiError, LoadedModel, Memory, ModelListing, ModelRequest, RunAccepted, Unloaded, Variant,
};
use std::sync::Arc;

/// List the models an experiment can name
///
/// With what of each is in memory. A fingerprint is empty until it was needed: it reads every file whole.
#[utoipa::path(get, path = "/api/models", responses((status = 200, body = Vec<ModelListing>)))]
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<Vec<ModelListing>>, AppError> {
    let listed = blocking(move || {
        let mut models = app.catalog.list(&app.device, Fingerprints::Known);
        let residents = app.runs.models();
        for model in &mut models {
            model.loaded = loaded(model, &residents);
        }
        Ok(models)
    });
    listed.await.map(Json)
}

fn loaded(model: &ModelListing, residents: &[Resident]) -> Vec<LoadedModel> {
    let Some(info) = &model.info else { return Vec::new() };
    let of = |variant: Variant| {
        let key = model_key(&info.fingerprint, variant);
        let resident = residents.iter().find(|resident| resident.key == key)?;
        let (state, bytes, in_use) = (resident.stage, resident.bytes, resident.is_used());
        let Variant { processing, precision } = variant;
        Some(LoadedModel { processing, precision, state, bytes, in_use })
    };
    Variant::all().filter_map(of).collect()
}

/// Load a model
///
/// Downloads it where it is on the hub and not here yet, and loads it. This is a run without figures: its events are at
/// `/api/runs/{id}/events`, it ends when its last ticket is given back, and no result is kept. Loading a model that is
/// loaded is done at once. Where there is no room, the least recently used models go.
#[utoipa::path(post, path = "/api/models/load", request_body = ModelRequest, responses(
    (status = 200, body = RunAccepted),
    (status = 400, body = ApiError),
    (status = 422, description = "a model that cannot be loaded, or is larger than the memory", body = ApiError),
    (status = 503, body = ApiError),
))]
pub(super) async fn load(
    State(app): State<Arc<App>>,
    JsonBody(request): JsonBody<ModelRequest>,
) -> Result<Json<RunAccepted>, AppError> {
    let opener = app.clone();
    let loading = blocking(move || {
        let opened = opener.catalog.open(&request.model)?;
        memory::check(&opened.checkpoint, opener.model_budget)?;
        let (processing, precision) =
            (request.processing.unwrap_or_default(), request.precision.unwrap_or_default());
        Ok(Planned::only_load(opened, Variant { processing, precision }, &opener.device)?)
    });
    app.runs.submit(loading.await?).await.map(Json)
}

/// Unload a model
///
/// Lets it go from memory. Where a run still works with it, its memory is free once that run has ended. Unloading what
/// is not loaded frees nothing.
#[utoipa::path(post, path = "/api/models/unload", request_body = ModelRequest, responses(
    (status = 200, body = Unloaded),
    (status = 400, body = ApiError),
    (status = 404, description = "no such model", body = ApiError),
))]
pub(super) async fn unload(
    State(app): State<Arc<App>>,
    JsonBody(ModelRequest { model, processing, precision }): JsonBody<ModelRequest>,
) -> Result<Json<Unloaded>, AppError> {
    let lister = app.clone();
    let models = blocking(move || Ok(lister.catalog.list(&lister.device, Fingerprints::Known))).await?;
    let listing = models.into_iter().find(|listing| listing.name == model);
    let listing = listing.ok_or_else(|| {
        AppError::NotFound(format!("there is no model `{model}` here; GET /api/models lists them"))
    })?;
    let mut unloaded = Unloaded::default();
    let Some(info) = listing.info else { return Ok(Json(unloaded)) };
    let wanted = |variant: &Variant| {
        processing.is_none_or(|wanted| wanted == variant.processing)
            && precision.is_none_or(|wanted| wanted == variant.precision)
    };
    for which in Variant::all().filter(wanted) {
        if let Some((bytes, in_use)) = app.runs.unload(model_key(&info.fingerprint, which)).await? {
            unloaded.bytes += bytes;
            unloaded.in_use |= in_use;
        }
    }
    Ok(Json(unloaded))
}

/// Say how much memory models may take, and take
#[utoipa::path(get, path = "/api/memory", responses((status = 200, body = Memory)))]
pub(super) async fn memory(State(app): State<Arc<App>>) -> Json<Memory> {
    let residents = app.runs.models();
    let in_memory = residents.iter().filter(|resident| resident.is_loaded());
    let used_bytes = in_memory.map(|resident| resident.bytes).sum();
    Json(Memory { budget_bytes: app.model_budget, used_bytes })
}
