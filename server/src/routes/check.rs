//! `/api/check`: an experiment as it would run.

use super::{App, blocking};
use crate::body::ExperimentBody;
use crate::error::{AppError, problems_of};
use crate::memory;
use axum::Json;
use axum::extract::State;
use model::Plan;
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
    let open = |app: &App, name: &str| {
        let opened = app.catalog.open(name)?;
        memory::check(&opened.checkpoint, app.model_budget).map(|()| opened)
    };
    let checked = blocking(move || match open(&app, &experiment.model) {
        Ok(opened) => Ok(Plan::check(&opened.checkpoint, &experiment, &app.limits)?),
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
