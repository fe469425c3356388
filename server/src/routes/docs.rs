//! `/docs/`: the documentation.

use super::Path;
use crate::docs;
use crate::error::AppError;
use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse, Redirect};
use axum::routing::get;

/// The pages, their style, and the way from `/docs` to them.
pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/docs", get(async || Redirect::permanent("/docs/")))
        .route("/docs/", get(async || page("")))
        .route("/docs/style.css", get(style))
        .route("/docs/{page}", get(async |Path(name): Path<String>| page(&name)))
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], docs::STYLE)
}

fn page(name: &str) -> Result<Html<&'static str>, AppError> {
    let unknown = || AppError::NotFound(format!("there is no page `{name}`; /docs/ lists what there is"));
    docs::find(name).map(Html).ok_or_else(unknown)
}
