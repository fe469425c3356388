//! What to compute, and its options.

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
    /// What the model predicts after each prompt, and how it ranks the answer.
    PromptTest(PromptTest),
    /// Activations themselves, as a safetensors file.
    Activations(Activations),
}

impl Analysis {
    /// The name under `"kind"`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Attribution(_) => "attribution",
            Self::Head(_) => "head",
            Self::PromptTest(_) => "prompt_test",
            Self::Activations(_) => "activations",
        }
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

fn ten() -> usize {
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
