//! Two models on one experiment: whose a figure is, and what the difference of two figures is.
//!
//! With `compare_with`, a run has every figure three times: the first model's under its own name, the other one's with
//! `compare_with:` before it, and the difference, first minus other, with `difference:` before it where the two have the
//! same labels.

use crate::wire::{Cell, Figure, FigureData, Series, Values};
use std::collections::BTreeMap;

/// Whose a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The experiment's `model`.
    First,
    /// The model of `compare_with`.
    Other,
    /// The first's minus the other's.
    Difference,
}

const OTHER: &str = "compare_with:";
const DIFFERENCE: &str = "difference:";

impl Side {
    /// The side that a figure's name tells, and the name without it.
    pub fn of(name: &str) -> (Self, &str) {
        let other = name.strip_prefix(OTHER).map(|rest| (Self::Other, rest));
        let difference = || name.strip_prefix(DIFFERENCE).map(|rest| (Self::Difference, rest));
        other.or_else(difference).unwrap_or((Self::First, name))
    }

    /// The name of this side's figure.
    pub fn name(self, figure: &str) -> String {
        match self {
            Self::First => figure.to_owned(),
            Self::Other => format!("{OTHER}{figure}"),
            Self::Difference => format!("{DIFFERENCE}{figure}"),
        }
    }
}

/// The first figure's numbers minus the other's; `None` where their labels differ, or where a difference would mean
/// nothing: of standard errors, and of points.
///
/// A line's standard error is that of the prompts' differences, $s/\sqrt n$ with pairs of prompts, where the lines have
/// the prompts one by one.
pub fn difference(first: &Figure, other: &Figure) -> Option<FigureData> {
    if is_error(&first.name) {
        return None;
    }
    Some(match (&first.data, &other.data) {
        (FigureData::Line { x, series }, FigureData::Line { x: x_other, series: others }) if x == x_other => {
            let series = lines(series, others);
            (!series.is_empty()).then(|| FigureData::Line { x: x.clone(), series })?
        }
        (
            FigureData::Heatmap { rows, columns, values },
            FigureData::Heatmap { rows: rows_other, columns: columns_other, values: others },
        ) if rows == rows_other && columns == columns_other => {
            let values = minus(values, others);
            FigureData::Heatmap { rows: rows.clone(), columns: columns.clone(), values }
        }
        (
            FigureData::Tensor { axes, shape, values },
            FigureData::Tensor { axes: axes_other, shape: shape_other, values: others },
        ) if axes == axes_other && shape == shape_other => {
            FigureData::Tensor { axes: axes.clone(), shape: shape.clone(), values: minus(values, others) }
        }
        (FigureData::Table { columns, rows }, FigureData::Table { columns: columns_other, rows: others })
            if columns == columns_other && rows.len() == others.len() =>
        {
            let row = |(row, other): (&Vec<Cell>, &Vec<Cell>)| cells(row, other);
            let rows = rows.iter().zip(others).map(row).collect::<Option<_>>()?;
            FigureData::Table { columns: columns.clone(), rows }
        }
        (FigureData::Scalars { values }, FigureData::Scalars { values: others }) => {
            let one = |(name, value): (&String, &Option<f64>)| {
                let other = others.get(name).filter(|_| !is_error(name))?;
                Some((name.clone(), value.zip(*other).map(|(a, b)| a - b)))
            };
            let values: BTreeMap<_, _> = values.iter().filter_map(one).collect();
            (!values.is_empty()).then_some(FigureData::Scalars { values })?
        }
        _ => return None,
    })
}

/// Whether a figure or series is of standard errors.
pub(crate) fn is_error(name: &str) -> bool {
    name.split('_').any(|word| word == "stderr")
}

fn minus(first: &[f32], other: &[f32]) -> Values {
    first.iter().zip(other).map(|(a, b)| a - b).collect()
}

/// Series that both have, and the standard error of their prompts' differences.
fn lines(first: &[Series], other: &[Series]) -> Vec<Series> {
    let minus = |one: &Series| {
        let other = other.iter().find(|other| other.name == one.name && !is_error(&one.name))?;
        Some(Series { name: one.name.clone(), y: minus(&one.y, &other.y) })
    };
    let mut series: Vec<Series> = first.iter().filter_map(minus).collect();
    let prompts: Vec<&Values> =
        series.iter().filter(|one| one.name.starts_with("prompt:")).map(|one| &one.y).collect();
    if let (Some(place), true) = (series.iter().position(|one| one.name == "mean"), prompts.len() > 1) {
        let y = errors(&prompts);
        series.insert(place + 1, Series { name: "stderr".to_owned(), y });
    }
    series
}

