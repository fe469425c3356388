//! The figures of `position_attribution`.

use super::{CONTRAST, Recipe, WORDS, direction, piece};
use crate::wire::{Experiment, PositionAttribution};

const PARTS: &str = piece!("position_attribution/parts");

pub(super) fn recipes(experiment: &Experiment, options: &PositionAttribution) -> Vec<Recipe> {
    let direction = direction(experiment);
    let of = |name, kind, piece| {
        let recipe = Recipe::new(name, kind, vec![CONTRAST, direction, WORDS, PARTS, piece]);
        recipe.of_prompt(options.prompt).with("PROMPT", options.prompt.to_string())
    };
    vec![
        of("summary", "scalars", piece!("position_attribution/summary")),
        of("position_attribution", "heatmap", piece!("position_attribution/position_attribution")),
        of("source_attribution", "line", piece!("position_attribution/source_attribution")),
        of("head_position_attribution", "tensor", piece!("position_attribution/head_position_attribution")),
        of("bias_attribution", "line", piece!("position_attribution/bias_attribution")),
    ]
}
