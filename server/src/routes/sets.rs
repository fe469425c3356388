//! `/api/sets`: the built-in prompt sets.

use axum::Json;
use model::wire::SetListing;

/// List the built-in prompt sets
#[utoipa::path(get, path = "/api/sets", responses((status = 200, body = Vec<SetListing>)))]
pub(super) async fn list() -> Json<Vec<SetListing>> {
    Json(model::prompt_sets())
}