/// s/√n of every column.
fn errors(rows: &[&Values]) -> Values {
    let n = rows.len() as f64;
    let of = |column: usize| {
        let values = || rows.iter().map(|row| f64::from(row[column]));
        let mean = values().sum::<f64>() / n;
        let squares: f64 = values().map(|value| (value - mean).powi(2)).sum();
        (squares / (n - 1.0) / n).sqrt() as f32
    };
    (0..rows.first().map_or(0, |row| row.len())).map(of).collect()
}

/// Numbers minus numbers, beside equal words.
fn cells(first: &[Cell], other: &[Cell]) -> Option<Vec<Cell>> {
    let one = |(a, b): (&Cell, &Cell)| match (a, b) {
        (Cell::Number(a), Cell::Number(b)) => Some(Cell::Number(a - b)),
        (Cell::Text(a), Cell::Text(b)) if a == b => Some(Cell::Text(a.clone())),
        _ => None,
    };
    (first.len() == other.len()).then(|| first.iter().zip(other).map(one).collect())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(name: &str, data: FigureData) -> Figure {
        Figure { name: name.into(), prompt: None, title: "Any".into(), data }
    }

    fn line(series: &[(&str, [f32; 2])]) -> Figure {
        let series = series.iter().map(|(name, y)| Series { name: (*name).into(), y: y.to_vec().into() });
        figure("logit_lens", FigureData::Line { x: vec!["a".into(), "b".into()], series: series.collect() })
    }

    fn map(name: &str, column: &str, values: [f32; 2]) -> Figure {
        let rows = vec!["L0".into(), "L1".into()];
        figure(
            name,
            FigureData::Heatmap { rows, columns: vec![column.into()], values: values.to_vec().into() },
        )
    }

    #[test]
    fn a_name_tells_whose_a_figure_is() {
        for side in [Side::First, Side::Other, Side::Difference] {
            assert_eq!(
                Side::of(&side.name("head_attribution:positive")),
                (side, "head_attribution:positive")
            );
        }
    }

    #[test]
    fn the_error_of_a_difference_is_that_of_pairs() {
        let first = line(&[
            ("mean", [3.0, 0.0]),
            ("stderr", [9.0, 9.0]),
            ("prompt:0", [2.0, 0.0]),
            ("prompt:1", [4.0, 0.0]),
        ]);
        let other = line(&[
            ("mean", [1.0, 1.0]),
            ("stderr", [9.0, 9.0]),
            ("prompt:0", [1.0, 1.0]),
            ("prompt:1", [1.0, 1.0]),
        ]);
        let Some(FigureData::Line { series, .. }) = difference(&first, &other) else { panic!("a line") };
        let found: Vec<_> = series.iter().map(|one| (one.name.as_str(), one.y.to_vec())).collect();
        // differences 1 and 3: s = √2, over √2
        assert_eq!(
            found,
            [
                ("mean", vec![2.0, -1.0]),
                ("stderr", vec![1.0, 0.0]),
                ("prompt:0", vec![1.0, -1.0]),
                ("prompt:1", vec![3.0, -1.0])
            ]
        );
    }

    #[test]
    fn what_has_other_labels_or_is_an_error_has_no_difference() {
        let (one, two) = (map("z", "H0", [1.0, f32::NAN]), map("z", "H0", [0.25, 1.0]));
        assert_eq!(
            difference(&one, &two),
            Some(map("z", "H0", [0.75, f32::NAN]).data),
            "masked in one is masked in the difference"
        );
        assert_eq!(difference(&one, &map("z", "H1", [0.0, 0.0])), None);
        assert_eq!(difference(&map("z_stderr", "H0", [1.0, 1.0]), &two), None);
        assert_eq!(difference(&one, &line(&[])), None);
    }

    #[test]
    fn tables_are_told_apart_by_their_words() {
        let table = |word: &str, number: f64| {
            let rows = vec![vec![Cell::Text(word.into()), Cell::Number(number)]];
            figure("tokens", FigureData::Table { columns: vec!["token".into(), "logit".into()], rows })
        };
        assert_eq!(difference(&table(" a", 3.0), &table(" a", 1.0)), Some(table(" a", 2.0).data));
        assert_eq!(difference(&table(" a", 3.0), &table(" b", 1.0)), None);
    }

    #[test]
    fn numbers_are_subtracted_by_name() {
        let scalars = |values: &[(&str, Option<f64>)]| {
            let values = values.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
            figure("summary", FigureData::Scalars { values })
        };
        let first =
            scalars(&[("mean", Some(2.0)), ("stderr_mean", Some(1.0)), ("n", None), ("only", Some(1.0))]);
        let other = scalars(&[("mean", Some(0.5)), ("stderr_mean", Some(1.0)), ("n", Some(1.0))]);
        assert_eq!(difference(&first, &other), Some(scalars(&[("mean", Some(1.5)), ("n", None)]).data));
    }
}
