//! The figures of `path_patching`.

use super::causal::{self, of_pairs};
use super::literals::{boolean, list, string};
use super::{AVERAGES, Recipe, piece};
use crate::wire::{Experiment, PathPatching, Receiver, Sender};

const PATHS: &str = piece!("path_patching/paths");

pub(super) fn recipes(experiment: &Experiment, options: &PathPatching) -> Vec<Recipe> {
    let several = causal::pairs(experiment) > 1;
    let summary = Recipe::new("summary", "scalars", vec![causal::PAIRS, causal::ENDS, causal::SUMMARY]);
    let mut recipes = vec![of_pairs(summary, options.metric, options.normalize)];
    for &sender in options.sender.iter() {
        let name = options.figure(sender);
        let of = |suffix: &str, kind, piece| recipe(options, sender, &format!("{name}{suffix}"), kind, piece);
        if sender != Sender::Z {
            let line = of("", "line", piece!("path_patching/line"));
            recipes.push(line.with("PER_PROMPT", boolean(several)));
            continue;
        }
        recipes.push(of("", "heatmap", piece!("path_patching/mean")));
        if several {
            recipes.push(of("_stderr", "heatmap", piece!("path_patching/stderr")));
            recipes.push(of("_pairs", "tensor", piece!("path_patching/pairs_of_cells")));
        }
    }
    recipes
}

fn recipe(
    options: &PathPatching,
    sender: Sender,
    name: &str,
    kind: &'static str,
    piece: &'static str,
) -> Recipe {
    let pieces = vec![AVERAGES, causal::PAIRS, causal::EFFECTS, causal::POSITIONS, PATHS, piece];
    let recipe = of_pairs(Recipe::new(name, kind, pieces), options.metric, options.normalize);
    let receivers: Vec<String> = options.receiver.iter().map(|receiver| literal(*receiver)).collect();
    recipe
        .with("SENDER", string(sender.name()))
        .with("RECEIVERS", format!("[{}]", receivers.join(", ")))
        .with("POSITIONS", list(options.positions.as_deref().unwrap_or_default()))
}

/// `("q", 9, 6)`, `("mlp_pre", 9, None)`, `("logits", None, None)`.
fn literal(receiver: Receiver) -> String {
    let number = |number: Option<usize>| number.map_or("None".to_owned(), |number| number.to_string());
    let (layer, head) = (number(receiver.layer()), number(receiver.head().map(|at| at.head)));
    format!("(\"{}\", {layer}, {head})", receiver.site())
}
