//! The figure of `activations`, and with it the tensors themselves.

use super::literals::{boolean, list};
use super::{Recipe, piece};
use crate::wire::{Activations, Positions};

pub(super) fn recipes(options: &Activations) -> Vec<Recipe> {
    let recipe = Recipe::new("activations", "table", vec![piece!("activations/activations")]);
    let last = options.positions == Positions::Last;
    vec![recipe.with("SITES", list(&options.sites)).with("LAST_ONLY", boolean(last))]
}
