//! Bodies of the HTTP interface that are not events.

use super::{Event, Experiment, ModelInfo, PromptTokens};
use serde::{Deserialize, Serialize};

/// Answer to `POST /api/runs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunAccepted {
    /// Where the events and the result are.
    pub id: String,
    /// Gives up this asker's interest in the run; empty when the result was already there.
    pub ticket: String,
}

/// Answer to `POST /api/check`: the experiment as it would run, without running it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Checked {
    /// The id it would have; absent while there are problems.
    pub id: Option<String>,
    /// Sets expanded and defaults filled.
    pub experiment: Experiment,
    /// Tokens by prompt; empty for a prompt that cannot be tokenized.
    pub prompts: Vec<PromptTokens>,
    /// What a reader of the numbers should know.
    pub warnings: Vec<String>,
    /// What keeps it from running.
    pub problems: Vec<Problem>,
}

/// One thing to change in an experiment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// The field, such as `prompts[3].answer` or `analysis.layer`.
    pub field: String,
    /// The prompt it is about, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<usize>,
    /// What is wrong and what to change.
    pub message: String,
}

/// The body of every answer that is not a success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiError {
    /// For machines: `bad_experiment`, `bad_model`, `too_large`, `busy`, `not_found`, …
    pub code: String,
    /// For people.
    pub message: String,
    /// One by one, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
}

/// One line of `GET /api/models`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelListing {
    /// What to write into an experiment's `model`.
    pub name: String,
    /// `bundled`, `folder` or `hub`.
    pub source: String,
    /// Its shape, where it could be read.
    pub info: Option<ModelInfo>,
    /// Longest prompt in tokens, BOS included.
    pub n_ctx: Option<usize>,
    /// The tokenizer's BOS token.
    pub bos: Option<String>,
    /// Why it cannot be loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// One line of `GET /api/sets`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetListing {
    /// What to write under `"set"`.
    pub name: String,
    /// For people.
    pub title: String,
    /// How many prompts it makes by default.
    pub prompts: usize,
}

/// Answer to `GET /api/results/{id}`: a finished run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoredResult {
    /// Sets expanded, defaults filled, the model by its name.
    pub experiment: Experiment,
    /// The model it ran on.
    pub model: ModelInfo,
    /// Every event of the run.
    pub events: Vec<Event>,
}
