//! The figures of `composition`.

use super::literals::string;
use super::{Recipe, piece};

pub(super) fn recipes() -> Vec<Recipe> {
    let of = |name, mode: &str| {
        let recipe = Recipe::new(name, "heatmap", vec![piece!("composition/composition")]);
        recipe.with("MODE", string(mode))
    };
    vec![of("q_composition", "Q"), of("k_composition", "K"), of("v_composition", "V")]
}
