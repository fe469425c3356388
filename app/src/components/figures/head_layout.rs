//! Where the parts of the head map stand: its cells, the sums beside them, the labels around. Pure geometry in CSS
//! pixels, in both directions: layers left to right on the axis the charts share, or layers down.

use super::head_map::HeadMap;
use crate::chart::LayerAxis;
use crate::heatmap::{Cell, Grid, Ground, Heatmap, Map, Scale};

/// Between the heads and the sums, CSS pixels.
const BETWEEN: f64 = 6.0;
/// Height of the line of labels below.
const LABELS: f64 = 18.0;
/// The least width of a cell that its value is written in.
const ROOM_FOR_VALUE: f64 = 44.0;

/// The geometry of a head map.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HeadLayout {
    /// Whether layers run left to right.
    pub across: bool,
    /// The heads' cells.
    pub heads: Grid,
    /// The cells of b_O and attn_out, two for each layer.
    pub sums: Grid,
    /// Left and top of the heads' cells.
    pub heads_at: (f64, f64),
    /// Left and top of the sums' cells.
    pub sums_at: (f64, f64),
    /// Width and height of a cell.
    pub cell: (f64, f64),
    /// Left edge of the colour bar.
    pub bar_at: f64,
    /// Height of all.
    pub height: f64,
}

/// A label beside a row or below a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// What it says.
    pub text: String,
    /// The right end of a row's label, or the middle of a column's.
    pub x: f64,
    /// The middle of a row's label, or the top of a column's.
    pub y: f64,
    /// Whether it is a row's.
    pub row: bool,
    /// Whether its layer or head is marked.
    pub on: bool,
}

impl HeadLayout {
    /// The layout in the width of `axis`; rows share the height `room` where the figure fills the page.
    pub fn new(map: &HeadMap, axis: &LayerAxis, ratio: f64, across: bool, room: Option<f64>) -> Self {
        let rows = if across { map.heads + 2 } else { map.layers };
        let most = room.map_or(24.0, |room| ((room - BETWEEN - LABELS) / rows.max(1) as f64).min(48.0));
        let least = if axis.narrow { 24.0 } else { 14.0 };
        let high = room.unwrap_or(240.0) / rows.max(1) as f64;
        let height = high.clamp(least, most.max(least)).floor();
        let left = axis.x(0);
        let (wide, shape, sums) = if across {
            (axis.cell, (map.heads, map.layers), (2, map.layers))
        } else {
            let room = axis.end() - left - BETWEEN;
            let wide = (room / (map.heads + 2) as f64).min(64.0);
            ((wide * ratio).floor() / ratio, (map.layers, map.heads), (map.layers, 2))
        };
        let heads = Grid::new(shape.0, shape.1, (wide, height), ratio);
        let sums = Grid::new(sums.0, sums.1, (wide, height), ratio);
        let cell = (f64::from(heads.cell_width) / ratio, f64::from(heads.cell_height) / ratio);
        let (width, below) = (shape.1 as f64 * cell.0, shape.0 as f64 * cell.1);
        let (sums_at, height) = if across {
            ((left, below + BETWEEN), below + BETWEEN + 2.0 * cell.1 + LABELS)
        } else {
            ((left + width + BETWEEN, 0.0), below + LABELS)
        };
        Self { across, heads, sums, heads_at: (left, 0.0), sums_at, cell, bar_at: axis.end() + 8.0, height }
    }

    /// The cell of a head.
    pub fn cell_of(&self, (layer, head): (usize, usize)) -> Cell {
        if self.across { Cell { row: head, column: layer } } else { Cell { row: layer, column: head } }
    }

    /// The head of a cell.
    pub fn head_of(&self, cell: Cell) -> (usize, usize) {
        if self.across { (cell.column, cell.row) } else { (cell.row, cell.column) }
    }

    /// The layer of a cell of the sums, and whether it is attn_out rather than b_O.
    pub fn sum_of(&self, cell: Cell) -> (usize, bool) {
        if self.across { (cell.column, cell.row == 1) } else { (cell.row, cell.column == 1) }
    }

    /// The pictures of the heads and of the sums.
    pub fn pictures(&self, map: &HeadMap, scale: Scale, colors: (Map, Ground)) -> (Heatmap, Heatmap) {
        let picture = |columns: usize, values: Vec<f32>| {
            let picture =
                Heatmap { rows: map.layers, columns, values, scale, map: colors.0, ground: colors.1 };
            if self.across { picture.transposed() } else { picture }
        };
        let sums = map.bias.iter().zip(&map.attn_out).flat_map(|(bias, out)| [*bias, *out]).collect();
        (picture(map.heads, map.values.clone()), picture(2, sums))
    }

