//! The parts of all prompts as figures.

use super::super::components;
use super::super::lens;
use super::super::lines::ByPrompt;
use super::parts::Parts;
use crate::config::Config;
use crate::plan::EncodedPrompt;
use crate::wire::{Figure, FigureData, Series, Values};
use std::collections::BTreeMap;

/// Every figure, as far as the first `done.len()` prompts tell.
pub(super) fn all(
    config: &Config,
    prompts: &[EncodedPrompt],
    done: &[Parts],
    per_prompt: bool,
) -> Vec<Figure> {
    let over = |part: fn(&Parts) -> &[f32]| ByPrompt { prompts, rows: done.iter().map(part).collect() };
    let mut figures = vec![
        logit_diff(prompts, done),
        summary(config, done),
        over(|p| &p.lens).line("logit_lens", "Logit lens", &lens::labels(config), per_prompt),
        over(|p| &p.layers).line("layer_attribution", "Layer attribution", &layer_labels(config), per_prompt),
        over(|p| &p.attention_biases).line(
            "bias_attribution",
            "Attention bias attribution",
            &components::attention_bias_labels(config),
            per_prompt,
        ),
    ];
    let heads = over(|p| &p.heads);
    figures.push(head_attribution(config, None, heads.mean_and_stderr().0));
    figures.extend(
        heads.group_means().into_iter().map(|(group, mean)| head_attribution(config, Some(&group), mean)),
    );
    figures
}

fn logit_diff(prompts: &[EncodedPrompt], done: &[Parts]) -> Figure {
    let y = (0..prompts.len()).map(|i| done.get(i).map_or(f32::NAN, |p| p.logit_diff)).collect();
    Figure {
        name: "logit_diff".to_owned(),
        prompt: None,
        title: "Logit difference per prompt".to_owned(),
        data: FigureData::Line {
            x: labels(prompts.len(), |i| i.to_string()),
            series: vec![Series { name: "logit_diff".to_owned(), y }],
        },
    }
}

/// Sums in f64, so that the residual error is the model's rounding and not this function's.
fn summary(config: &Config, done: &[Parts]) -> Figure {
    let sums: Vec<Sums> = done.iter().map(|parts| Sums::of(config, parts)).collect();
    let differences: Vec<f64> = done.iter().map(|p| f64::from(p.logit_diff)).collect();
    let mean_of = |part: fn(&Sums) -> f64| mean(&sums.iter().map(part).collect::<Vec<_>>());
    let residual =
        sums.iter().zip(&differences).map(|(sum, diff)| (diff - sum.total()).abs()).fold(0.0, f64::max);
    let values = [
        ("mean_logit_diff", mean(&differences)),
        ("stderr_logit_diff", stderr(&differences)),
        ("attributed", mean_of(Sums::total)),
        ("residual_error", Some(residual)),
        ("heads", mean_of(|s| s.heads)),
        ("mlps", mean_of(|s| s.mlps)),
        ("biases", mean_of(|s| s.biases)),
        ("embed", mean_of(|s| s.embed)),
    ];
    Figure {
        name: "summary".to_owned(),
        prompt: None,
        title: "Logit difference and its parts".to_owned(),
        data: FigureData::Scalars {
            values: values
                .map(|(name, value)| (name.to_owned(), value))
                .into_iter()
                .collect::<BTreeMap<_, _>>(),
        },
    }
}

/// One prompt's parts by what they are.
struct Sums {
    embed: f64,
    heads: f64,
    mlps: f64,
    /// Attention biases and the unembedding's.
    biases: f64,
}

impl Sums {
    fn of(config: &Config, parts: &Parts) -> Self {
        let sum = |values: &[f32]| values.iter().map(|v| f64::from(*v)).sum::<f64>();
        let embeddings = components::embeddings(config).len();
        let outputs = &parts.layers[embeddings..parts.layers.len() - 1];
        let mlps = outputs.iter().skip(1).step_by(2).map(|v| f64::from(*v)).sum();
        Self {
            embed: sum(&parts.layers[..embeddings]),
            heads: sum(&parts.heads),
            mlps,
            biases: sum(&parts.attention_biases) + sum(&parts.layers[parts.layers.len() - 1..]),
        }
    }

    fn total(&self) -> f64 {
        self.embed + self.heads + self.mlps + self.biases
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn stderr(values: &[f64]) -> Option<f64> {
    let (mean, n) = (mean(values)?, values.len() as f64);
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (n - 1.0) / n).sqrt())
}

fn head_attribution(config: &Config, group: Option<&str>, values: Values) -> Figure {
    let (name, title) = match group {
        None => ("head_attribution".to_owned(), "Head attribution".to_owned()),
        Some(group) => (format!("head_attribution:{group}"), format!("Head attribution, {group}")),
    };
    let data = FigureData::Heatmap {
        rows: labels(config.n_layers, |layer| format!("L{layer}")),
        columns: labels(config.n_heads, |head| format!("H{head}")),
        values,
    };
    Figure { name, prompt: None, title, data }
}

fn labels(n: usize, label: impl Fn(usize) -> String) -> Vec<String> {
    (0..n).map(label).collect()
}

/// `embed`, (`pos_embed`,) `0_attn_out`, `0_mlp_out`, …, `bias`.
fn layer_labels(config: &Config) -> Vec<String> {
    let layers =
        (0..config.n_layers).flat_map(|layer| ["attn_out", "mlp_out"].map(|part| format!("{layer}_{part}")));
    let embeddings = components::embeddings(config).into_iter().map(|(_, label)| label);
    embeddings.chain(layers).chain(["bias".to_owned()]).collect()
}
