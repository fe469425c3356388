//! Options of `attribution_patching`.

use super::analysis::is_default;
use super::{ActivationPatching, Direction, Metric, PatchSite, Several};
use serde::{Deserialize, Serialize};

/// Options of `attribution_patching`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AttributionPatching {
    /// What is put in: one site, or several.
    #[cfg_attr(feature = "openapi", schema(value_type = super::OneOrMany<PatchSite>))]
    pub site: Several<PatchSite>,
    /// Which run is changed.
    #[serde(default)]
    pub direction: Direction,
    /// How a run's answer is measured.
    #[serde(default, skip_serializing_if = "is_default")]
    pub metric: Metric,
    /// Whether values are (mean estimate − mean corrupted)/(mean clean − mean corrupted), or the metric itself.
    #[serde(default = "yes")]
    pub normalize: bool,
    /// Whether a head's values are put in one position at a time, instead of at all positions.
    #[serde(default, skip_serializing_if = "is_default")]
    pub by_position: bool,
    /// Names of positions, as in `activation_patching`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub positions: Option<Vec<String>>,
    /// Whether activation patching itself is run too, and both put beside each other.
    #[serde(default)]
    pub compare: bool,
}

impl AttributionPatching {
    /// The same question to activation patching.
    pub fn patching(&self) -> ActivationPatching {
        let Self { site, direction, metric, normalize, by_position, positions, compare: _ } = self.clone();
        ActivationPatching { site, direction, metric, normalize, by_position, positions }
    }
}

fn yes() -> bool {
    true
}
