//! The figures of `detect_heads`.

use super::literals::{boolean, string};
use super::{Recipe, piece};
use crate::wire::{DetectHeads, ErrorMeasure};

const HEADS_MAP: &str = piece!("detect_heads/heads_map");

pub(super) fn recipes(options: &DetectHeads) -> Vec<Recipe> {
    let measure = match options.error_measure {
        ErrorMeasure::Mul => "mul",
        ErrorMeasure::Abs => "abs",
    };
    let detected = options.pattern.all().iter().map(|pattern| {
        let pieces = vec![piece!("detect_heads/detect"), HEADS_MAP];
        let recipe = Recipe::new(pattern.name(), "heatmap", pieces).with("PATTERN", string(pattern.name()));
        let recipe = recipe.with("EXCLUDE_BOS", boolean(options.exclude_bos));
        let recipe = recipe.with("EXCLUDE_CURRENT_TOKEN", boolean(options.exclude_current_token));
        recipe.with("ERROR_MEASURE", string(measure))
    });
    let copying =
        || Recipe::new("copying_score", "heatmap", vec![piece!("detect_heads/copying_score"), HEADS_MAP]);
    detected.chain(options.copying_score.then(copying)).collect()
}
