//! Options of `ablation`, part by part, and of `intervene`, a chosen set at once.

use super::analysis::is_default;
use super::{Intervention, Metric};
use serde::{Deserialize, Serialize};

/// Options of `ablation`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Ablation {
    /// What is replaced, one at a time.
    pub site: AblationSite,
    /// By what.
    pub method: AblationMethod,
    /// The layer, from 0, whose neurons are replaced; for no other site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<usize>,
    /// Whether it is replaced at one position at a time, instead of at all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub by_position: bool,
    /// How a run's answer is measured.
    #[serde(default, skip_serializing_if = "is_default")]
    pub metric: Metric,
    /// Whether values are (mean ablated − mean corrupted)/(mean clean − mean corrupted), instead of the metric itself.
    #[serde(default, skip_serializing_if = "is_default")]
    pub normalize: bool,
}

/// What an ablation replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AblationSite {
    /// Each head's z.
    Z,
    /// What each layer's attention writes.
    AttnOut,
    /// What each layer's MLP writes.
    MlpOut,
    /// Each neuron of one layer's MLP, after the activation function.
    Neuron,
}

impl AblationMethod {
    /// As the contract spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Zero => "zero",
            Self::Mean => "mean",
            Self::Resample => "resample",
        }
    }
}

impl AblationSite {
    /// As the contract spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Z => "z",
            Self::AttnOut => "attn_out",
            Self::MlpOut => "mlp_out",
            Self::Neuron => "neuron",
        }
    }
}

/// By what an ablation replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AblationMethod {
    /// Nothing: heads as if they read only zeros (z = b_V, which is 0 where value biases are folded), others zeros.
    Zero,
    /// The mean over the prompts: at each position where they have one length, else over all positions too.
    Mean,
    /// What another run has there: the prompt's corrupted twin, or, without twins, the next prompt's.
    Resample,
}

/// Options of `intervene`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Intervene {
    /// What is changed, all of it together.
    pub interventions: Vec<Intervention>,
    /// How a run's answer is measured.
    #[serde(default, skip_serializing_if = "is_default")]
    pub metric: Metric,
    /// How many of the likeliest tokens are shown, from 1.
    #[serde(default = "ten")]
    pub top_k: usize,
}

fn ten() -> usize {
    10
}
