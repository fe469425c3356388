//! What a run says while it goes: numbered, self-contained messages.

use super::Figure;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A message of a run. Numbered from 0 without gaps, so that a stream can be resumed anywhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// Its number in the run.
    pub seq: u64,
    /// What happened.
    #[serde(flatten)]
    pub body: EventBody,
}

/// What happened, by the name under `"event"`. The order is: one `started`; any number of `progress` and `figure`;
/// one `done` or `error`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventBody {
    /// The experiment is understood and accepted.
    Started(Started),
    /// How far it is.
    Progress(Progress),
    /// A figure, new or refined.
    Figure(Figure),
    /// All figures are final.
    Done(Finished),
    /// The run ended early.
    Error(Failure),
}

/// What will be computed, on what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Started {
    /// Hash of the experiment (sets expanded, defaults filled, models replaced by their fingerprints) and the version of
    /// its analysis.
    pub id: String,
    /// The model.
    pub model: ModelInfo,
    /// The model that it is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare_with: Option<ModelInfo>,
    /// The prompts as the model sees them.
    pub prompts: Vec<PromptTokens>,
    /// What a reader of the numbers should know.
    pub warnings: Vec<String>,
}

/// A loaded model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModelInfo {
    /// As the experiment names it.
    pub name: String,
    /// Transformer blocks.
    pub n_layers: usize,
    /// Attention heads a layer.
    pub n_heads: usize,
    /// Width of the residual stream.
    pub d_model: usize,
    /// Rows of the unembedding, padding included.
    pub d_vocab: usize,
    /// `cpu`, `cuda:0`.
    pub device: String,
    /// Precision of the computation, such as `f32`.
    pub dtype: String,
    /// Hash of the checkpoint's contents.
    pub fingerprint: String,
}

/// One prompt after tokenization, BOS included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PromptTokens {
    /// Token strings exactly as they stand in the text.
    pub tokens: Vec<String>,
    /// Token ids.
    pub ids: Vec<u32>,
    /// The answer's token, the first one of several, where one is given.
    pub answer_id: Option<u32>,
    /// The distractor's token, the first one of several, where one is given.
    pub distractor_id: Option<u32>,
    /// The group, as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The numbers of its tokens that have a name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub positions: BTreeMap<String, usize>,
    /// The corrupted twin, where the analysis uses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrupted: Option<TwinTokens>,
}

/// A corrupted twin after tokenization, token for token beside its prompt.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TwinTokens {
    /// Token strings exactly as they stand in the text.
    pub tokens: Vec<String>,
    /// Token ids.
    pub ids: Vec<u32>,
}

/// How far a run is: `done` of `total`, in `unit`s (`prompts`; before that `runs ahead`,
/// `MB downloaded`, `models loaded`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Progress {
    /// Units finished.
    pub done: usize,
    /// Units in all.
    pub total: usize,
    /// What is counted.
    pub unit: String,
}

/// The end of a complete run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finished {
    /// From acceptance to the last figure, in milliseconds.
    pub elapsed_ms: f64,
}

/// Why a run ended early.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Failure {
    /// For machines: `cancelled`, `internal`, …
    pub code: String,
    /// For people: what happened and what to change.
    pub message: String,
}