    /// Whether there is room for the values in the cells.
    pub fn has_values(&self) -> bool {
        self.cell.0 >= ROOM_FOR_VALUE && self.cell.1 >= 14.0
    }

    /// The middle of a cell of a grid that stands at `at`.
    pub fn middle(&self, at: (f64, f64), cell: Cell) -> (f64, f64) {
        (at.0 + (cell.column as f64 + 0.5) * self.cell.0, at.1 + (cell.row as f64 + 0.5) * self.cell.1)
    }

    /// All labels, with those of the `marked` head on.
    pub fn labels(&self, map: &HeadMap, marked: Option<(usize, usize)>) -> Vec<Label> {
        let layers = (0..map.layers).map(|l| (self.layer_name(l), l, marked.is_some_and(|m| m.0 == l)));
        let heads = (0..map.heads).map(|h| (format!("H{h}"), h, marked.is_some_and(|m| m.1 == h)));
        let sums = [("b_O".to_owned(), 0, false), ("attn_out".to_owned(), 1, false)];
        let (down, along): (Vec<_>, Vec<_>) = if self.across {
            (heads.collect(), layers.collect())
        } else {
            (layers.collect(), heads.collect())
        };
        let rows = down.into_iter().map(|label| self.row_label(self.heads_at, label));
        let every = (16.0 / self.cell.0).ceil() as usize;
        let columns = along.into_iter().filter(|(_, i, on)| i % every.max(1) == 0 || *on);
        let columns = columns.map(|label| self.column_label(self.heads_at.0, label));
        let sums = sums.into_iter().map(|label| {
            if self.across {
                self.row_label(self.sums_at, label)
            } else {
                self.column_label(self.sums_at.0, label)
            }
        });
        rows.chain(columns).chain(sums).collect()
    }

    fn layer_name(&self, layer: usize) -> String {
        // down the side there is room for the letter
        if self.across && self.cell.0 < 28.0 { layer.to_string() } else { format!("L{layer}") }
    }

    fn row_label(&self, at: (f64, f64), (text, row, on): (String, usize, bool)) -> Label {
        Label { text, x: at.0 - 6.0, y: self.middle(at, Cell { row, column: 0 }).1, row: true, on }
    }

    fn column_label(&self, left: f64, (text, column, on): (String, usize, bool)) -> Label {
        let x = self.middle((left, 0.0), Cell { row: 0, column }).0;
        Label { text, x, y: self.height - LABELS + 3.0, row: false, on }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> HeadMap {
        HeadMap {
            layers: 3,
            heads: 2,
            values: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            bias: vec![0.1, 0.2, 0.3],
            attn_out: vec![3.1, 7.2, 11.3],
        }
    }

    #[test]
    fn layers_run_left_to_right_on_the_axis_of_the_charts() {
        let axis = LayerAxis::new(3, 640.0, 1.0);
        let layout = HeadLayout::new(&map(), &axis, 1.0, true, None);
        assert!((layout.cell.0 - axis.cell).abs() < 1e-9);
        assert_eq!(layout.cell_of((2, 1)), Cell { row: 1, column: 2 });
        assert_eq!(layout.head_of(Cell { row: 1, column: 2 }), (2, 1));
        let (heads, sums) = layout.pictures(&map(), Scale::symmetric(6.0), (Map::RedBlue, Ground::Light));
        assert_eq!(heads.values, [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]);
        assert_eq!(sums.values, [0.1, 0.2, 0.3, 3.1, 7.2, 11.3]);
    }

    #[test]
    fn or_down_with_the_sums_to_the_right() {
        let axis = LayerAxis::new(3, 640.0, 1.0);
        let layout = HeadLayout::new(&map(), &axis, 1.0, false, None);
        let (heads, _) = layout.pictures(&map(), Scale::symmetric(6.0), (Map::RedBlue, Ground::Light));
        assert_eq!((heads.rows, heads.columns), (3, 2));
        assert_eq!(layout.sum_of(Cell { row: 2, column: 1 }), (2, true));
        assert!(layout.sums_at.0 > layout.heads_at.0 + 2.0 * layout.cell.0);
    }

    #[test]
    fn a_marked_label_is_never_thinned_out() {
        let map = HeadMap { layers: 48, heads: 2, values: vec![0.0; 96], ..HeadMap::default() };
        let axis = LayerAxis::new(48, 360.0, 1.0);
        let layout = HeadLayout::new(&map, &axis, 1.0, true, None);
        let labels = layout.labels(&map, Some((7, 1)));
        assert!(labels.iter().any(|l| l.text == "7" && l.on && !l.row));
        assert!(labels.iter().filter(|l| !l.row).count() < 48);
    }
}
