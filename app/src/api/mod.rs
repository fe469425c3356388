//! Everything the page says to the server: the public HTTP interface, nothing that a script could not use.

mod http;
mod stream;

pub use http::{Abort, Watch};
pub use stream::{Notice, follow};

use http::{Method, request, request_json};
use model::wire::{ApiError, Checked, Experiment, ModelListing, RunAccepted, SetListing, StoredResult};

/// The code of an error that is not the server's word: the request did not reach it, or no answer came back.
pub const UNREACHABLE: &str = "unreachable";
/// The code of a request that the page itself gave up.
pub const ABORTED: &str = "aborted";
/// The server's code for an id it does not have.
pub const NOT_FOUND: &str = "not_found";

/// What can be loaded.
pub async fn models() -> Result<Vec<ModelListing>, ApiError> {
    request_json(Method::Get, "/api/models", None, &Watch::never()).await
}

/// The built-in prompt sets.
pub async fn sets() -> Result<Vec<SetListing>, ApiError> {
    request_json(Method::Get, "/api/sets", None, &Watch::never()).await
}

/// The experiment as it would run, and what keeps it from running.
pub async fn check(experiment: &Experiment, watch: &Watch) -> Result<Checked, ApiError> {
    request_json(Method::Post, "/api/check", Some(body(experiment)), watch).await
}

/// Hands in an experiment.
pub async fn submit(experiment: &Experiment, watch: &Watch) -> Result<RunAccepted, ApiError> {
    request_json(Method::Post, "/api/runs", Some(body(experiment)), watch).await
}

/// A finished run.
pub async fn result(id: &str, watch: &Watch) -> Result<StoredResult, ApiError> {
    request_json(Method::Get, &format!("/api/results/{id}"), None, watch).await
}

/// Gives up the interest in a run. That the server cannot be reached is of no consequence: it notices.
pub async fn give_up(id: &str, ticket: &str) {
    let path = format!("/api/runs/{id}?ticket={ticket}");
    let _ = request(Method::Delete, &path, None, None, &Watch::never()).await;
}

/// An error of the connection, in these words.
pub fn unreachable(message: &str) -> ApiError {
    http::error(UNREACHABLE, message)
}

fn body(experiment: &Experiment) -> String {
    serde_json::to_string(experiment).unwrap_or_default()
}
