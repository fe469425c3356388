//! The causal analyses: what becomes of the answer when an activation is changed.
//!
//! Attribution says where the answer is written; these say what matters for it. All of them change one run, the *base*,
//! in many ways, one at a time, and measure each: [`sweep`] computes the changed runs together, in one walk through the
//! layers; [`changes`] says what a changed activation makes of the residual stream; [`metric`] measures.

mod ablation;
mod activation_patching;
mod attribution_patching;
mod backward;
mod cells;
mod changes;
mod comparison;
mod effects;
mod intervene;
mod metric;
mod path_patching;
mod positions;
mod recorded;
mod replace;
mod sweep;

pub(super) use ablation::AblationJob;
pub(super) use activation_patching::ActivationPatchingJob;
pub(super) use attribution_patching::AttributionPatchingJob;
pub(super) use intervene::InterveneJob;
pub(super) use path_patching::PathPatchingJob;
pub(crate) use path_patching::places::Place;
pub(crate) use positions::Columns;
