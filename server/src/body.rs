//! Request bodies, bounded.

use crate::error::AppError;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use model::wire::Experiment;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Largest experiment in bytes.
pub const LIMIT: usize = 8 << 20;

/// Largest file of prompts in bytes.
pub const FILE_LIMIT: usize = 64 << 20;

/// How much of a body that is too large is read and thrown away, so that its sender, still sending, gets to read why.
const DRAINED: usize = 256 << 20;

/// How long that may take.
const DRAIN_PATIENCE: Duration = Duration::from_secs(30);

/// An experiment as JSON in the body, whatever its content type says.
pub struct ExperimentBody(pub Experiment);

impl<S: Send + Sync> FromRequest<S> for ExperimentBody {
    type Rejection = AppError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, AppError> {
        let body = read(request.into_body(), LIMIT).await?;
        model::parse_experiment(&body).map(Self).map_err(AppError::Malformed)
    }
}

/// Any other JSON in the body.
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = AppError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, AppError> {
        let body = read(request.into_body(), LIMIT).await?;
        serde_json::from_slice(&body).map(Self).map_err(|e| AppError::BadRequest(format!("the body: {e}")))
    }
}

/// A file in the body, as it is.
pub struct FileBody(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for FileBody {
    type Rejection = AppError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, AppError> {
        // who says that it is far too large need not send it
        let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        if length.and_then(|length| length.parse::<usize>().ok()).is_some_and(|length| length > DRAINED) {
            return Err(AppError::TooLarge { limit: FILE_LIMIT });
        }
        read(request.into_body(), FILE_LIMIT).await.map(|bytes| Self(bytes.freeze()))
    }
}

async fn read(body: Body, limit: usize) -> Result<BytesMut, AppError> {
    let mut stream = body.into_data_stream();
    let mut bytes = BytesMut::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|e| AppError::BadRequest(format!("the body broke off: {e}")))?;
        if bytes.len() + piece.len() > limit {
            let drained = stream.scan(0, |total, piece| {
                *total += piece.map_or(DRAINED, |piece| piece.len());
                std::future::ready((*total < DRAINED).then_some(()))
            });
            // whether or not the sender finished in time, the answer is the same
            let _ = tokio::time::timeout(DRAIN_PATIENCE, drained.for_each(|()| std::future::ready(()))).await;
            return Err(AppError::TooLarge { limit });
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}
