//! What to compute, and its options.

use super::{
    Ablation, ActivationPatching, AttributionPatching, Composition, DetectHeads, Generate, HeadCircuit,
    Intervene, PathPatching,
};
use serde::{Deserialize, Serialize};

/// What to compute, by the name under `"kind"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Analysis {
    /// Where logit(answer) − logit(distractor) comes from, by layer and head.
    Attribution(Attribution),
    /// One head on one prompt.
    Head(Head),
    /// What the neurons of one layer add to logit(answer) − logit(distractor).
    Neurons(Neurons),
    /// Which source tokens logit(answer) − logit(distractor) of one prompt comes from.
    PositionAttribution(PositionAttribution),
    /// Every head's attention pattern on one prompt.
    Attention(Attention),
    /// What the model would predict after each layer, at every position of one prompt.
    LogitLens(LogitLens),
    /// What the model predicts after each prompt, and how it ranks the answer.
    PromptTest(PromptTest),
    /// Activations themselves, as a safetensors file.
    Activations(Activations),
    /// How each prompt goes on, also with chosen activations changed.
    Generate(Generate),
    /// How much of the answer comes with one activation of another run.
    ActivationPatching(ActivationPatching),
    /// What of each head's effect goes straight to a receiver.
    PathPatching(PathPatching),
    /// What becomes of the answer without one head, or without what one layer writes.
    Ablation(Ablation),
    /// What becomes of the answer and of the likeliest tokens when a chosen set of activations is changed together.
    Intervene(Intervene),
    /// Which heads look where heads of a known kind do.
    DetectHeads(DetectHeads),
    /// What one head reads, matches and writes, by its weights alone.
    HeadCircuit(HeadCircuit),
    /// How much of what each head reads each earlier head can have written, by their weights alone.
    Composition(Composition),
    /// The same to first order, by gradients.
    AttributionPatching(AttributionPatching),
}

impl Analysis {
    /// The name under `"kind"`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Attribution(_) => "attribution",
            Self::Head(_) => "head",
            Self::Neurons(_) => "neurons",
            Self::PositionAttribution(_) => "position_attribution",
            Self::Attention(_) => "attention",
            Self::LogitLens(_) => "logit_lens",
            Self::PromptTest(_) => "prompt_test",
            Self::Activations(_) => "activations",
            Self::Generate(_) => "generate",
            Self::ActivationPatching(_) => "activation_patching",
            Self::PathPatching(_) => "path_patching",
            Self::Ablation(_) => "ablation",
            Self::Intervene(_) => "intervene",
            Self::DetectHeads(_) => "detect_heads",
            Self::HeadCircuit(_) => "head_circuit",
            Self::Composition(_) => "composition",
            Self::AttributionPatching(_) => "attribution_patching",
        }
    }

    /// Whether it is about the weights alone: such an experiment has no prompts.
    pub fn is_of_weights(&self) -> bool {
        matches!(self, Self::HeadCircuit(_) | Self::Composition(_))
    }
}

/// Options of `attribution`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Attribution {
    /// Adds a series `prompt:<i>` for every prompt to each line.
    #[serde(default)]
    pub per_prompt: bool,
    /// How the logit lens normalizes. Left out of the JSON where it is the default, so that results from before it was
    /// an option keep their ids.
    #[serde(default, skip_serializing_if = "is_default")]
    pub norm: Norm,
}

/// What a logit lens divides the residual stream by before it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Norm {
    /// The final norm's scale at the end of the run, the same for every layer: differences between layers are then
    /// what the layers between them add.
    #[default]
    Cached,
    /// The scale of the residual stream at that layer, as if the model ended there (TransformerLens's
    /// `accumulated_resid(apply_ln=True)`).
    Recomputed,
}

pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Options of `head`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The layer, from 0.
    pub layer: usize,
    /// The head, from 0.
    pub head: usize,
    /// The prompt whose pattern is shown, from 0.
    #[serde(default)]
    pub prompt: usize,
}

/// Options of `neurons`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Neurons {
    /// The layer, from 0.
    pub layer: usize,
    /// One prompt, from 0; without it, the mean over all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<usize>,
    /// How many neurons are shown, those with the largest attribution of either sign, from 1.
    #[serde(default = "ten")]
    pub top_k: usize,
}

/// Options of `position_attribution`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PositionAttribution {
    /// The prompt that is looked at, from 0.
    #[serde(default)]
    pub prompt: usize,
}

/// Options of `attention`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Attention {
    /// The prompt whose patterns are shown, from 0.
    #[serde(default)]
    pub prompt: usize,
    /// Cells a side, from 1, to which the maps of longer prompts are reduced; without it, one cell a token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<usize>,
}

/// Options of `logit_lens`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LogitLens {
    /// The prompt that is looked at, from 0.
    #[serde(default)]
    pub prompt: usize,
    /// How many of the likeliest tokens are shown at each layer and position, from 1.
    #[serde(default = "five")]
    pub top_k: usize,
    /// How the residual stream is normalized.
    #[serde(default)]
    pub norm: Norm,
}

impl Default for LogitLens {
    fn default() -> Self {
        Self { prompt: 0, top_k: five(), norm: Norm::default() }
    }
}

fn five() -> usize {
    5
}

/// Options of `prompt_test`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PromptTest {
    /// How many of the likeliest tokens are shown, from 1.
    #[serde(default = "ten")]
    pub top_k: usize,
}

impl Default for PromptTest {
    fn default() -> Self {
        Self { top_k: ten() }
    }
}

pub(super) fn ten() -> usize {
    10
}

/// Options of `activations`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Activations {
    /// TransformerLens site names, or `["all"]`.
    pub sites: Vec<String>,
    /// The last real token of each prompt, or all of them.
    #[serde(default)]
    pub positions: Positions,
}

/// Which positions are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Positions {
    /// The last real token of each prompt.
    #[default]
    Last,
    /// Every token.
    All,
}
