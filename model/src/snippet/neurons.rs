//! The figures of `neurons`.

use super::{AVERAGES, CONTRAST, Recipe, WORDS, direction, piece};
use crate::wire::{Experiment, Neurons, Processing};

const NEURONS: &str = piece!("neurons/neurons");

pub(super) fn recipes(experiment: &Experiment, options: &Neurons) -> Vec<Recipe> {
    let direction = direction(experiment);
    let of = |name, kind, pieces: &[&'static str]| {
        let recipe = Recipe::new(name, kind, [&[CONTRAST, direction, NEURONS], pieces].concat());
        let chosen = options.prompt.map_or("None".to_owned(), |prompt| prompt.to_string());
        let recipe = recipe.with("LAYER", options.layer.to_string()).with("PROMPT", chosen);
        let recipe = recipe.with("TOP_K", options.top_k.to_string());
        options.prompt.map_or(recipe.clone(), |prompt| recipe.of_prompt(prompt))
    };
    let written = match experiment.processing {
        Processing::Folded => piece!("neurons/written_folded"),
        Processing::Raw => piece!("neurons/written_raw"),
    };
    vec![
        of("summary", "scalars", &[piece!("neurons/summary")]),
        of("neuron_attribution", "line", &[AVERAGES, piece!("neurons/line")]).with("PER_PROMPT", "False"),
        of("neurons", "table", &[piece!("neurons/table")]),
        of("promoted", "table", &[WORDS, written]).with("SIGN", "1"),
        of("suppressed", "table", &[WORDS, written]).with("SIGN", "-1"),
    ]
}
