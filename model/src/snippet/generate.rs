//! The figures of `generate`: some for every prompt.

use super::literals::{boolean, string};
use super::{Recipe, WORDS, piece};
use crate::wire::{Experiment, Generate, Prompts, Steer};

pub(super) fn recipes(experiment: &Experiment, options: &Generate) -> Vec<Recipe> {
    let Prompts::List(prompts) = &experiment.prompts else { return Vec::new() };
    (0..prompts.len()).flat_map(|prompt| of_prompt(prompt, options)).collect()
}

fn of_prompt(prompt: usize, options: &Generate) -> Vec<Recipe> {
    let continued =
        if options.temperature > 0.0 { piece!("generate/sampled") } else { piece!("generate/greedy") };
    let of = |name, changed, piece| {
        let pieces = vec![piece!("generate/imports"), WORDS, piece!("generate/changes"), continued, piece];
        let recipe = Recipe::new(name, "table", pieces).of_prompt(prompt);
        // JSON of numbers and plain words is Python
        let interventions = serde_json::to_string(&options.interventions).unwrap_or_default();
        let recipe = recipe.with("PROMPT", prompt.to_string()).with("CHANGED", boolean(changed));
        let recipe = recipe.with("MAX_TOKENS", options.max_tokens.to_string());
        let recipe = recipe.with("TEMPERATURE", format!("{:?}", options.temperature));
        let recipe = recipe.with("TOP_K", options.top_k.map_or("None".to_owned(), |k| k.to_string()));
        let recipe = recipe.with("SEED", options.seed.to_string()).with("INTERVENTIONS", interventions);
        recipe.with("STEER", options.steer.as_ref().map_or("None".to_owned(), steering))
    };
    let mut recipes = vec![
        of("text", options.changes(), piece!("generate/text")),
        of("original", false, piece!("generate/tokens")),
    ];
    if options.changes() {
        recipes.push(of("changed", true, piece!("generate/tokens")));
    }
    recipes
}

fn steering(steer: &Steer) -> String {
    let Steer { layer, scale, .. } = steer;
    // quoted words
    let word = |value: serde_json::Result<String>| value.unwrap_or_default();
    format!(
        "{{\"site\": {}, \"layer\": {layer}, \"positive\": {}, \"negative\": {}, \"scale\": {scale:?}, \"positions\": {}}}",
        word(serde_json::to_string(&steer.site)),
        string(&steer.positive),
        string(&steer.negative),
        word(serde_json::to_string(&steer.positions)),
    )
}
