//! Logs and metrics.

use crate::error::AppError;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::io::{self, IsTerminal};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tracing_subscriber::EnvFilter;

/// How often collected histograms are folded together, so that they do not grow.
const UPKEEP: Duration = Duration::from_secs(5);

/// Writes the log to standard error; `RUST_LOG` says how much.
pub fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,memory_serve=warn,sqlx=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
}

/// The process's metrics. The first call makes them and must be inside a tokio runtime.
pub fn metrics() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    let handle = HANDLE.get_or_init(|| {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder is installed; /metrics stays empty");
        }
        handle
    });
    handle.clone()
}

/// Folds collected histograms together, for as long as it is polled.
pub async fn keep_up(handle: PrometheusHandle) {
    let mut interval = tokio::time::interval(UPKEEP);
    loop {
        interval.tick().await;
        handle.run_upkeep();
    }
}

/// Logs every answer once, an error with what it is about, and counts it.
pub async fn log_answer(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let began = Instant::now();
    let response = next.run(request).await;
    let (status, ms) = (response.status().as_u16(), began.elapsed().as_secs_f64() * 1e3);
    let error = response.extensions().get::<Arc<AppError>>();
    match error {
        Some(error) if response.status().is_server_error() => {
            tracing::error!(%method, path, status, ms, "{error}");
        }
        Some(error) => tracing::info!(%method, path, status, ms, "{error}"),
        None => tracing::debug!(%method, path, status, ms),
    }
    metrics::counter!("hooklens_answers_total", "status" => status.to_string()).increment(1);
    response
}
