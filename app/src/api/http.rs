//! One request with `fetch`: how it is made, given up, and what its failures are called.

use super::{ABORTED, UNREACHABLE};
use crate::json;
use leptos::prelude::window;
use model::wire::ApiError;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, Headers, RequestInit, Response};

/// The methods of the interface.
#[derive(Clone, Copy)]
pub(super) enum Method {
    /// Reads.
    Get,
    /// Hands in.
    Post,
    /// Gives up.
    Delete,
}

/// Owns requests: dropping it gives them up.
pub struct Abort(Option<AbortController>);

/// What a request carries to hear that its [`Abort`] is gone.
#[derive(Clone)]
pub struct Watch(Option<AbortSignal>);

impl Abort {
    /// An owner of the requests that carry its [`Abort::watch`].
    pub fn new() -> Self {
        Self(AbortController::new().ok())
    }

    /// For a request to carry.
    pub fn watch(&self) -> Watch {
        Watch(self.0.as_ref().map(AbortController::signal))
    }
}

impl Default for Abort {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Abort {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

impl Watch {
    /// For a request that nobody gives up.
    pub fn never() -> Self {
        Self(None)
    }

    /// Whether the owner is gone.
    pub fn is_aborted(&self) -> bool {
        self.0.as_ref().is_some_and(AbortSignal::aborted)
    }

    /// The error of a request that failed in the browser rather than by the server's word.
    pub(super) fn failure(&self, reason: &JsValue) -> ApiError {
        if self.is_aborted() {
            return error(ABORTED, "given up");
        }
        let reason = reason.dyn_ref::<js_sys::Error>().map(|e| String::from(e.message())).unwrap_or_default();
        error(UNREACHABLE, &format!("the server cannot be reached ({reason})"))
    }
}

/// Sends a request and gives back the answer once its head is there; an answer that is not a success is an error.
pub(super) async fn request(
    method: Method,
    path: &str,
    accept: Option<&str>,
    body: Option<String>,
    watch: &Watch,
) -> Result<Response, ApiError> {
    send(method, path, accept, body.map(|body| ("application/json", JsValue::from(body))), watch).await
}

/// [`request`] with a body of any type.
async fn send(
    method: Method,
    path: &str,
    accept: Option<&str>,
    body: Option<(&str, JsValue)>,
    watch: &Watch,
) -> Result<Response, ApiError> {
    let fail = |reason: JsValue| watch.failure(&reason);
    let headers = Headers::new().map_err(fail)?;
    headers.set("accept", accept.unwrap_or("application/json")).map_err(fail)?;
    let init = RequestInit::new();
    init.set_method(match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Delete => "DELETE",
    });
    if let Some((media_type, body)) = body {
        headers.set("content-type", media_type).map_err(fail)?;
        init.set_body(&body);
    }
    init.set_headers(&headers);
    init.set_signal(watch.0.as_ref());
    let answer = JsFuture::from(window().fetch_with_str_and_init(path, &init)).await.map_err(fail)?;
    let response: Response = answer.unchecked_into();
    if response.ok() { Ok(response) } else { Err(refusal(&response, watch).await) }
}

/// Sends a request whose answer is JSON.
pub(super) async fn request_json<T: DeserializeOwned>(
    method: Method,
    path: &str,
    body: Option<String>,
    watch: &Watch,
) -> Result<T, ApiError> {
    let response = request(method, path, None, body, watch).await?;
    read_json(path, &response, watch).await
}

/// Sends a file; the answer is JSON.
pub(super) async fn send_file<T: DeserializeOwned>(
    path: &str,
    file: JsValue,
    watch: &Watch,
) -> Result<T, ApiError> {
    let body = Some(("application/octet-stream", file));
    let response = send(Method::Post, path, None, body, watch).await?;
    read_json(path, &response, watch).await
}

async fn read_json<T: DeserializeOwned>(
    path: &str,
    response: &Response,
    watch: &Watch,
) -> Result<T, ApiError> {
    let text = text(response, watch).await?;
    json::read(&text)
        .map_err(|e| error("bad_answer", &format!("the answer to {path} is not what this page expects: {e}")))
}

/// Asks for an answer that is text.
pub(super) async fn request_text(path: &str, watch: &Watch) -> Result<String, ApiError> {
    text(&request(Method::Get, path, Some("*/*"), None, watch).await?, watch).await
}

/// What the server says against a request. An answer that is not its own (of a proxy, say) is named by its status.
async fn refusal(response: &Response, watch: &Watch) -> ApiError {
    let text = text(response, watch).await.unwrap_or_default();
    json::read(&text).unwrap_or_else(|_| {
        error(UNREACHABLE, &format!("the server answered {} {}", response.status(), response.status_text()))
    })
}

async fn text(response: &Response, watch: &Watch) -> Result<String, ApiError> {
    let fail = |reason: JsValue| watch.failure(&reason);
    let text = JsFuture::from(response.text().map_err(fail)?).await.map_err(fail)?;
    Ok(text.as_string().unwrap_or_default())
}

pub(super) fn error(code: &str, message: &str) -> ApiError {
    ApiError { code: code.to_owned(), message: message.to_owned(), problems: Vec::new() }
}
