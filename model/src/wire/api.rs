//! Bodies of the HTTP interface that are not events.

use super::{Event, Experiment, ModelInfo, Precision, Processing, Prompt, PromptTokens, Values};
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

/// Answer to `GET /api/runs/{id}`: what a run computes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunDescription {
    /// The run's id.
    pub id: String,
    /// The experiment as it was resolved: sets expanded, defaults filled in.
    pub experiment: Experiment,
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
    /// Numbers in its weights.
    #[serde(default)]
    pub parameters: Option<u64>,
    /// Bytes of memory that it takes once loaded.
    #[serde(default)]
    pub memory_bytes: Option<u64>,
    /// What of it is in memory, or on its way there.
    #[serde(default)]
    pub loaded: Vec<LoadedModel>,
    /// Why it cannot be loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A model in memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoadedModel {
    /// Which of its weights: folded and raw ones are two.
    pub processing: Processing,
    /// What they are multiplied in.
    #[serde(default, skip_serializing_if = "Precision::is_default")]
    pub precision: Precision,
    /// How far it is.
    pub state: Residence,
    /// Bytes of memory.
    pub bytes: u64,
    /// Whether a run works with it just now.
    pub in_use: bool,
}

/// How far a model is on its way into memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Residence {
    /// Its files are being downloaded.
    Downloading,
    /// It waits until there is room.
    Waiting,
    /// It is being read.
    Loading,
    /// It is in memory.
    Loaded,
}

/// Body of `POST /api/models/load` and `POST /api/models/unload`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ModelRequest {
    /// As an experiment names it.
    pub model: String,
    /// Which of its weights; by default folded ones to load, and all to unload.
    #[serde(default)]
    pub processing: Option<Processing>,
    /// What they are multiplied in; by default f32 to load, and all to unload.
    #[serde(default)]
    pub precision: Option<Precision>,
}

/// Answer to `POST /api/models/unload`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Unloaded {
    /// Bytes that are free again, or will be.
    pub bytes: u64,
    /// Whether a run still works with the model: then the memory is free once that run has ended.
    pub in_use: bool,
}

/// Answer to `GET /api/memory`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Memory {
    /// Bytes that loaded models may take together.
    pub budget_bytes: u64,
    /// Bytes that they take.
    pub used_bytes: u64,
}

/// Answer to `POST /api/prompts`: what a file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PromptFile {
    /// The rows that are prompts, as an experiment takes them.
    pub prompts: Vec<Prompt>,
    /// What is wrong with the others.
    pub problems: Vec<RowProblem>,
    /// The file's columns, those that mean nothing here among them.
    pub columns: Vec<String>,
}

/// One thing to change in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RowProblem {
    /// The row, from 1, a header not counted.
    pub row: usize,
    /// The column; empty where it is about the row.
    pub field: String,
    /// What is wrong and what to change.
    pub message: String,
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
    /// Whether its prompts have corrupted twins, or can have.
    #[serde(default)]
    pub pairs: bool,
    /// What can be set, in the order to offer it.
    #[serde(default)]
    pub options: Vec<SetOption>,
}

/// One option of a built-in set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetOption {
    /// The field beside `"set"`.
    pub name: String,
    /// For people.
    pub title: String,
    /// How it is set.
    pub kind: SetOptionKind,
    /// What it is where nothing is said; null where that is to leave it out.
    pub default: serde_json::Value,
    /// What can be chosen; of a text, some that are of use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// The least that a number may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<usize>,
}

/// How an option of a set is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SetOptionKind {
    /// A whole number.
    Number,
    /// One of the choices.
    Choice,
    /// Any text.
    Text,
}

/// One line of `GET /api/examples`: a question whose result is there already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Example {
    /// Of the result.
    pub id: String,
    /// Short, for scripts.
    pub name: String,
    /// As a person would ask it.
    pub question: String,
    /// What the prompts and the analysis are, in a few words.
    pub about: String,
    /// What was run.
    pub experiment: Experiment,
    /// One of the result's maps, to be shown in small.
    pub map: SmallMap,
    /// The mean logit difference, where the result has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_logit_diff: Option<f64>,
}

/// A map without its labels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SmallMap {
    /// Name of the figure that it is.
    pub figure: String,
    /// How many rows.
    pub rows: usize,
    /// How many columns.
    pub columns: usize,
    /// Row-major.
    pub values: Values,
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
