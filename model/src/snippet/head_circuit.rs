//! The figures of `head_circuit`.

use super::{Recipe, WORDS, piece};
use crate::wire::HeadCircuit;

const CIRCUITS: &str = piece!("head_circuit/circuits");
const ROWS: &str = piece!("head_circuit/rows");
const TOP_PAIRS: &str = piece!("head_circuit/top_pairs");

pub(super) fn recipes(options: &HeadCircuit) -> Vec<Recipe> {
    let of = |name, kind, pieces: &[&'static str]| {
        let recipe = Recipe::new(name, kind, [&[CIRCUITS], pieces].concat());
        recipe.with("LAYER", options.layer.to_string()).with("HEAD", options.head.to_string())
    };
    let pairs = |name, piece| {
        of(name, "table", &[WORDS, ROWS, TOP_PAIRS, piece]).with("TOP_K", options.top_k.to_string())
    };
    vec![
        of("summary", "scalars", &[ROWS, piece!("head_circuit/summary")]),
        of("ov_singular_values", "line", &[piece!("head_circuit/ov_singular_values")]),
        of("qk_singular_values", "line", &[piece!("head_circuit/qk_singular_values")]),
        of("ov_eigenvalues", "scatter", &[piece!("head_circuit/eigenvalues")]),
        pairs("ov_top_pairs", piece!("head_circuit/ov_top_pairs")),
        pairs("qk_top_pairs", piece!("head_circuit/qk_top_pairs")),
    ]
}
