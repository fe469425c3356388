//! What the causal analyses have in common, how a run's answer is measured and which of two runs is changed; and the options
//! of `activation_patching`.

use super::Several;
use super::analysis::is_default;
use serde::{Deserialize, Serialize};

/// How the answer of a run is measured, from the logits at the last token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// logit(answer) − logit(distractor); without a distractor, less the mean logit.
    #[default]
    LogitDiff,
    /// The answer's probability.
    Probability,
    /// p(answer) − p(distractor).
    ProbabilityDiff,
    /// p(two-digit years later than the prompt's token `YY`) − p(the other ones), as Hanna et al. 2023 measure greater-than.
    LaterYears,
    /// KL divergence from the clean run's distribution over the next token, in nats.
    Kl,
}

impl Metric {
    /// As the contract spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LogitDiff => "logit_diff",
            Self::Probability => "probability",
            Self::ProbabilityDiff => "probability_diff",
            Self::LaterYears => "later_years",
            Self::Kl => "kl",
        }
    }
}

/// Which of a pair's two runs is changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The corrupted run, with values of the clean one put in (“denoising”).
    #[default]
    CleanIntoCorrupted,
    /// The clean run, with values of the corrupted one put in (“noising”).
    CorruptedIntoClean,
}

/// What is put from one run into the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PatchSite {
    /// The residual stream before a block, at one position.
    ResidPre,
    /// The residual stream between attention and MLP, at one position; absent in parallel blocks.
    ResidMid,
    /// What a layer's attention writes, at one position.
    AttnOut,
    /// What a layer's MLP writes, at one position.
    MlpOut,
    /// One head's mixed values.
    Z,
    /// One head's queries.
    Q,
    /// One head's keys.
    K,
    /// One head's values.
    V,
    /// One head's attention pattern.
    Pattern,
}

impl PatchSite {
    /// As the contract spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ResidPre => "resid_pre",
            Self::ResidMid => "resid_mid",
            Self::AttnOut => "attn_out",
            Self::MlpOut => "mlp_out",
            Self::Z => "z",
            Self::Q => "q",
            Self::K => "k",
            Self::V => "v",
            Self::Pattern => "pattern",
        }
    }

    /// Whether it belongs to one head rather than to one position.
    pub const fn of_head(self) -> bool {
        matches!(self, Self::Z | Self::Q | Self::K | Self::V | Self::Pattern)
    }
}

/// Options of `activation_patching`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ActivationPatching {
    /// What is put in: one site, or several.
    #[cfg_attr(feature = "openapi", schema(value_type = super::OneOrMany<PatchSite>))]
    pub site: Several<PatchSite>,
    /// Which run is changed.
    #[serde(default)]
    pub direction: Direction,
    /// How a run's answer is measured.
    #[serde(default, skip_serializing_if = "is_default")]
    pub metric: Metric,
    /// Whether values are (mean patched − mean corrupted)/(mean clean − mean corrupted), or the metric itself.
    #[serde(default = "yes")]
    pub normalize: bool,
    /// Whether a head's values are put in one position at a time, instead of at all positions.
    #[serde(default, skip_serializing_if = "is_default")]
    pub by_position: bool,
    /// Names of positions, where only those are of interest; without them, every token, or the names that prompts of
    /// different lengths have in common.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positions: Option<Vec<String>>,
}

fn yes() -> bool {
    true
}
