//! A figure beside its counterpart: of another model, of another result, of another group of prompts. Pure: figures in,
//! figures and numbers out.

mod table;

use model::sides::difference;
use model::wire::{Figure, FigureData, Series, Values};
use std::sync::Arc;

/// Before the names of what is put side by side here: of no stored figure.
pub const BESIDE: &str = "beside:";

/// What the two sides are called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The side that the other one is taken from.
    pub first: String,
    /// The other one.
    pub other: String,
}

/// A figure, its counterpart, and the first minus the other where that means something.
#[derive(Clone, Debug, PartialEq)]
pub struct Sides {
    /// The first side's.
    pub first: Arc<Figure>,
    /// The other side's.
    pub other: Arc<Figure>,
    /// The difference.
    pub difference: Option<Arc<Figure>>,
}

/// A line that stands for a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its series' name; empty for a mean.
    pub name: String,
    /// One value for each label.
    pub y: Values,
    /// Standard errors, where there are some.
    pub stderr: Option<Values>,
}

/// The same line of both sides, and the difference.
pub type LinePair = (Line, Line, Option<Line>);

impl Sides {
    /// Two figures and their difference. It, and the other's, go by a name of their own: a result may have the names that
    /// they came with.
    pub fn new(first: Arc<Figure>, other: &Figure) -> Self {
        let name = format!("{BESIDE}{}", first.name);
        let named = |data| Arc::new(Figure { name: name.clone(), data, ..Figure::clone(&first) });
        let (difference, other) = (difference(&first, other).map(named), named(other.data.clone()));
        Self { first, other, difference }
    }

    /// The figure that stands for all: the difference, or else the other side's.
    pub fn figure(&self) -> Arc<Figure> {
        self.difference.clone().unwrap_or_else(|| self.other.clone())
    }

    /// Maps as how far they are from the first side's and the other side's neutral value; other figures as they are.
    #[must_use]
    pub fn less(self, (first, other): (f32, f32)) -> Self {
        Self {
            first: less(self.first, first),
            other: less(self.other, other),
            difference: self.difference.map(|difference| less(difference, first - other)),
        }
    }

    /// Whether a value of the one stands where its counterpart stands in the other.
    pub fn same_labels(&self) -> bool {
        match (&self.first.data, &self.other.data) {
            (FigureData::Line { x, .. }, FigureData::Line { x: others, .. }) => x == others,
            (
                FigureData::Heatmap { rows, columns, .. },
                FigureData::Heatmap { rows: rows_other, columns: columns_other, .. },
            ) => rows == rows_other && columns == columns_other,
            (
                FigureData::Tensor { axes, shape, .. },
                FigureData::Tensor { axes: axes_other, shape: shape_other, .. },
            ) => axes == axes_other && shape == shape_other,
            _ => false,
        }
    }

    /// Every cell of two maps as a point, the first side across; none of other figures.
    pub fn points(&self, names: &Names) -> Option<Figure> {
        let (FigureData::Heatmap { rows, columns, values }, FigureData::Heatmap { values: others, .. }) =
            (&self.first.data, &self.other.data)
        else {
            return None;
        };
        let data = FigureData::Scatter {
            x: values.clone(),
            y: others.clone(),
            labels: cell_names(rows, columns),
            x_title: names.first.clone(),
            y_title: names.other.clone(),
        };
        self.same_labels().then(|| Figure { data, ..Figure::clone(&self.first) })
    }

    /// The labels of the first side's lines. Prompts are numbered from 1, as everywhere on the page.
    pub fn labels(&self) -> Vec<String> {
        let FigureData::Line { x, .. } = &self.first.data else { return Vec::new() };
        let from_one = |label: &String| label.parse::<usize>().map_or(label.clone(), |n| (n + 1).to_string());
        if self.first.name == "logit_diff" { x.iter().map(from_one).collect() } else { x.clone() }
    }

    /// The lines that both sides have: their means, or without means all that are no error and no single prompt's.
    pub fn lines(&self) -> Vec<LinePair> {
        let others = lines(&self.other);
        let differences = self.difference.as_deref().map(lines).unwrap_or_default();
        let named = |lines: &[Line], name: &str| lines.iter().find(|line| line.name == name).cloned();
        let pair = |first: Line| {
            let (other, difference) = (named(&others, &first.name)?, named(&differences, &first.name));
            Some((first, other, difference))
        };
        lines(&self.first).into_iter().filter_map(pair).collect()
    }
}

/// The same for two groups of one result: its lines and its head maps by name. `figures` are all of the result's.
pub fn groups(figures: &[Arc<Figure>], names: &Names) -> Vec<Sides> {
    let of = |name: &str, group: &str| figures.iter().find(|f| f.name == format!("{name}:{group}"));
    let line = |figure: &Figure, group: &str| {
        let FigureData::Line { x, series } = &figure.data else { return None };
        let y = series.iter().find(|s| s.name == format!("group:{group}"))?.y.clone();
        let series = vec![Series { name: "mean".to_owned(), y }];
        Some(Arc::new(Figure { data: FigureData::Line { x: x.clone(), series }, ..figure.clone() }))
    };
    let map = |figure: &Figure, group: &str| {
        let Figure { name, title, .. } = figure.clone();
        Some(Arc::new(Figure { name, title, ..Figure::clone(of(&figure.name, group)?) }))
    };
    let each = |figure: &Arc<Figure>| {
        let one = |group: &str| line(figure, group).or_else(|| map(figure, group));
        Some(Sides::new(one(&names.first)?, &*one(&names.other)?))
    };
    figures.iter().filter_map(each).collect()
}

fn less(figure: Arc<Figure>, neutral: f32) -> Arc<Figure> {
    match &figure.data {
        FigureData::Heatmap { rows, columns, values } if neutral != 0.0 => {
            let values = values.iter().map(|value| value - neutral).collect();
            let data = FigureData::Heatmap { rows: rows.clone(), columns: columns.clone(), values };
            Arc::new(Figure { data, ..Figure::clone(&figure) })
        }
        _ => figure,
    }
}

/// The names of a map's cells, row by row: `L2H5`, or row and column.
fn cell_names(rows: &[String], columns: &[String]) -> Vec<String> {
    let join = if columns.first().is_some_and(|column| column == "H0") { "" } else { " · " };
    let names = rows.iter().flat_map(|row| columns.iter().map(move |column| format!("{row}{join}{column}")));
    names.collect()
}

fn lines(figure: &Figure) -> Vec<Line> {
    let FigureData::Line { series, .. } = &figure.data else { return Vec::new() };
    let named = |name: &str| series.iter().find(|s| s.name == name).map(|s| s.y.clone());
    if let Some(y) = named("mean") {
        return vec![Line { name: String::new(), y, stderr: named("stderr") }];
    }
    let parts =
        |s: &&Series| s.name == "stderr" || ["prompt:", "group:"].iter().any(|p| s.name.starts_with(p));
    let line = |s: &Series| Line { name: s.name.clone(), y: s.y.clone(), stderr: None };
    series.iter().filter(|s| !parts(s)).map(line).collect()
}

#[cfg(test)]
mod tests;
