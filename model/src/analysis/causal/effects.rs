//! Measured pairs as figures: means over pairs, normalised by what the pairs' own two runs differ by.

use super::super::figure;
use super::super::lines::ByPrompt;
use crate::plan::EncodedPrompt;
use crate::wire::{Figure, FigureData, Values};
use std::ops::Range;

/// What was measured of one pair.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured {
    pub(super) clean: f32,
    pub(super) corrupted: f32,
    /// Of each cell; NaN where it has not been computed yet.
    pub(super) cells: Vec<f32>,
}

/// What was measured of the first pairs.
pub(super) struct Effects<'a> {
    pub(super) prompts: &'a [EncodedPrompt],
    pub(super) pairs: &'a [Measured],
    /// Whether 0 is the corrupted runs' mean and 1 the clean runs'.
    pub(super) normalize: bool,
    /// Whether these are all.
    pub(super) complete: bool,
}

/// The axes of a figure of cells: names, and the labels of each.
pub(super) type Axes = Vec<(&'static str, Vec<String>)>;

impl Effects<'_> {
    /// What the pairs' own runs give, and how many there are.
    pub(super) fn summary(&self) -> Figure {
        let of = |part: fn(&Measured) -> f32| {
            let rows: Vec<[f32; 1]> = self.pairs.iter().map(|pair| [part(pair)]).collect();
            let rows = rows.iter().map(<[f32; 1]>::as_slice).collect();
            let (mean, stderr) = ByPrompt { prompts: self.prompts, rows }.mean_and_stderr();
            [mean[0], stderr[0]].map(|value| (!value.is_nan()).then_some(f64::from(value)))
        };
        let ([clean, clean_stderr], [corrupted, corrupted_stderr]) = (of(|p| p.clean), of(|p| p.corrupted));
        let values = [
            ("clean", clean),
            ("clean_stderr", clean_stderr),
            ("corrupted", corrupted),
            ("corrupted_stderr", corrupted_stderr),
            ("pairs", Some(self.pairs.len() as f64)),
        ];
        let values = values.map(|(name, value)| (name.to_owned(), value)).into();
        figure("summary", None, "Clean and corrupted runs", FigureData::Scalars { values })
    }

    /// The figure `name` of some of the cells, with its standard errors and single pairs where there are several.
    pub(super) fn figures(&self, name: &str, title: &str, cells: Range<usize>, axes: &Axes) -> Vec<Figure> {
        let rows: Vec<Vec<f32>> =
            self.pairs.iter().map(|pair| self.scaled(&pair.cells[cells.clone()])).collect();
        let by_pair = ByPrompt { prompts: self.prompts, rows: rows.iter().map(Vec::as_slice).collect() };
        let (mean, stderr) = by_pair.mean_and_stderr();
        if let [(_, labels)] = &axes[..] {
            return vec![by_pair.line(name, title, labels, self.complete && rows.len() > 1)];
        }
        let mut figures = vec![figure(name, None, title, over(axes, mean))];
        if rows.len() > 1 {
            let title = format!("{title}: standard error");
            figures.push(figure(&format!("{name}_stderr"), None, &title, over(axes, stderr)));
        }
        if self.complete && rows.len() > 1 {
            let title = format!("{title}: every pair");
            let (names, lengths): (Vec<_>, Vec<_>) =
                axes.iter().map(|(name, labels)| ((*name).to_owned(), labels.len())).unzip();
            let data = FigureData::Tensor {
                axes: ["pair".to_owned()].into_iter().chain(names).collect(),
                shape: [rows.len()].into_iter().chain(lengths).collect(),
                values: rows.concat().into(),
            };
            figures.push(figure(&format!("{name}_pairs"), None, &title, data));
        }
        figures
    }

    /// The means of some of the cells, and the value of one that changes nothing of the clean runs, in the unit of the figure.
    pub(super) fn means(&self, cells: Range<usize>) -> (Values, f32) {
        let rows: Vec<Vec<f32>> =
            self.pairs.iter().map(|pair| self.scaled(&pair.cells[cells.clone()])).collect();
        let rows = rows.iter().map(Vec::as_slice).collect();
        let clean: Vec<f32> = self.pairs.iter().flat_map(|pair| self.scaled(&[pair.clean])).collect();
        let unchanged = clean.iter().map(|value| f64::from(*value)).sum::<f64>() / clean.len() as f64;
        (ByPrompt { prompts: self.prompts, rows }.mean_and_stderr().0, unchanged as f32)
    }

    /// One pair's cells in the unit of the figure. Pairs share one denominator, so that their mean is the ratio of means.
    fn scaled(&self, cells: &[f32]) -> Vec<f32> {
        if !self.normalize {
            return cells.to_vec();
        }
        let mean = |part: fn(&Measured) -> f32| {
            self.pairs.iter().map(|pair| f64::from(part(pair))).sum::<f64>() / self.pairs.len() as f64
        };
        let (clean, corrupted) = (mean(|p| p.clean), mean(|p| p.corrupted));
        let scale = |value: &f32| ((f64::from(*value) - corrupted) / (clean - corrupted)) as f32;
        cells.iter().map(scale).collect()
    }
}

/// Values of cells: a heatmap over two axes, a tensor over more.
fn over(axes: &Axes, values: Values) -> FigureData {
    match &axes[..] {
        [(_, rows), (_, columns)] => {
            FigureData::Heatmap { rows: rows.clone(), columns: columns.clone(), values }
        }
        _ => FigureData::Tensor {
            axes: axes.iter().map(|(name, _)| (*name).to_owned()).collect(),
            shape: axes.iter().map(|(_, labels)| labels.len()).collect(),
            values,
        },
    }
}

/// `L0`, `L1`, … or `H0`, …
pub(super) fn numbered(letter: char, n: usize) -> Vec<String> {
    (0..n).map(|i| format!("{letter}{i}")).collect()
}
