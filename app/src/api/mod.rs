//! Everything the page says to the server: the public HTTP interface, nothing that a script could not use.

mod http;
mod stream;

pub use http::{Abort, Watch};
pub use stream::{Notice, follow};

use http::{Method, request, request_json};
use model::wire::{
    ApiError, Checked, Example, Experiment, Memory, ModelListing, ModelRequest, PromptFile, RunAccepted,
    RunDescription, SetListing,
};

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

/// Prompts out of a file (`csv`, `jsonl`, `parquet`), with what is wrong with which row.
pub async fn read_prompts(file: wasm_bindgen::JsValue, format: &str) -> Result<PromptFile, ApiError> {
    let path = format!("/api/prompts?format={format}");
    http::send_file(&path, file, &Watch::never()).await
}

/// What loaded models take.
pub async fn memory() -> Result<Memory, ApiError> {
    request_json(Method::Get, "/api/memory", None, &Watch::never()).await
}

/// Begins to load a model; how far it is stands in [`models`].
pub async fn load(model: &str) -> Result<(), ApiError> {
    let accepted: RunAccepted =
        request_json(Method::Post, "/api/models/load", Some(model_request(model)), &Watch::never()).await?;
    drop(accepted);
    Ok(())
}

/// Frees a model's memory, at the latest when no run works with it any more.
pub async fn unload(model: &str) -> Result<(), ApiError> {
    let body = Some(model_request(model));
    request(Method::Post, "/api/models/unload", None, body, &Watch::never()).await.map(drop)
}

fn model_request(model: &str) -> String {
    let request = ModelRequest { model: model.to_owned(), processing: None, precision: None };
    serde_json::to_string(&request).unwrap_or_default()
}

/// The built-in prompt sets.
pub async fn sets() -> Result<Vec<SetListing>, ApiError> {
    request_json(Method::Get, "/api/sets", None, &Watch::never()).await
}

/// Questions whose results are there already.
pub async fn examples() -> Result<Vec<Example>, ApiError> {
    request_json(Method::Get, "/api/examples", None, &Watch::never()).await
}

/// The experiment as it would run, and what keeps it from running.
pub async fn check(experiment: &Experiment, watch: &Watch) -> Result<Checked, ApiError> {
    request_json(Method::Post, "/api/check", Some(body(experiment)), watch).await
}

/// Hands in an experiment.
pub async fn submit(experiment: &Experiment, watch: &Watch) -> Result<RunAccepted, ApiError> {
    request_json(Method::Post, "/api/runs", Some(body(experiment)), watch).await
}

/// What a run computes, under way or finished.
pub async fn describe(id: &str, watch: &Watch) -> Result<RunDescription, ApiError> {
    request_json(Method::Get, &format!("/api/runs/{id}"), None, watch).await
}

/// What stands at an address of the interface, as text.
pub async fn text(address: &str) -> Result<String, ApiError> {
    http::request_text(address, &Watch::never()).await
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
