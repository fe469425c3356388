//! `/api/examples`: the gallery.

use crate::gallery::Gallery;
use axum::Json;
use model::wire::Example;

/// List example questions
///
/// Each an ordinary experiment on a bundled model whose result is there already, under its id.
#[utoipa::path(get, path = "/api/examples", responses((status = 200, body = Vec<Example>)))]
pub(super) async fn list() -> Json<&'static [Example]> {
    Json(&Gallery::built_in().examples)
}
