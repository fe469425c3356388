//! What the snippets of the causal analyses have in common.

use super::literals::{boolean, string};
use super::{CONTRAST, Recipe, piece};
use crate::wire::{Experiment, Metric, Prompts};

/// Both runs of a pair.
pub(super) const PAIRS: &str = piece!("activation_patching/pairs");
/// What is measured of both runs of every pair.
pub(super) const ENDS: &str = piece!("activation_patching/ends");
/// Their means.
pub(super) const SUMMARY: &str = piece!("causal/summary");
/// The columns of a figure over positions.
pub(super) const COLUMNS: &str = piece!("activation_patching/columns");
/// From the metric to what is shown.
pub(super) const EFFECTS: &str = piece!("causal/effects");
/// Labels of positions.
pub(super) const POSITIONS: &str = piece!("causal/positions");

/// A recipe whose pieces measure runs.
pub(super) fn of_pairs(mut recipe: Recipe, metric: Metric, normalize: bool) -> Recipe {
    recipe.pieces.splice(0..0, [CONTRAST, piece!("causal/metric")]);
    recipe.with("METRIC", string(metric.name())).with("NORMALIZE", boolean(normalize))
}

/// How many pairs an experiment has.
pub(super) fn pairs(experiment: &Experiment) -> usize {
    match &experiment.prompts {
        Prompts::List(list) => list.len(),
        // results and plans have their sets expanded
        Prompts::Set(_) => 0,
    }
}
