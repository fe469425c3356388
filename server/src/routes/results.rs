//! `/api/results`: what finished.

use super::{App, Path};
use crate::error::AppError;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use model::wire::{ApiError, StoredResult};
use std::sync::Arc;
use tower::ServiceExt;
use tower_http::services::ServeFile;

/// Get the result of a finished run
#[utoipa::path(get, path = "/api/results/{id}", params(("id" = String, Path)), responses(
    (status = 200, body = StoredResult), (status = 404, body = ApiError),
))]
pub(super) async fn result(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<StoredResult>, AppError> {
    find(&app, &id).await.map(Json)
}

/// Download the activations of a finished run
///
/// Of kind `activations` only: a safetensors file with one f32 tensor a prompt and site, `<prompt>/<site>`.
#[utoipa::path(get, path = "/api/results/{id}/activations.safetensors", params(("id" = String, Path)), responses(
    (status = 200, body = Vec<u8>, content_type = "application/octet-stream"), (status = 404, body = ApiError),
))]
pub(super) async fn activations(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, AppError> {
    // only a stored id becomes a part of a path
    let kind = find(&app, &id).await?.experiment.analysis.kind();
    let path = app.store.files().path(&id);
    if !path.is_file() {
        return Err(AppError::NotFound(format!(
            "the result {id} has no such file: its kind is `{kind}`, or someone removed it from the data folder"
        )));
    }
    let Ok(file) = ServeFile::new(path).oneshot(request).await;
    let mut response = file.into_response();
    let name = format!("attachment; filename=\"activations-{id}.safetensors\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// The stored result of an id.
pub(super) async fn find(app: &App, id: &str) -> Result<StoredResult, AppError> {
    match app.store.get(id).await? {
        Some(result) => Ok(result),
        None if app.runs.is_live(id) => Err(AppError::NotFound(format!(
            "the run {id} is not finished; follow it at /api/runs/{id}/events"
        ))),
        None => Err(AppError::no_run(id)),
    }
}
