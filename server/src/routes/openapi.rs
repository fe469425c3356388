//! The routes together with their OpenAPI document.

use super::{App, check, examples, exports, health, models, prompts, results, runs, sets};
use axum::Json;
use std::sync::Arc;
use utoipa::OpenApi;
use utoipa::openapi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(OpenApi)]
#[openapi(info(
    title = "hooklens",
    description = "Mechanistic interpretability of GPT-style language models: experiments in, numbered events out.\n\n\
        An experiment is POSTed to `/api/runs`; its events are followed at `/api/runs/{id}/events` and kept at \
        `/api/results/{id}`. Unknown fields are errors. `null` among a figure's values means masked or not computed \
        yet. Every answer that is not a success has an `ApiError` as its body.\n\n\
        Binary frames (`Accept: application/vnd.hooklens.frames`), integers and floats little-endian: `HKL1`, the \
        header's length (u32), the payload's length (u32), four zero bytes, the header (the event as JSON, filled up \
        with spaces to a multiple of 8), the payload (filled up with zeros to a multiple of 8). In the header each \
        array of a figure's numbers is `{\"dtype\": \"f32\", \"offset\": bytes into the payload, \"length\": elements}`; with \
        `;precision=half` in `Accept`, attention patterns are `f16`."
))]
struct Document;

/// Routes whose body is an experiment.
pub(super) fn planning() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(runs::start))
        .routes(routes!(check::check))
        .routes(routes!(models::load))
        .routes(routes!(prompts::read))
}

/// The other documented routes.
pub(super) fn rest() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::default()
        .routes(routes!(runs::events))
        .routes(routes!(runs::describe, runs::give_up))
        .routes(routes!(results::result))
        .routes(routes!(results::activations))
        .routes(routes!(exports::transformerlens))
        .routes(routes!(exports::figure))
        .routes(routes!(exports::notebook))
        .routes(routes!(exports::html))
        .routes(routes!(exports::equation))
        .routes(routes!(exports::embed))
        .routes(routes!(models::list))
        .routes(routes!(models::unload))
        .routes(routes!(models::memory))
        .routes(routes!(sets::list))
        .routes(routes!(examples::list))
        .routes(routes!(health::health))
}

/// `GET /api/openapi.json`.
pub(super) async fn document() -> Json<openapi::OpenApi> {
    Json(
        OpenApiRouter::<Arc<App>>::with_openapi(Document::openapi())
            .merge(planning())
            .merge(rest())
            .into_openapi(),
    )
}
