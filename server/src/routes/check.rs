//! `/api/check`: an experiment as it would run.

use super::{App, blocking};
use crate::body::ExperimentBody;
use crate::error::{AppError, problems_of};
use axum::Json;
use axum::extract::State;
use model::wire::{ApiError, Checked, Experiment};
use std::sync::Arc;

/// Check an experiment without running it
///
/// Answers 200 also for an experiment with problems: they are listed, one by one, with the field each is about.
/// Tokens, warnings and the id it would have come with it.
#[utoipa::path(post, path = "/api/check", request_body = Experiment, responses(
    (status = 200, body = Checked), (status = 400, body = ApiError), (status = 413, body = ApiError),
))]
pub(super) async fn check(
    State(app): State<Arc<App>>,
    ExperimentBody(experiment): ExperimentBody,
) -> Result<Json<Checked>, AppError> {
    let checked = blocking(move || match app.catalog.open_all(&experiment, app.model_budget) {
        Ok(models) => Ok(models.check(&experiment, &app.limits)?),
        Err(error) => Ok(Checked {
            id: None,
            problems: problems_of(&error),
            experiment,
            prompts: Vec::new(),
            warnings: Vec::new(),
        }),
    });
    checked.await.map(Json)
}
