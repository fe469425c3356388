//! The figures of `attribution_patching`, and with `compare` those of `activation_patching` beside them.

use super::causal::{self, of_pairs};
use super::literals::string;
use super::{Recipe, WORDS, activation_patching, piece};
use crate::wire::{AttributionPatching, Experiment, PatchSite};

const ATTRIBUTE: &str = piece!("attribution_patching/attribute");

pub(super) fn recipes(experiment: &Experiment, options: &AttributionPatching) -> Vec<Recipe> {
    let patched = activation_patching::recipes(experiment, &options.patching());
    let mut recipes: Vec<Recipe> = patched.iter().cloned().map(estimated).collect();
    if options.compare {
        recipes.extend(patched.into_iter().filter(|recipe| recipe.key.name != "summary"));
        for &site in options.site.iter() {
            let by_position = if site.of_head() && options.by_position { "_by_position" } else { "" };
            let name = format!("compared_{}{by_position}", site.name());
            recipes.push(both(options, site, &name, "scatter", piece!("attribution_patching/compared")));
        }
        let sites = options.site.iter().map(|site| string(site.name())).collect::<Vec<_>>().join(", ");
        let agreement =
            both(options, options.site[0], "agreement", "scalars", piece!("attribution_patching/agreement"));
        recipes.push(agreement.with("SITES", format!("[{sites}]")));
    }
    recipes
}

/// The same figure, estimated: what patches gives way to what estimates.
fn estimated(mut recipe: Recipe) -> Recipe {
    if let Some(rest) = recipe.key.name.strip_prefix("patched_") {
        recipe.key.name = format!("attributed_{rest}");
    }
    for piece in &mut recipe.pieces {
        if *piece == activation_patching::PATCH {
            *piece = ATTRIBUTE;
        } else if *piece == activation_patching::PATCHED {
            *piece = piece!("attribution_patching/estimated_cells");
        }
    }
    recipe
}

/// A figure of both, of one site.
fn both(
    options: &AttributionPatching,
    site: PatchSite,
    name: &str,
    kind: &'static str,
    piece: &'static str,
) -> Recipe {
    let pieces = vec![
        WORDS,
        causal::PAIRS,
        causal::EFFECTS,
        causal::POSITIONS,
        causal::COLUMNS,
        activation_patching::CELLS,
        activation_patching::PATCH,
        ATTRIBUTE,
        piece,
    ];
    let recipe = of_pairs(Recipe::new(name, kind, pieces), options.metric, options.normalize);
    activation_patching::of_site(recipe, &options.patching(), site)
}
