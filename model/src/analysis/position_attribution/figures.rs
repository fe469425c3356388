//! The parts by source token as figures.

use super::super::{components, figure};
use super::parts::{Layer, Parts};
use crate::config::Config;
use crate::wire::{Figure, FigureData, Series};

/// Every figure of prompt `number`, whose tokens are `labels`.
pub(super) fn all(config: &Config, parts: &Parts, labels: &[String], number: usize) -> Vec<Figure> {
    let figure = |name, title, data| figure(name, Some(number), title, data);
    let rows = rows(config, parts, labels.len());
    let totals: Vec<f64> = (0..labels.len())
        .map(|key| rows.iter().map(|(_, row)| row[key]).filter(|v| !v.is_nan()).sum())
        .collect();
    let biases: Vec<f64> = parts.layers.iter().map(|layer| f64::from(layer.attention_bias)).collect();
    let heads = parts.layers.iter().flat_map(|layer| layer.heads.iter().copied()).collect();
    vec![
        figure("summary", "Logit difference and its parts", summary(parts, &totals, &biases)),
        figure(
            "position_attribution",
            "Attribution by layer and source token",
            FigureData::Heatmap {
                values: rows.iter().flat_map(|(_, row)| row).map(|v| *v as f32).collect(),
                rows: rows.into_iter().map(|(label, _)| label).collect(),
                columns: labels.to_vec(),
            },
        ),
        figure("source_attribution", "Attribution by source token", line(labels.to_vec(), &totals)),
        figure(
            "head_position_attribution",
            "Attribution by head and source token",
            FigureData::Tensor {
                axes: ["layer", "head", "source"].map(str::to_owned).to_vec(),
                shape: vec![config.n_layers, config.n_heads, labels.len()],
                values: heads,
            },
        ),
        figure(
            "bias_attribution",
            "Attention bias attribution",
            line(components::attention_bias_labels(config), &biases),
        ),
    ]
}

fn line(x: Vec<String>, values: &[f64]) -> FigureData {
    let y = values.iter().map(|v| *v as f32).collect();
    FigureData::Line { x, series: vec![Series { name: "attribution".to_owned(), y }] }
}

/// Label and values over source tokens of each component; what writes only at the last token is NaN elsewhere.
fn rows(config: &Config, parts: &Parts, n: usize) -> Vec<(String, Vec<f64>)> {
    let at_last = |value: f32| {
        let mut row = vec![f64::NAN; n];
        row[n - 1] = f64::from(value);
        row
    };
    let over_heads = |layer: &Layer| {
        (0..n).map(|key| layer.heads.iter().skip(key).step_by(n).map(|v| f64::from(*v)).sum()).collect()
    };
    let embeddings = components::embeddings(config).into_iter().zip(&parts.embeddings);
    let embeddings = embeddings.map(|((_, label), value)| (label, at_last(*value)));
    let layers = parts.layers.iter().enumerate().flat_map(|(i, layer)| {
        [(format!("{i}_heads"), over_heads(layer)), (format!("{i}_mlp_out"), at_last(layer.mlp))]
    });
    embeddings.chain(layers).collect()
}

fn summary(parts: &Parts, totals: &[f64], biases: &[f64]) -> FigureData {
    let (by_position, difference) = (totals.iter().sum::<f64>(), f64::from(parts.logit_diff));
    let biases = biases.iter().sum::<f64>() + f64::from(parts.bias);
    let values = [
        ("logit_diff", difference),
        ("by_position", by_position),
        ("biases", biases),
        ("residual_error", (difference - by_position - biases).abs()),
    ];
    FigureData::Scalars { values: values.map(|(name, value)| (name.to_owned(), Some(value))).into() }
}
