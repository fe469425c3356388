//! The figures of `attribution`.

use super::literals::{boolean, string};
use super::{AVERAGES, CONTRAST, Recipe, direction, piece};
use crate::wire::{Attribution, Experiment, Norm, Processing, Prompts};

const LAYERS: &str = piece!("attribution/layers");
const HEADS: &str = piece!("attribution/heads");
const BIASES: &str = piece!("attribution/biases");

pub(super) fn recipes(experiment: &Experiment, options: &Attribution) -> Vec<Recipe> {
    let direction = direction(experiment);
    let line = |name, pieces: &[&'static str]| {
        let pieces = [&[CONTRAST, direction, AVERAGES], pieces].concat();
        Recipe::new(name, "line", pieces).with("PER_PROMPT", boolean(options.per_prompt))
    };
    let heads = |name: &str, group: String| {
        let pieces = vec![CONTRAST, direction, HEADS, piece!("attribution/head_attribution")];
        Recipe::new(name, "heatmap", pieces).with("GROUP", group)
    };
    let summary = vec![CONTRAST, direction, LAYERS, HEADS, BIASES, piece!("attribution/summary")];
    let mut recipes = vec![
        Recipe::new("logit_diff", "line", vec![CONTRAST, piece!("attribution/logit_diff")]),
        Recipe::new("summary", "scalars", summary),
        line("logit_lens", &[lens(experiment, options), piece!("attribution/logit_lens")]),
        line("layer_attribution", &[LAYERS, piece!("attribution/layer_attribution")]),
        line("bias_attribution", &[BIASES, piece!("attribution/bias_attribution")]),
        heads("head_attribution", "None".to_owned()),
    ];
    for group in groups(experiment) {
        recipes.push(heads(&format!("head_attribution:{group}"), string(group)));
    }
    recipes
}

fn lens(experiment: &Experiment, options: &Attribution) -> &'static str {
    match (options.norm, experiment.processing) {
        (Norm::Cached, _) => piece!("attribution/lens_cached"),
        (Norm::Recomputed, Processing::Folded) => piece!("attribution/lens_recomputed_folded"),
        (Norm::Recomputed, Processing::Raw) => piece!("attribution/lens_recomputed_raw"),
    }
}

/// The groups, in order of first appearance.
fn groups(experiment: &Experiment) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    if let Prompts::List(prompts) = &experiment.prompts {
        for group in prompts.iter().filter_map(|prompt| prompt.group.as_deref()) {
            if !names.contains(&group) {
                names.push(group);
            }
        }
    }
    names
}
