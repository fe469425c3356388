//! A labelled matrix as coloured cells, with a bar that says what the colours mean.

use super::canvas::{Anchor, Drawing, Point};
use super::colors::{LAST, Map};
use super::labels::{self, CHARACTER};
use super::raster;
use super::scale::{plain, signed};

const TOP: f64 = 26.0;
/// The widest a map grows.
const WIDEST: f64 = 640.0;
/// Room for the colour bar and its numbers.
const BAR: f64 = 88.0;
/// Cells from this size on carry their number.
const NUMBERED: Point = (34.0, 15.0);
/// More cells than this are an image inside the drawing.
const SHAPES: usize = 20_000;

/// What is drawn.
pub(super) struct Matrix<'a> {
    /// Labels down the side.
    pub(super) rows: &'a [String],
    /// Labels below.
    pub(super) columns: &'a [String],
    /// Row-major; NaN is left empty.
    pub(super) values: &'a [f32],
    /// The colours.
    pub(super) map: Map,
    /// What rows and columns are, where their labels do not say it.
    pub(super) axes: Option<(&'static str, &'static str)>,
    /// The unit of the values, where they have one.
    pub(super) unit: &'a str,
}

impl Matrix<'_> {
    /// Draws it.
    pub(super) fn draw(&self, drawing: &mut Drawing) {
        let longest =
            |all: &[String]| all.iter().map(|l| labels::short(l).chars().count()).max().unwrap_or(0) as f64;
        let left = longest(self.rows) * CHARACTER + 10.0 + if self.axes.is_some() { 16.0 } else { 0.0 };
        let cell = self.cell(longest(self.columns) * CHARACTER);
        let (width, height) = (cell.0 * self.columns.len() as f64, cell.1 * self.rows.len() as f64);
        let bottom = labels::Bottom::of(self.columns, (left, left + width));
        let below = bottom.height + if self.axes.is_some() { 18.0 } else { 0.0 };
        drawing.width = left + width + BAR;
        drawing.height = TOP + height.max(100.0) + below + 10.0;
        drawing.text("ink-3", (0.0, 14.0), Anchor::Start, self.unit);

        self.cells(drawing, (left, TOP), cell);
        bottom.draw(drawing, TOP + height + 2.0);
        let every = (11.0 / cell.1).ceil().max(1.0) as usize;
        for (i, label) in self.rows.iter().enumerate().step_by(every) {
            let y = TOP + (i as f64 + 0.5) * cell.1 + 3.5;
            drawing.text("ink-3 num", (left - 5.0, y), Anchor::End, &labels::short(label));
        }
        if let Some((rows, columns)) = self.axes {
            drawing.text("ink-2", (left + width / 2.0, TOP + height + below), Anchor::Middle, columns);
            drawing.upright("ink-2", (11.0, TOP), rows);
        }
        color_bar(drawing, (left + width + 16.0, TOP), height.clamp(100.0, 200.0), self.map, self.largest());
    }

    /// The value at which the map ends.
    fn largest(&self) -> f32 {
        largest(self.values)
    }

    fn cell(&self, longest: f64) -> Point {
        let (rows, columns) = (self.rows.len().max(1) as f64, self.columns.len().max(1) as f64);
        // square where labels are tokens; wide enough for its number where there are few
        let side = (WIDEST / columns).min(WIDEST / rows).clamp(2.0, 26.0);
        if columns * NUMBERED.0 <= WIDEST && self.rows.len() * self.columns.len() <= 300 {
            return (longest.max(NUMBERED.0).min(WIDEST / columns), side.max(20.0));
        }
        (side, side)
    }

    fn cells(&self, drawing: &mut Drawing, (left, top): Point, cell: Point) {
        let columns = self.columns.len().max(1);
        if self.values.len() > SHAPES {
            let size = (cell.0 * columns as f64, cell.1 * self.rows.len() as f64);
            raster::image(drawing, self.values, columns, self.map, self.largest(), (left, top), size);
            return;
        }
        // neighbours may not show the paper between them
        let gap = if cell.0 >= 12.0 && cell.1 >= 12.0 { 1.0 } else { 0.0 };
        for (place, value) in self.values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            let (row, column) = (place / columns, place % columns);
            let at = (left + column as f64 * cell.0, top + row as f64 * cell.1);
            let step = self.map.step(*value, self.largest());
            let hint = format!(
                "{}, {}: {}",
                labels::shown(&self.rows[row]),
                labels::shown(&self.columns[column]),
                plain(f64::from(*value))
            );
            drawing.cell(step, at, (cell.0 - gap, cell.1 - gap), &hint);
            if cell.0 >= NUMBERED.0 && cell.1 >= NUMBERED.1 {
                let middle = (at.0 + (cell.0 - gap) / 2.0, at.1 + (cell.1 - gap) / 2.0 + 3.0);
                drawing.on_cell(step, middle, &self.number(*value));
            }
        }
    }

    fn number(&self, value: f32) -> String {
        if self.map.is_diverging() { signed(f64::from(value), 2) } else { format!("{value:.2}") }
    }
}

/// The largest absolute value that is known.
pub(super) fn largest(values: &[f32]) -> f32 {
    values.iter().filter(|v| v.is_finite()).fold(0.0, |most, v| most.max(v.abs()))
}

/// The map from its highest value, at the top, to its lowest.
pub(super) fn color_bar(drawing: &mut Drawing, (x, y): Point, height: f64, map: Map, largest: f32) {
    let count = LAST / 2;
    let size = height / f64::from(count + 1);
    for i in 0..=count {
        let step = LAST - 2 * i;
        drawing.cell(step, (x, y + f64::from(i) * size), (8.0, size + 0.3), "");
    }
    let largest = f64::from(largest);
    let mut write = |share: f64, value: f64| {
        drawing.text("ink-3 num", (x + 12.0, y + share * height + 3.5), Anchor::Start, &plain(value));
    };
    write(0.0, largest);
    if map.is_diverging() {
        write(0.5, 0.0);
        write(1.0, -largest);
    } else {
        write(1.0, 0.0);
    }
}
