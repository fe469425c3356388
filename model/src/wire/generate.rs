//! Options of `generate`.

use super::{Intervention, Steer};
use serde::{Deserialize, Serialize};

/// Options of `generate`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Generate {
    /// How many tokens are generated after each prompt, from 1; fewer where the model ends the text itself.
    #[serde(default = "twenty")]
    pub max_tokens: usize,
    /// What the logits are divided by before a token is drawn; at 0 the likeliest is taken.
    #[serde(default)]
    pub temperature: f64,
    /// Draws among the likeliest so many, from 1; without it, among all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_k: Option<usize>,
    /// What the draws depend on: the same seed, the same text.
    #[serde(default)]
    pub seed: u64,
    /// Changes to the run. With any, each prompt is continued twice: as the model is, and changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interventions: Vec<Intervention>,
    /// A steering vector, one more change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steer: Option<Steer>,
}

impl Default for Generate {
    fn default() -> Self {
        Self {
            max_tokens: twenty(),
            temperature: 0.0,
            top_k: None,
            seed: 0,
            interventions: Vec::new(),
            steer: None,
        }
    }
}

impl Generate {
    /// Whether the text is continued a second time, changed.
    pub fn changes(&self) -> bool {
        self.steer.is_some() || !self.interventions.is_empty()
    }
}

fn twenty() -> usize {
    20
}
