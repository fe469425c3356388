//! The figures of `activation_patching`.

use super::causal::{self, of_pairs};
use super::literals::{boolean, list, string};
use super::{Recipe, WORDS, piece};
use crate::wire::{ActivationPatching, Direction, Experiment, PatchSite};

/// A pair's cells, patched.
pub(super) const PATCH: &str = piece!("activation_patching/patch");
/// The cells of every pair.
pub(super) const CELLS: &str = piece!("activation_patching/cells");
/// Those of the figure's site.
pub(super) const PATCHED: &str = piece!("activation_patching/patched_cells");

pub(super) fn recipes(experiment: &Experiment, options: &ActivationPatching) -> Vec<Recipe> {
    let several = causal::pairs(experiment) > 1;
    let mut recipes = vec![of_pairs(
        Recipe::new("summary", "scalars", vec![causal::PAIRS, causal::ENDS, causal::SUMMARY]),
        options.metric,
        options.normalize,
    )];
    for &site in options.site.iter() {
        let of = |suffix: &str, kind, piece| recipe(options, site, suffix, kind, piece);
        if site.of_head() && options.by_position {
            recipes.push(of("_by_position", "tensor", piece!("activation_patching/mean_by_position")));
            if several {
                let piece = piece!("activation_patching/stderr_by_position");
                recipes.push(of("_by_position_stderr", "tensor", piece));
                recipes.push(of(
                    "_by_position_pairs",
                    "tensor",
                    piece!("activation_patching/pairs_of_cells"),
                ));
            }
            continue;
        }
        recipes.push(of("", "heatmap", piece!("activation_patching/mean")));
        if several {
            recipes.push(of("_stderr", "heatmap", piece!("activation_patching/stderr")));
            recipes.push(of("_pairs", "tensor", piece!("activation_patching/pairs_of_cells")));
        }
    }
    recipes
}

fn recipe(
    options: &ActivationPatching,
    site: PatchSite,
    suffix: &str,
    kind: &'static str,
    piece: &'static str,
) -> Recipe {
    let name = format!("patched_{}{suffix}", site.name());
    let pieces = vec![
        WORDS,
        causal::PAIRS,
        causal::EFFECTS,
        causal::POSITIONS,
        causal::COLUMNS,
        CELLS,
        PATCH,
        PATCHED,
        piece,
    ];
    let recipe = of_pairs(Recipe::new(&name, kind, pieces), options.metric, options.normalize);
    of_site(recipe, options, site)
}

/// What the pieces that make cells read.
pub(super) fn of_site(recipe: Recipe, options: &ActivationPatching, site: PatchSite) -> Recipe {
    let forwards = options.direction == Direction::CleanIntoCorrupted;
    recipe
        .with("SITE", string(site.name()))
        .with("CLEAN_INTO_CORRUPTED", boolean(forwards))
        .with("BY_POSITION", boolean(options.by_position))
        .with("POSITIONS", options.positions.as_deref().map_or("None".to_owned(), list))
}
