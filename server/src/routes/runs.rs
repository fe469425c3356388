//! `/api/runs`: asking for experiments, following them, giving them up.

use super::{App, Path, Query, blocking};
use crate::body::ExperimentBody;
use crate::error::AppError;
use crate::frames::Encoding;
use crate::work::Planned;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use model::wire::{ApiError, Event, Experiment, RunAccepted, RunDescription};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// Run an experiment
///
/// Everything that is wrong with it is found here, before anything is computed. The answer names the run; its events
/// are at `/api/runs/{id}/events`. Asking for an experiment that is under way joins its run; asking for one whose
/// result is known costs nothing and gives an empty ticket.
#[utoipa::path(post, path = "/api/runs", request_body = Experiment, responses(
    (status = 200, body = RunAccepted),
    (status = 400, description = "not an experiment", body = ApiError),
    (status = 413, description = "over 8 MiB", body = ApiError),
    (status = 422, description = "an experiment that cannot run, its problems one by one", body = ApiError),
    (status = 503, description = "too many runs are waiting; see Retry-After", body = ApiError),
))]
pub(super) async fn start(
    State(app): State<Arc<App>>,
    ExperimentBody(experiment): ExperimentBody,
) -> Result<Json<RunAccepted>, AppError> {
    let planner = app.clone();
    let plan = blocking(move || {
        let models = planner.catalog.open_all(&experiment, planner.model_budget)?;
        Ok(Planned::new(models, &experiment, &planner.limits, &planner.device)?)
    });
    app.runs.submit(plan.await?).await.map(Json)
}

/// Get the experiment of a run
///
/// Of one that is under way as well as of a finished one: what stands behind a link, before its events are read.
#[utoipa::path(get, path = "/api/runs/{id}", params(("id" = String, Path)), responses(
    (status = 200, body = RunDescription), (status = 404, body = ApiError),
))]
pub(super) async fn describe(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<RunDescription>, AppError> {
    let experiment = match app.runs.experiment(&id) {
        Some(experiment) => experiment,
        None => app.store.experiment(&id).await?.ok_or_else(|| AppError::no_run(&id))?,
    };
    Ok(Json(RunDescription { id, experiment }))
}

/// Where to start reading.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct From {
    /// Number of the first event wanted.
    #[serde(default)]
    from: u64,
}

/// Follow the events of a run
///
/// From event `from` (inclusive) on, as they come, until `done` or `error`: while the run lives, after it, and for
/// stored results alike. One JSON object a line, or binary frames for `Accept: application/vnd.hooklens.frames`: see
/// the description of this document. Closing the stream does not cancel the run; giving its last ticket back does.
/// A run that failed or was cancelled and is asked for again numbers its events anew.
/// While a run waits, it says `progress` in the unit `runs ahead`; while its model comes, `MB downloaded` (millions of
/// bytes, where it comes from the hub) and `models loaded`.
#[utoipa::path(get, path = "/api/runs/{id}/events", params(("id" = String, Path), From), responses(
    (status = 200, body = Event, content_type = "application/x-ndjson"),
    (status = 404, body = ApiError),
))]
pub(super) async fn events(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(From { from }): Query<From>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let encoding = Encoding::accepted(&headers);
    if let Some(log) = app.runs.log(&id) {
        return Ok(encoding.respond(log.follow(from)));
    }
    let result = app.store.get(&id).await?.ok_or_else(|| AppError::no_run(&id))?;
    Ok(encoding.respond_stored(result.events, from))
}

/// What to give back.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Ticket {
    /// As `POST /api/runs` gave it.
    ticket: String,
}

/// Give a ticket back
///
/// With its last ticket a run is cancelled, within a step; its stream ends with the error `cancelled`, and nothing is
/// stored. A run that has ended is left as it is.
#[utoipa::path(delete, path = "/api/runs/{id}", params(("id" = String, Path), Ticket), responses(
    (status = 204), (status = 400, body = ApiError), (status = 404, body = ApiError),
))]
pub(super) async fn give_up(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(Ticket { ticket }): Query<Ticket>,
) -> Result<StatusCode, AppError> {
    app.runs.release(&id, &ticket).await?;
    Ok(StatusCode::NO_CONTENT)
}
