//! The parts of all prompts as figures.

use super::super::lines::ByPrompt;
use super::super::{figure, ranking};
use super::parts::Parts;
use crate::plan::EncodedPrompt;
use crate::wire::{Cell, Figure, FigureData, Neurons, Values};

/// TransformerLens's label, `L3N17`.
pub(super) fn label(layer: usize, neuron: usize) -> String {
    format!("L{layer}N{neuron}")
}

/// The neurons with the largest mean attribution of either sign, in order.
pub(super) fn top(done: &[Parts], n: usize) -> Vec<u32> {
    let sizes: Vec<f32> = mean(done, |p| &p.neurons).iter().map(|a| a.abs()).collect();
    ranking::first(&sizes, n, ranking::descending)
}

/// Every figure, as far as the first `done.len()` prompts tell.
pub(super) fn all(options: &Neurons, prompts: &[EncodedPrompt], done: &[Parts]) -> Vec<Figure> {
    let layer = options.layer;
    let by_prompt = ByPrompt { prompts, rows: done.iter().map(|p| p.neurons.as_slice()).collect() };
    let width = done.first().map_or(0, |p| p.neurons.len());
    let labels: Vec<String> = (0..width).map(|neuron| label(layer, neuron)).collect();
    let title = format!("Attribution of the neurons of layer {layer}");
    let line = by_prompt.line("neuron_attribution", &title, &labels, false);
    let top = top(done, options.top_k);
    let table = table(done, &top, &labels);
    vec![
        figure("summary", options.prompt, "The layer's MLP and its parts", summary(done, &top)),
        Figure { prompt: options.prompt, ..line },
        figure("neurons", options.prompt, "Neurons with the largest attribution", table),
    ]
}

fn mean(done: &[Parts], part: fn(&Parts) -> &[f32]) -> Values {
    ByPrompt { prompts: &[], rows: done.iter().map(part).collect() }.mean_and_stderr().0
}

fn table(done: &[Parts], top: &[u32], labels: &[String]) -> FigureData {
    let (attribution, activation) = (mean(done, |p| &p.neurons), mean(done, |p| &p.activations));
    let row = |neuron: &u32| {
        let at = *neuron as usize;
        let [attribution, activation] = [attribution[at], activation[at]].map(|v| Cell::Number(f64::from(v)));
        vec![Cell::Text(labels[at].clone()), attribution, activation]
    };
    FigureData::Table {
        columns: ["neuron", "attribution", "activation"].map(str::to_owned).to_vec(),
        rows: top.iter().map(row).collect(),
    }
}

/// Sums in f64, so that the residual error is the model's rounding and not this function's.
fn summary(done: &[Parts], top: &[u32]) -> FigureData {
    let sum = |parts: &Parts| parts.neurons.iter().map(|a| f64::from(*a)).sum::<f64>();
    let shown = |parts: &Parts| top.iter().map(|i| f64::from(parts.neurons[*i as usize])).sum::<f64>();
    let error = |p: &Parts| (f64::from(p.mlp_out) - sum(p) - f64::from(p.bias)).abs();
    let mean = |value: &dyn Fn(&Parts) -> f64| {
        (!done.is_empty()).then(|| done.iter().map(value).sum::<f64>() / done.len() as f64)
    };
    let values = [
        ("mlp_out", mean(&|p| f64::from(p.mlp_out))),
        ("neurons", mean(&sum)),
        ("shown", mean(&shown)),
        ("b_out", mean(&|p| f64::from(p.bias))),
        ("residual_error", Some(done.iter().map(error).fold(0.0, f64::max))),
    ];
    FigureData::Scalars { values: values.map(|(name, value)| (name.to_owned(), value)).into() }
}
