//! Changes to a run, one by one: a chosen set of ablations and patches, and a steering vector.

use crate::hook_name::Site;
use serde::{Deserialize, Serialize};

/// One change to the activations of a run, wherever its site, layer, head, neuron and position say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Intervention {
    /// What is changed.
    pub site: InterventionSite,
    /// The layer, from 0.
    pub layer: usize,
    /// One head, from 0, of a site that has heads; without it, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<usize>,
    /// One neuron, from 0, of `mlp_post`; without it, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub neuron: Option<usize>,
    /// One position, from 0; without it, every one, those of generated tokens too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<usize>,
    /// What it is replaced by.
    pub method: InterventionMethod,
}

/// Where a run can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InterventionSite {
    /// The residual stream before the block.
    ResidPre,
    /// The residual stream between attention and MLP; only in sequential blocks.
    ResidMid,
    /// The residual stream after the block.
    ResidPost,
    /// What attention writes.
    AttnOut,
    /// What the MLP writes.
    MlpOut,
    /// Queries, by head.
    Q,
    /// Keys, by head.
    K,
    /// Values, by head.
    V,
    /// Mixed values, by head.
    Z,
    /// Neurons, after the activation function.
    MlpPost,
}

impl Intervention {
    /// Whether its values are a twin's.
    pub fn is_patch(&self) -> bool {
        self.method == InterventionMethod::Patch
    }
}

impl InterventionSite {
    /// The site of the forward pass.
    pub fn site(self) -> Site {
        match self {
            Self::ResidPre => Site::ResidPre,
            Self::ResidMid => Site::ResidMid,
            Self::ResidPost => Site::ResidPost,
            Self::AttnOut => Site::AttnOut,
            Self::MlpOut => Site::MlpOut,
            Self::Q => Site::Q,
            Self::K => Site::K,
            Self::V => Site::V,
            Self::Z => Site::Z,
            Self::MlpPost => Site::MlpPost,
        }
    }

    /// Whether its values are divided by heads.
    pub fn has_heads(self) -> bool {
        matches!(self, Self::Q | Self::K | Self::V | Self::Z)
    }
}

/// What an activation is replaced by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InterventionMethod {
    /// Zeros.
    Zero,
    /// Its mean over all tokens of the experiment's prompts.
    Mean,
    /// What the prompt's corrupted twin has at the same token: a patch. Generated tokens have no counterpart, and stay as
    /// they are.
    Patch,
}

/// A vector added to the residual stream or to what is written into it: the difference of two prompts there
/// (activation addition, Turner et al., arXiv:2308.10248).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Steer {
    /// Where it is taken and added.
    pub site: InterventionSite,
    /// The layer, from 0.
    pub layer: usize,
    /// The prompt whose activation is added.
    pub positive: String,
    /// The prompt whose activation is taken off.
    pub negative: String,
    /// How many times the difference is added.
    #[serde(default = "one")]
    pub scale: f64,
    /// Which activations are taken, and where they are added.
    #[serde(default)]
    pub positions: SteerPositions,
}

fn one() -> f64 {
    1.0
}

/// Which activations make a steering vector, and where it is added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SteerPositions {
    /// The difference at the two prompts' last tokens, added at every position.
    #[default]
    Every,
    /// The same, added from the prompt's last token on: only where a token is generated.
    Generated,
    /// The difference position by position, added at the first positions of the prompt, as the paper does; both
    /// prompts then need the same number of tokens.
    Front,
}
