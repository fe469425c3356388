//! The page, embedded in a release and read from `dist/` otherwise.

use axum::Router;
use axum::extract::Request;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use memory_serve::CacheControl;

/// Folders below this are named by their contents: `/assets/1f0c3e5a7b9d2468/style.css`.
const NAMED_BY_CONTENT: &str = "/assets/";

/// Serves the page's files, its index at `/` and at the links to results, and nothing else.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    memory_serve::load!()
        .index_file(Some("/index.html"))
        .add_alias("/r/{id}", "/index.html")
        .html_cache_control(CacheControl::NoCache)
        .cache_control(CacheControl::NoCache)
        .into_router()
        .layer(middleware::from_fn(cache_hashed_names))
}

/// A file in a folder that is named by its contents never changes: browsers need not ask again.
async fn cache_hashed_names(request: Request, next: Next) -> Response {
    let hashed = request.uri().path().starts_with(NAMED_BY_CONTENT);
    let mut response = next.run(request).await;
    if hashed && matches!(response.status(), StatusCode::OK | StatusCode::NOT_MODIFIED) {
        let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
        response.headers_mut().insert(CACHE_CONTROL, forever);
    }
    response
}
