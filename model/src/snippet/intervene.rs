//! The figures of `intervene`: one for every prompt.

use super::causal::{self, of_pairs};
use super::{Recipe, WORDS, piece};
use crate::wire::{Experiment, Intervene};

pub(super) fn recipes(experiment: &Experiment, options: &Intervene) -> Vec<Recipe> {
    let of = |name: &str, kind, piece| {
        let pieces = vec![WORDS, piece!("generate/changes"), piece!("intervene/runs"), piece];
        // JSON of numbers and plain words is Python
        let interventions = serde_json::to_string(&options.interventions).unwrap_or_default();
        let recipe = of_pairs(Recipe::new(name, kind, pieces), options.metric, false);
        recipe.with("INTERVENTIONS", interventions).with("STEER", "None")
    };
    let table = |prompt: usize| {
        let recipe = of("top_tokens", "table", piece!("intervene/top_tokens")).of_prompt(prompt);
        recipe.with("PROMPT", prompt.to_string()).with("TOP_K", options.top_k.to_string())
    };
    let mut recipes = vec![
        of("effect", "scalars", piece!("intervene/effect")),
        of("effect_by_prompt", "line", piece!("intervene/by_prompt")),
    ];
    recipes.extend((0..causal::pairs(experiment)).map(table));
    recipes
}
