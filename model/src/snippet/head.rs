//! The figures of `head`.

use super::{CONTRAST, Recipe, WORDS, direction, piece};
use crate::wire::{Experiment, Head, Processing};

const SHOWN: &str = piece!("head/shown");
const OWN: &str = piece!("head/own");

pub(super) fn recipes(experiment: &Experiment, options: &Head) -> Vec<Recipe> {
    let direction = direction(experiment);
    let promoted = match experiment.processing {
        Processing::Folded => piece!("head/promoted_folded"),
        Processing::Raw => piece!("head/promoted_raw"),
    };
    let of_head = |recipe: Recipe| {
        let recipe = recipe.with("LAYER", options.layer.to_string());
        recipe.with("HEAD", options.head.to_string()).with("PROMPT", options.prompt.to_string())
    };
    let shown = |name, kind, pieces| of_head(Recipe::new(name, kind, pieces)).of_prompt(options.prompt);
    let top = |name, sign: &str| shown(name, "table", vec![WORDS, SHOWN, promoted]).with("SIGN", sign);
    let sources = vec![CONTRAST, direction, WORDS, SHOWN, piece!("head/source_attribution")];
    let of_all = |piece| vec![CONTRAST, direction, OWN, piece];
    vec![
        shown("pattern", "heatmap", vec![WORDS, SHOWN, piece!("head/pattern")]),
        shown("value_weighted", "heatmap", vec![WORDS, SHOWN, piece!("head/value_weighted")]),
        shown("source_attribution", "line", sources),
        top("promoted", "1"),
        top("suppressed", "-1"),
        of_head(Recipe::new("per_prompt", "line", of_all(piece!("head/per_prompt")))),
        of_head(Recipe::new("summary", "scalars", of_all(piece!("head/summary")))),
    ]
}
