//! `/healthz` and `/metrics`, for those who keep it running.

use super::App;
use crate::error::AppError;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use std::sync::Arc;

/// Say whether the engine and the store answer
#[utoipa::path(get, path = "/healthz", responses((status = 200, body = String), (status = 500)))]
pub(super) async fn health(State(app): State<Arc<App>>) -> Result<&'static str, AppError> {
    app.store.contains("").await?;
    if !app.runs.is_healthy() {
        return Err(AppError::Internal("the engine's thread has ended".to_owned()));
    }
    Ok("ok\n")
}

/// The process's metrics, as Prometheus reads them.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], app.metrics.render())
}
