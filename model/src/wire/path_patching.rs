//! Options of `path_patching`: where paths begin and end.

use super::analysis::is_default;
use super::{Metric, Several};
use serde::{Deserialize, Serialize};

/// Options of `path_patching`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PathPatching {
    /// Where the paths end: one place, or several that are changed together.
    #[cfg_attr(feature = "openapi", schema(value_type = super::OneOrMany<Receiver>))]
    pub receiver: Several<Receiver>,
    /// Where the paths begin.
    #[cfg_attr(feature = "openapi", schema(value_type = super::OneOrMany<Sender>))]
    #[serde(default = "heads", skip_serializing_if = "are_heads")]
    pub sender: Several<Sender>,
    /// How a run's answer is measured.
    #[serde(default, skip_serializing_if = "is_default")]
    pub metric: Metric,
    /// Whether values are (mean patched − mean corrupted)/(mean clean − mean corrupted), or the metric itself.
    #[serde(default = "yes")]
    pub normalize: bool,
    /// Names of the positions at which senders are changed; without them, at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positions: Option<Vec<String>>,
}

/// Where a path ends: what is replaced by what it would be if only the path were changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "site", rename_all = "snake_case")]
pub enum Receiver {
    /// The final residual stream at the last token.
    Logits(FinalLogits),
    /// A head's queries.
    Q(HeadAt),
    /// A head's keys.
    K(HeadAt),
    /// A head's values.
    V(HeadAt),
    /// A head's attention pattern: its queries and keys.
    Pattern(HeadAt),
    /// What a layer's MLP reads.
    MlpPre(LayerAt),
    /// The residual stream before a block.
    ResidPre(LayerAt),
    /// The residual stream between attention and MLP; only in sequential blocks.
    ResidMid(LayerAt),
    /// The residual stream after a block.
    ResidPost(LayerAt),
}

/// No further fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FinalLogits {}

/// A head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HeadAt {
    /// The layer, from 0.
    pub layer: usize,
    /// The head, from 0.
    pub head: usize,
}

/// A layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LayerAt {
    /// The layer, from 0.
    pub layer: usize,
}

impl Receiver {
    /// The head it is an input of; none where it is no head's.
    pub const fn head(self) -> Option<HeadAt> {
        match self {
            Self::Q(at) | Self::K(at) | Self::V(at) | Self::Pattern(at) => Some(at),
            _ => None,
        }
    }

    /// Its layer; none for the logits.
    pub const fn layer(self) -> Option<usize> {
        match self {
            Self::Logits(_) => None,
            Self::Q(at) | Self::K(at) | Self::V(at) | Self::Pattern(at) => Some(at.layer),
            Self::MlpPre(at) | Self::ResidPre(at) | Self::ResidMid(at) | Self::ResidPost(at) => {
                Some(at.layer)
            }
        }
    }

    /// As the contract spells its site.
    pub const fn site(self) -> &'static str {
        match self {
            Self::Logits(_) => "logits",
            Self::Q(_) => "q",
            Self::K(_) => "k",
            Self::V(_) => "v",
            Self::Pattern(_) => "pattern",
            Self::MlpPre(_) => "mlp_pre",
            Self::ResidPre(_) => "resid_pre",
            Self::ResidMid(_) => "resid_mid",
            Self::ResidPost(_) => "resid_post",
        }
    }

    /// As a figure's name has it: `logits`, `L9H6_q`, `L9_mlp_pre`.
    pub fn name(self) -> String {
        match (self.head(), self.layer()) {
            (Some(HeadAt { layer, head }), _) => format!("L{layer}H{head}_{}", self.site()),
            (None, Some(layer)) => format!("L{layer}_{}", self.site()),
            (None, None) => self.site().to_owned(),
        }
    }
}

/// Where a path begins: what takes its value from the corrupted run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sender {
    /// Each head's z.
    #[default]
    Z,
    /// What each layer's attention writes.
    AttnOut,
    /// What each layer's MLP writes.
    MlpOut,
    /// The residual stream before each block.
    ResidPre,
    /// The residual stream between attention and MLP of each block; only in sequential ones.
    ResidMid,
    /// The residual stream after each block.
    ResidPost,
}

impl Sender {
    /// As the contract spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Z => "z",
            Self::AttnOut => "attn_out",
            Self::MlpOut => "mlp_out",
            Self::ResidPre => "resid_pre",
            Self::ResidMid => "resid_mid",
            Self::ResidPost => "resid_post",
        }
    }
}

impl PathPatching {
    /// What the figures of a sender are called: `path_to_L9H6_q`, of layers `path_to_L9H6_q:mlp_out`.
    pub fn figure(&self, sender: Sender) -> String {
        let to = self.receiver.iter().map(|receiver| receiver.name()).collect::<Vec<_>>().join("+");
        match sender {
            Sender::Z => format!("path_to_{to}"),
            _ => format!("path_to_{to}:{}", sender.name()),
        }
    }
}

fn heads() -> Several<Sender> {
    Sender::Z.into()
}

fn are_heads(senders: &Several<Sender>) -> bool {
    *senders == heads()
}

fn yes() -> bool {
    true
}
