//! An array of matrices, such as every head's pattern, as small maps side by side.

use super::canvas::{Anchor, Drawing};
use super::colors::Map;
use super::heatmap::{color_bar, largest};
use super::raster;

const TOP: f64 = 34.0;
const LEFT: f64 = 34.0;
const GAP: f64 = 6.0;
const WIDEST: f64 = 720.0;

/// What is drawn: axes are (…, row of maps, map in the row, row, column).
pub(super) struct Maps<'a> {
    /// Names of the axes.
    pub(super) axes: &'a [String],
    /// Their lengths.
    pub(super) shape: &'a [usize],
    /// Row-major; NaN is left empty.
    pub(super) values: &'a [f32],
    /// The colours.
    pub(super) map: Map,
}

impl Maps<'_> {
    /// Draws them; whether it could: it takes two axes at least.
    pub(super) fn draw(&self, drawing: &mut Drawing) -> bool {
        let [before @ .., rows, columns] = self.shape else { return false };
        let (lines, across) = match before {
            [] => (1, 1),
            [across] => (1, *across),
            [lines @ .., across] => (lines.iter().product(), *across),
        };
        let size = *rows * *columns;
        if size == 0 || lines * across == 0 {
            return false;
        }
        // as large as fits, within sense
        let side = ((WIDEST - LEFT) / across as f64 - GAP).clamp(14.0, 160.0);
        (drawing.width, drawing.height) =
            (LEFT + across as f64 * (side + GAP) + 64.0, TOP + lines as f64 * (side + GAP) + 12.0);
        self.name_axes(drawing, before.len());
        let most = largest(self.values);
        for (number, values) in self.values.chunks_exact(size).enumerate() {
            let (line, column) = (number / across, number % across);
            let at = (LEFT + column as f64 * (side + GAP), TOP + line as f64 * (side + GAP));
            drawing.rect("hair frame", at, (side, side), &format!("{line}, {column}"));
            raster::image(drawing, values, *columns, self.map, most, at, (side, side));
            if line == 0 {
                drawing.text(
                    "ink-3 num",
                    (at.0 + side / 2.0, TOP - 5.0),
                    Anchor::Middle,
                    &column.to_string(),
                );
            }
            if column == 0 {
                drawing.text(
                    "ink-3 num",
                    (LEFT - 6.0, at.1 + side / 2.0 + 3.5),
                    Anchor::End,
                    &line.to_string(),
                );
            }
        }
        color_bar(drawing, (drawing.width - 52.0, TOP), 100.0, self.map, most);
        true
    }

    /// Which axis goes where: `layer ↓ head → (query ↓ key →)`.
    fn name_axes(&self, drawing: &mut Drawing, outer: usize) {
        let arrows = ["↓", "→"];
        let name = |(i, axis): (usize, &String)| format!("{axis} {}", arrows[(i + self.axes.len()) % 2]);
        let (outside, inside) = self.axes.split_at(outer.min(self.axes.len()));
        let outside: Vec<String> = outside.iter().enumerate().map(name).collect();
        let inside: Vec<String> =
            inside.iter().enumerate().map(|(i, axis)| format!("{axis} {}", arrows[i % 2])).collect();
        let text = format!("{}, in each: {}", outside.join(" "), inside.join(" "));
        drawing.text("ink-2", (0.0, 12.0), Anchor::Start, &text);
    }
}
