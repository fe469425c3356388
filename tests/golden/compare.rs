//! Equality up to rounding, with the worst place named.

use model::wire::{Cell, Figure, FigureData, Series};
use std::collections::{BTreeMap, BTreeSet};

/// Relative to the largest value expected.
pub(crate) const TOLERANCE: f32 = 1e-4;

/// Asserts that `ours` equals `theirs` to `tolerance` times the largest finite value of `theirs`; masked values (−inf,
/// NaN) must be masked in both.
pub(crate) fn assert_close(what: &str, ours: &[f32], theirs: &[f32], tolerance: f32) {
    assert_near(what, ours, theirs, tolerance * largest(theirs));
}

/// Asserts that `ours` equals `theirs` to an absolute tolerance.
pub(crate) fn assert_near(what: &str, ours: &[f32], theirs: &[f32], tolerance: f32) {
    assert_eq!(ours.len(), theirs.len(), "{what}: number of values");
    for (place, (&a, &b)) in ours.iter().zip(theirs).enumerate() {
        let masked = a.is_nan() && b.is_nan() || a.is_infinite() && a.total_cmp(&b).is_eq();
        let same = masked || (a - b).abs() <= tolerance;
        assert!(same, "{what}[{place}]: {a}, expected {b} to {tolerance:.1e}");
    }
}

/// The largest absolute value among the finite ones.
pub(crate) fn largest(values: &[f32]) -> f32 {
    values.iter().filter(|v| v.is_finite()).fold(0.0, |most, v| most.max(v.abs()))
}

/// Asserts that a figure has the labels and numbers expected, the numbers measured against its largest one. Titles are
/// free.
pub(crate) fn assert_same_figure(what: &str, ours: &Figure, expected: &Figure, tolerance: f32) {
    let what = format!("{what}: {}", expected.name);
    match (&ours.data, &expected.data) {
        (FigureData::Line { x, series }, FigureData::Line { x: labels, series: theirs }) => {
            assert_eq!(x, labels, "{what}: labels");
            assert_same_series(&what, series, theirs, tolerance);
        }
        (
            FigureData::Scatter { x, y, labels, x_title, y_title },
            FigureData::Scatter { x: xs, y: ys, labels: names, x_title: across, y_title: up },
        ) => {
            assert_eq!((labels, x_title, y_title), (names, across, up), "{what}: labels");
            let scale = largest(xs).max(largest(ys));
            assert_near(&format!("{what}: {across}"), x, xs, tolerance * scale);
            assert_near(&format!("{what}: {up}"), y, ys, tolerance * scale);
        }
        (
            FigureData::Heatmap { rows, columns, values },
            FigureData::Heatmap { rows: row_labels, columns: column_labels, values: theirs },
        ) => {
            assert_eq!((rows, columns), (row_labels, column_labels), "{what}: labels");
            assert_close(&what, values, theirs, tolerance);
        }
        (
            FigureData::Tensor { axes, shape, values },
            FigureData::Tensor { axes: names, shape: lengths, values: theirs },
        ) => {
            assert_eq!((axes, shape), (names, lengths), "{what}: axes");
            assert_close(&what, values, theirs, tolerance);
        }
        (FigureData::Scalars { values }, FigureData::Scalars { values: theirs }) => {
            assert!(values.keys().eq(theirs.keys()), "{what}: {values:?}, expected {theirs:?}");
            // probabilities are small beside logits, so each is measured against itself
            let measured = |probabilities: bool| {
                let chosen = |values: &BTreeMap<String, Option<f64>>| {
                    numbers(values.iter().filter(|(name, _)| name.ends_with("probability") == probabilities))
                };
                (chosen(values), chosen(theirs))
            };
            let (ours, theirs) = measured(false);
            assert_close(&what, &ours, &theirs, tolerance);
            let (ours, theirs) = measured(true);
            for (ours, theirs) in ours.chunks(1).zip(theirs.chunks(1)) {
                assert_close(&what, ours, theirs, tolerance);
            }
        }
        (FigureData::Table { columns, rows }, FigureData::Table { columns: titles, rows: theirs }) => {
            assert_eq!(columns, titles, "{what}: columns");
            assert_eq!(texts(rows), texts(theirs), "{what}: cells");
            for (i, title) in titles.iter().enumerate() {
                let (ours, theirs) = (column_numbers(rows, i), column_numbers(theirs, i));
                assert_close(&format!("{what}: {title}"), &ours, &theirs, tolerance);
            }
        }
        (ours, theirs) => panic!("{what}: {ours:?}, expected {theirs:?}"),
    }
}

/// Series in any order.
fn assert_same_series(what: &str, ours: &[Series], theirs: &[Series], tolerance: f32) {
    let names = |series: &[Series]| series.iter().map(|one| one.name.clone()).collect::<BTreeSet<_>>();
    assert_eq!(names(ours), names(theirs), "{what}: series");
    let scale = theirs.iter().map(|one| largest(&one.y)).fold(0.0, f32::max);
    for expected in theirs {
        let found = ours.iter().find(|one| one.name == expected.name).unwrap();
        assert_near(&format!("{what}: {}", expected.name), &found.y, &expected.y, tolerance * scale);
    }
}

fn numbers<'a>(values: impl Iterator<Item = (&'a String, &'a Option<f64>)>) -> Vec<f32> {
    values.map(|(_, value)| value.map_or(f32::NAN, |number| number as f32)).collect()
}

fn texts(rows: &[Vec<Cell>]) -> Vec<&str> {
    rows.iter()
        .flatten()
        .filter_map(|cell| match cell {
            Cell::Text(text) => Some(text.as_str()),
            Cell::Number(_) => None,
        })
        .collect()
}

fn column_numbers(rows: &[Vec<Cell>], column: usize) -> Vec<f32> {
    let number = |cell: &Cell| match cell {
        Cell::Number(number) => Some(*number as f32),
        Cell::Text(_) => None,
    };
    rows.iter().filter_map(|row| number(&row[column])).collect()
}
