//! Figures as pictures at publication size: SVG with text as text, the page's colours, and nothing to load.

mod canvas;
mod colors;
mod heatmap;
mod labels;
mod lines;
mod raster;
mod scale;
mod scatter;
mod tensor;
mod words;

pub use canvas::{Drawing, escape};
pub use colors::{Map, Theme};
pub use scale::{plain as magnitude, signed};

use super::Report;
use heatmap::Matrix;
use lines::Chart;
use model::table::Table;
use model::wire::{Figure, FigureData};
use tensor::Maps;

/// Draws a figure of a result; diverging maps are coloured from `diverging`.
pub fn draw(report: &Report, figure: &Figure, diverging: Map) -> Drawing {
    let map = if is_sequential(figure) { Map::Mist } else { diverging };
    let mut drawing = Drawing::new(&figure.title, map);
    let unit = super::about::unit(&report.experiment.analysis, figure);
    match &figure.data {
        FigureData::Line { x, series } => {
            let total = (figure.name == "logit_lens").then(|| report.mean_logit_diff()).flatten();
            let total = total.map(|value| (value, "mean logit difference"));
            Chart { x, series, bars: has_bars(&figure.name), total, unit }.draw(&mut drawing);
        }
        FigureData::Heatmap { rows, columns, values } if figure.name.starts_with("head_attribution") => {
            // layers run from left to right, as in every other figure
            let turned = transposed(values, columns.len());
            Matrix { rows: columns, columns: rows, values: &turned, map, axes: None, unit }
                .draw(&mut drawing);
        }
        FigureData::Heatmap { rows, columns, values } => {
            let axes = super::about::axes(&figure.name);
            Matrix { rows, columns, values, map, axes, unit }.draw(&mut drawing);
        }
        FigureData::Scatter { x, y, labels, x_title, y_title } => {
            scatter::draw(x, y, labels, (x_title, y_title), &mut drawing);
        }
        FigureData::Tensor { axes, shape, values } => {
            if !(Maps { axes, shape, values, map }).draw(&mut drawing) {
                words::draw(&Table::of(figure), &mut drawing);
            }
        }
        FigureData::Table { .. } | FigureData::Scalars { .. } => {
            words::draw(&Table::of(figure), &mut drawing);
        }
    }
    drawing
}

/// Whether values are amounts, with nothing below zero to be told from what is above.
fn is_sequential(figure: &Figure) -> bool {
    let (FigureData::Heatmap { values, .. } | FigureData::Tensor { values, .. }) = &figure.data else {
        return false;
    };
    !figure.name.contains("attribution") && values.iter().all(|value| value.is_nan() || *value >= 0.0)
}

/// Parts of a sum and values by prompt stand each for itself; what runs through the layers is a line.
fn has_bars(name: &str) -> bool {
    name != "logit_lens" && (name.contains("attribution") || matches!(name, "logit_diff" | "per_prompt"))
}

fn transposed(values: &[f32], columns: usize) -> Vec<f32> {
    let rows = values.len() / columns.max(1);
    (0..columns).flat_map(|column| (0..rows).map(move |row| values[row * columns + column])).collect()
}
