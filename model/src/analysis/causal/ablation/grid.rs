//! Which cells an ablation has, and what they are called.

use super::super::super::{figure, ranking};
use super::super::cells::{Part, PatchCell};
use super::super::effects::{Axes, Effects, numbered};
use crate::config::Config;
use crate::wire::{Ablation, AblationSite, Cell, Figure, FigureData, PatchSite};
use std::ops::Range;

/// Neurons listed.
const LISTED: usize = 20;

/// Layers, and heads where there are; or the neurons of one layer; then positions, where they are told apart.
pub(super) fn axes(config: &Config, options: &Ablation, positions: Option<Vec<String>>) -> Axes {
    let layers = layers(config, options);
    let mut axes = match options.site {
        AblationSite::Z => {
            vec![("layer", numbered('L', config.n_layers)), ("head", numbered('H', config.n_heads))]
        }
        AblationSite::Neuron => {
            let label = |neuron| format!("L{}N{neuron}", layers.start);
            vec![("neuron", (0..config.d_mlp).map(label).collect())]
        }
        AblationSite::AttnOut | AblationSite::MlpOut => {
            vec![("layer", layers.map(|layer| format!("{layer}_{}", options.site.name())).collect())]
        }
    };
    axes.extend(positions.map(|labels| ("position", labels)));
    axes
}

/// The cells of a prompt that can change something: not before `first`, where what is put in begins to differ.
pub(super) fn lay_out(
    config: &Config,
    options: &Ablation,
    positions: &[Option<usize>],
    tokens: usize,
    first: usize,
) -> Vec<PatchCell> {
    let (part, units) = match options.site {
        AblationSite::Z => (PatchSite::Z.into(), config.n_heads),
        AblationSite::AttnOut => (PatchSite::AttnOut.into(), 1),
        AblationSite::MlpOut => (PatchSite::MlpOut.into(), 1),
        AblationSite::Neuron => (Part::Neuron, config.d_mlp),
    };
    let mut cells = Vec::new();
    let mut numbers = 0..;
    for layer in layers(config, options) {
        for unit in 0..units {
            for (position, number) in positions.iter().zip(&mut numbers) {
                cells.extend(PatchCell::new(part, layer, unit, *position, tokens, first, number));
            }
        }
    }
    cells
}

/// All layers, or the one whose neurons are replaced.
fn layers(config: &Config, options: &Ablation) -> Range<usize> {
    match (options.site, options.layer) {
        (AblationSite::Neuron, Some(layer)) => layer..layer + 1,
        _ => 0..config.n_layers,
    }
}

/// The neurons without which the answer changes most, as far as they are computed.
pub(super) fn top_neurons(effects: &Effects<'_>, labels: &[String]) -> Figure {
    let (means, unchanged) = effects.means(0..labels.len());
    let sizes: Vec<f32> = means.iter().map(|mean| (mean - unchanged).abs()).collect();
    let row = |neuron: &u32| {
        let mean = means[*neuron as usize];
        let numbers = [mean, mean - unchanged].map(|value| Cell::Number(f64::from(value)));
        [vec![Cell::Text(labels[*neuron as usize].clone())], numbers.to_vec()].concat()
    };
    let known = |neuron: &u32| !means[*neuron as usize].is_nan();
    let top = ranking::first(&sizes, LISTED, ranking::descending);
    let columns = ["neuron", "ablated", "change"].map(str::to_owned).to_vec();
    let rows = top.iter().filter(|neuron| known(neuron)).map(row).collect();
    figure("top_neurons", None, "Neurons that change the answer most", FigureData::Table { columns, rows })
}
