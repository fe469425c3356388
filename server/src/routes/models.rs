//! `/api/models`: what can be loaded.

use super::{App, blocking};
use crate::error::AppError;
use axum::Json;
use axum::extract::State;
use model::wire::ModelListing;
use std::sync::Arc;

/// List the models an experiment can name
#[utoipa::path(get, path = "/api/models", responses((status = 200, body = Vec<ModelListing>)))]
pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<Vec<ModelListing>>, AppError> {
    blocking(move || Ok(app.catalog.list(&app.device))).await.map(Json)
}
