//! Figures of two models: the other's program, and the two programs of a difference.

use super::{FigureKey, piece, recipe, recipes};
use crate::sides::{Side, is_error};
use crate::wire::{Experiment, Started};

/// The same experiment on one of its two models.
pub(super) fn of(experiment: &Experiment, side: Side) -> Option<Experiment> {
    let alone = Experiment { compare_with: None, ..experiment.clone() };
    match side {
        Side::First => Some(alone),
        Side::Other => Some(Experiment { model: experiment.compare_with.clone()?, ..alone }),
        Side::Difference => None,
    }
}

/// All figures of both models, and the differences that there are where labels are the same; of tables only a run tells.
pub(super) fn figures(experiment: &Experiment) -> Vec<FigureKey> {
    let first: Vec<FigureKey> = recipes(experiment).into_iter().map(|recipe| recipe.key).collect();
    if experiment.compare_with.is_none() {
        return first;
    }
    let named = |side: Side, key: &FigureKey| FigureKey { name: side.name(&key.name), ..key.clone() };
    let others: Vec<_> = first.iter().map(|key| named(Side::Other, key)).collect();
    let subtracted = |key: &&FigureKey| !is_error(&key.name) && !["table", "scatter"].contains(&key.kind);
    let differences: Vec<_> =
        first.iter().filter(subtracted).map(|key| named(Side::Difference, key)).collect();
    [first, others, differences].concat()
}

/// The program of the figure `name`, whoever's it is.
pub(super) fn snippet(
    experiment: &Experiment,
    started: &Started,
    name: &str,
    prompt: Option<usize>,
) -> Option<String> {
    let (side, name) = Side::of(name);
    let write = |side: Side| {
        let experiment = of(experiment, side)?;
        Some(recipe(&experiment, name, prompt)?.write(&experiment, started))
    };
    if side != Side::Difference {
        return write(side);
    }
    let (first, other) = (write(Side::First)?, write(Side::Other)?);
    Some(
        [first.as_str(), "first = values", &other, piece!("difference")].map(str::trim_end).join("\n\n\n")
            + "\n",
    )
}
