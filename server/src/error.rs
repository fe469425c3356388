//! The one error of the HTTP interface, and how it is answered.
//!
//! Its answer is always a [`wire::ApiError`](ApiError) as JSON. Making the answer has no side effect; the error rides
//! along in the response's extensions and is logged once, by [`crate::telemetry`], with the request it belongs to.

use crate::store::StoreError;
use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::wire::{ApiError, Problem};
use std::sync::Arc;

/// Seconds after which a client may try again when the queue is full.
const RETRY_AFTER_SECONDS: u16 = 5;

/// Everything that keeps a request from being answered with a success.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The body is not an experiment at all.
    #[error("{0}")]
    Malformed(#[source] model::Error),
    /// The experiment or its model cannot be run as asked.
    #[error(transparent)]
    Model(#[from] model::Error),
    /// The request itself makes no sense.
    #[error("{0}")]
    BadRequest(String),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// There is such a thing, but not for this method.
    #[error("this address does not take this method; /api/openapi.json lists what it takes")]
    MethodNotAllowed,
    /// The body is over its limit.
    #[error("the body is larger than {limit} bytes: send fewer or shorter prompts")]
    TooLarge {
        /// In bytes.
        limit: usize,
    },
    /// The request comes from a page of another site.
    #[error("{0}")]
    Forbidden(&'static str),
    /// As many runs wait as may wait.
    #[error("too many runs are waiting; try again in a few seconds")]
    Busy,
    /// The server takes no more runs.
    #[error("the server is shutting down")]
    Unavailable,
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fault of the program.
    #[error("a fault of the program, not of yours: {0}")]
    Internal(String),
}

impl AppError {
    /// There is neither a run nor a result of this id.
    pub fn no_run(id: &str) -> Self {
        Self::NotFound(format!(
            "there is no run and no result `{id}` here; POST its experiment to /api/runs to compute it"
        ))
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Malformed(_) | Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Model(model::Error::Compute(_)) | Self::Store(_) | Self::Internal(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            Self::Model(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Busy | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Malformed(error) | Self::Model(error) => error.code(),
            Self::BadRequest(_) => "bad_request",
            Self::NotFound(_) => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::TooLarge { .. } => "too_large",
            Self::Forbidden(_) => "forbidden",
            Self::Busy => "busy",
            Self::Unavailable => "shutting_down",
            Self::Store(_) | Self::Internal(_) => "internal",
        }
    }

    fn problems(&self) -> Vec<Problem> {
        match self {
            Self::Malformed(error) | Self::Model(error) => problems_of(error),
            _ => Vec::new(),
        }
    }
}

/// What a form can mark: the problems of an experiment, or one at the field `model`.
pub fn problems_of(error: &model::Error) -> Vec<Problem> {
    match error {
        model::Error::Model { message, .. } => {
            vec![Problem { field: "model".to_owned(), prompt: None, message: message.clone() }]
        }
        other => other.problems().to_vec(),
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let body =
            ApiError { code: self.code().to_owned(), message: self.to_string(), problems: self.problems() };
        let mut response = (self.status(), Json(body)).into_response();
        if matches!(self, Self::Busy) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl From<QueryRejection> for AppError {
    fn from(rejection: QueryRejection) -> Self {
        Self::BadRequest(rejection.body_text())
    }
}

impl From<PathRejection> for AppError {
    fn from(rejection: PathRejection) -> Self {
        Self::BadRequest(rejection.body_text())
    }
}
