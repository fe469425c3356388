//! The page, embedded in a release and read from `dist/` otherwise.

use axum::Router;
use axum::extract::Request;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use memory_serve::CacheControl;

/// Digits of the content hash that Trunk puts into a file's name, as in `app-1f0c3e5a7b9d2468.js`.
const HASH_DIGITS: usize = 16;

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

/// A file named by its content never changes: browsers need not ask again.
async fn cache_hashed_names(request: Request, next: Next) -> Response {
    let hashed = is_hashed(request.uri().path());
    let mut response = next.run(request).await;
    if hashed && matches!(response.status(), StatusCode::OK | StatusCode::NOT_MODIFIED) {
        let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
        response.headers_mut().insert(CACHE_CONTROL, forever);
    }
    response
}

fn is_hashed(path: &str) -> bool {
    // the id of a result in a link is hexadecimal too, but has no extension
    let Some((name, _extension)) = path.rsplit('/').next().unwrap_or_default().rsplit_once('.') else {
        return false;
    };
    name.split(['-', '.', '_']).any(|part| {
        part.len() == HASH_DIGITS && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_content_are_told_from_others() {
        for (path, expected) in [
            ("/app-1f0c3e5a7b9d2468.js", true),
            ("/app-1f0c3e5a7b9d2468_bg.wasm", true),
            ("/index.html", false),
            ("/plotly-3.7.0.min.js", false),
            ("/r/1f0c3e5a7b9d2468", false),
        ] {
            assert_eq!(is_hashed(path), expected, "{path}");
        }
    }
}
