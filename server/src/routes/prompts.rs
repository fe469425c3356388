//! `/api/prompts`: prompts out of a file.

use super::{App, Query, blocking};
use crate::body::FileBody;
use crate::error::AppError;
use crate::prompt_files::{self, Format};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use model::wire::{ApiError, PromptFile};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// How the file is written.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Written {
    /// `csv`, `jsonl` or `parquet`; without it, the content type says.
    format: Option<String>,
}

/// Read prompts from a file
///
/// The body is a file with a column `text`, and perhaps `answer`, `distractor`, `group` and `corrupted`. The answer has
/// the prompts as an experiment takes them, and what is wrong with which row; nothing is kept here.
#[utoipa::path(post, path = "/api/prompts", params(Written), request_body(
    content = Vec<u8>, content_type = "application/octet-stream", description = "CSV, JSON lines or Parquet",
), responses(
    (status = 200, body = PromptFile),
    (status = 400, description = "not such a file, or without a column `text`", body = ApiError),
    (status = 413, description = "over 64 MiB", body = ApiError),
))]
pub(super) async fn read(
    State(app): State<Arc<App>>,
    Query(written): Query<Written>,
    headers: HeaderMap,
    FileBody(contents): FileBody,
) -> Result<Json<PromptFile>, AppError> {
    let format = format(&written, &headers)?;
    let read =
        blocking(move || prompt_files::read(format, contents, &app.limits).map_err(AppError::BadRequest));
    read.await.map(Json)
}

fn format(written: &Written, headers: &HeaderMap) -> Result<Format, AppError> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let format = match &written.format {
        Some(name) => Format::named(name),
        None => media_type.and_then(Format::of_media_type),
    };
    format.ok_or_else(|| {
        AppError::BadRequest(
            "say how the file is written: ?format=csv, ?format=jsonl or ?format=parquet, or by a content type such as \
             text/csv"
                .to_owned(),
        )
    })
}
