//! The figures of `prompt_test`: some for every prompt.

use super::literals::string;
use super::{Recipe, TOP, WORDS, piece};
use crate::wire::{Experiment, Prompt, PromptTest, Prompts};

const CONTINUATION: &str = piece!("prompt_test/continuation");

pub(super) fn recipes(experiment: &Experiment, options: &PromptTest) -> Vec<Recipe> {
    let Prompts::List(prompts) = &experiment.prompts else { return Vec::new() };
    prompts.iter().enumerate().flat_map(|(number, prompt)| of_prompt(number, prompt, options)).collect()
}

fn of_prompt(number: usize, prompt: &Prompt, options: &PromptTest) -> Vec<Recipe> {
    let of = |name: &str, kind, piece| {
        let recipe = Recipe::new(name, kind, vec![WORDS, TOP, piece]).with_original_logits();
        recipe.of_prompt(number).with("PROMPT", number.to_string())
    };
    let next = of("prompt_test", "table", piece!("prompt_test/prompt_test"));
    let mut recipes = vec![next.with("TOP_K", options.top_k.to_string())];
    for (role, text) in [("answer", &prompt.answer), ("distractor", &prompt.distractor)] {
        if text.is_some() {
            let asked =
                |name: &str, kind, piece| of(name, kind, CONTINUATION).then(piece).with("ROLE", string(role));
            recipes.push(asked(role, "scalars", piece!("prompt_test/answer")));
            recipes.push(asked(&format!("{role}_tokens"), "table", piece!("prompt_test/tokens")));
        }
    }
    recipes
}
