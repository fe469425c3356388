//! The figures of `attention`.

use super::{Recipe, piece};
use crate::wire::Attention;

const PATTERNS: &str = piece!("attention/patterns");

pub(super) fn recipes(options: &Attention) -> Vec<Recipe> {
    let of = |name, kind, piece| {
        let recipe = Recipe::new(name, kind, vec![PATTERNS, piece]).of_prompt(options.prompt);
        recipe.with("PROMPT", options.prompt.to_string())
    };
    let maps = match options.size {
        None => of("attention", "tensor", piece!("attention/attention")),
        Some(size) => of("attention", "tensor", piece!("attention/reduced")).with("SIZE", size.to_string()),
    };
    vec![maps, of("attention_scores", "table", piece!("attention/attention_scores"))]
}
