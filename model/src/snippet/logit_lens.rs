//! The figures of `logit_lens`.

use super::{Recipe, TOP, WORDS, piece};
use crate::wire::{Experiment, LogitLens, Norm, Prompts};

pub(super) fn recipes(experiment: &Experiment, options: &LogitLens) -> Vec<Recipe> {
    let lens = match options.norm {
        Norm::Cached => piece!("logit_lens/cached"),
        Norm::Recomputed => piece!("logit_lens/recomputed"),
    };
    let of = |name, kind, piece| {
        let recipe = Recipe::new(name, kind, vec![WORDS, TOP, lens, piece]).with_original_logits();
        recipe.of_prompt(options.prompt).with("PROMPT", options.prompt.to_string())
    };
    let tokens = of("top_tokens", "table", piece!("logit_lens/top_tokens"));
    let mut recipes = vec![
        of("top_probability", "heatmap", piece!("logit_lens/top_probability")),
        tokens.with("TOP_K", options.top_k.to_string()),
    ];
    if has_answer(experiment, options.prompt) {
        recipes.extend([
            of("answer_rank", "heatmap", piece!("logit_lens/answer_rank")),
            of("answer_logit", "line", piece!("logit_lens/answer_logit")),
            of("answer_probability", "line", piece!("logit_lens/answer_probability")),
        ]);
    }
    recipes
}

fn has_answer(experiment: &Experiment, prompt: usize) -> bool {
    let Prompts::List(prompts) = &experiment.prompts else { return false };
    prompts.get(prompt).is_some_and(|prompt| prompt.answer.is_some())
}
