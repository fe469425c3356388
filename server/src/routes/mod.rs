//! The HTTP interface: one file a resource. Handlers only translate between HTTP and what the other modules do.

mod check;
mod docs;
mod examples;
mod exports;
mod health;
mod models;
mod openapi;
mod prompts;
mod results;
mod runs;
mod sets;

use crate::catalog::Catalog;
use crate::error::AppError;
use crate::runs::Runs;
use crate::store::ResultStore;
use crate::work::Planned;
use crate::{guard, page, telemetry};
use axum::Router;
use axum::extract::FromRequestParts;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::any;
use metrics_exporter_prometheus::PrometheusHandle;
use model::{Device, Limits};
use std::sync::Arc;
use std::time::Duration;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

/// Experiments that are read and planned at once; more wait for their turn.
const PLANNED_AT_ONCE: usize = 8;

/// Longest pause of a client in the middle of sending its body.
const BODY_PAUSE: Duration = Duration::from_secs(30);

/// What the handlers share.
pub struct App {
    /// The models.
    pub catalog: Catalog,
    /// What an experiment may ask for.
    pub limits: Limits,
    /// Where models run.
    pub device: Device,
    /// Bytes that loaded models may take together.
    pub model_budget: u64,
    /// The runs.
    pub runs: Runs<Planned>,
    /// The finished ones.
    pub store: Arc<dyn ResultStore>,
    /// The process's metrics.
    pub metrics: PrometheusHandle,
}

/// The whole application. `loopback` says that it is bound to a loopback address.
pub fn app(app: Arc<App>, loopback: bool) -> Router {
    let (experiments, _) = openapi::planning().split_for_parts();
    let experiments = experiments
        .layer(GlobalConcurrencyLimitLayer::new(PLANNED_AT_ONCE))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE));
    let (api, _) = openapi::rest().split_for_parts();
    let mut router = Router::new()
        .merge(experiments)
        .merge(api)
        .route("/metrics", axum::routing::get(health::metrics))
        .route("/api/openapi.json", axum::routing::get(openapi::document))
        .route("/api", any(unknown_api))
        .route("/api/", any(unknown_api))
        .route("/api/{*rest}", any(unknown_api))
        .method_not_allowed_fallback(async || AppError::MethodNotAllowed)
        .with_state(app)
        .merge(docs::router())
        .merge(page::router())
        .layer(CsrfLayer::new().with_rejection_response(|_| from_another_site().into_response()));
    if loopback {
        router = router.layer(middleware::from_fn(guard::only_loopback_names));
    }
    router.layer(middleware::from_fn(guard::secure)).layer(middleware::from_fn(telemetry::log_answer))
}

fn from_another_site() -> AppError {
    AppError::Forbidden(
        "this request comes from a page of another site; only hooklens's own page and programs may ask",
    )
}

async fn unknown_api() -> AppError {
    AppError::NotFound("there is nothing at this address; /api/openapi.json lists what there is".to_owned())
}

/// Path parameters whose mistakes are answered like all others.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(AppError))]
struct Path<T>(T);

/// Query parameters whose mistakes are answered like all others.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(AppError))]
struct Query<T>(T);

/// Runs a piece that reads files or computes, where it may block.
async fn blocking<T: Send + 'static>(
    piece: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let outcome = tokio::task::spawn_blocking(piece).await;
    outcome.unwrap_or_else(|panic| Err(AppError::Internal(panic.to_string())))
}
