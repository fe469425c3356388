//! The figures of `ablation`.

use super::causal::{self, of_pairs};
use super::literals::{boolean, string};
use super::{AVERAGES, Recipe, WORDS, piece};
use crate::wire::{Ablation, AblationSite, Experiment};

const ABLATE: &str = piece!("ablation/ablate");
const CELLS: &str = piece!("ablation/cells");

pub(super) fn recipes(experiment: &Experiment, options: &Ablation) -> Vec<Recipe> {
    let several = causal::pairs(experiment) > 1;
    let by_position = if options.by_position { "_by_position" } else { "" };
    let name = format!("ablated_{}{by_position}", options.site.name());
    let of = |suffix: &str, kind, piece| {
        let pieces =
            vec![AVERAGES, WORDS, causal::EFFECTS, causal::POSITIONS, causal::COLUMNS, ABLATE, CELLS, piece];
        of_site(Recipe::new(&format!("{name}{suffix}"), kind, pieces), options)
    };
    let mut recipes =
        vec![of_site(Recipe::new("summary", "scalars", vec![ABLATE, causal::SUMMARY]), options)];
    match (options.site, options.by_position) {
        (AblationSite::Z, true) => {
            recipes.push(of("", "tensor", piece!("ablation/tensor")));
            if several {
                recipes.push(of("_stderr", "tensor", piece!("ablation/tensor_stderr")));
            }
        }
        (AblationSite::Z, false) | (_, true) => {
            recipes.push(of("", "heatmap", piece!("ablation/mean")));
            if several {
                recipes.push(of("_stderr", "heatmap", piece!("ablation/stderr")));
            }
        }
        (site, false) => {
            recipes.push(of("", "line", piece!("ablation/line")).with("PER_PROMPT", boolean(several)));
            if site == AblationSite::Neuron {
                let mut top = of("", "table", piece!("ablation/top_neurons"));
                "top_neurons".clone_into(&mut top.key.name);
                recipes.push(top);
            }
            return recipes;
        }
    }
    if several {
        recipes.push(of("_pairs", "tensor", piece!("ablation/pairs_of_cells")));
    }
    recipes
}

fn of_site(recipe: Recipe, options: &Ablation) -> Recipe {
    of_pairs(recipe, options.metric, options.normalize)
        .with("SITE", string(options.site.name()))
        .with("LAYER", options.layer.map_or("None".to_owned(), |layer| layer.to_string()))
        .with("METHOD", string(options.method.name()))
        .with("BY_POSITION", boolean(options.by_position))
}
