//! Where the parts of a map of effects stand: cells, labels, the cells that are not computed yet. Pure geometry in CSS
//! pixels, with layers left to right or down.

use super::effects::{Entry, Map};
use crate::chart::format::signed;
use crate::components::figures::svg::{INK, cell, paper, text};
use crate::heatmap::{Cell, Colors, Grid, Ground, Heatmap, Map as Palette, Scale, css, ink_on};
use std::fmt::Write;

/// Width of a letter of the labels.
const LETTER: f64 = 6.4;
/// Labels are cut off after so many letters.
const LONGEST: usize = 14;
/// Room for the colour bar.
const BAR: f64 = 62.0;
/// The least width of a cell that its value is written in.
const ROOM_FOR_VALUE: f64 = 44.0;

/// The geometry of a map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Whether layers run left to right.
    pub across: bool,
    /// The cells.
    pub grid: Grid,
    /// From the left edge to the cells.
    pub left: f64,
    /// Width and height of a cell.
    pub cell: (f64, f64),
    /// Room for the labels below.
    pub below: f64,
}

/// A label beside a row or below a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// What it says.
    pub entry: Entry,
    /// The right end of a row's label, or the middle of a column's.
    pub x: f64,
    /// The middle of a row's label, or the top of a column's.
    pub y: f64,
    /// Whether it is a row's.
    pub row: bool,
    /// Its number along its side.
    pub index: usize,
}

impl Layout {
    /// The layout in that width on a screen of `ratio` device pixels a CSS pixel.
    pub fn new(map: &Map, width: f64, ratio: f64, across: bool) -> Self {
        let lines: Vec<Entry> = line_labels(map, across);
        let (down, along) = if across { (&map.entries, &lines) } else { (&lines, &map.entries) };
        let left = (longest(down) as f64 * LETTER + 12.0).max(34.0);
        let wide = ((width - left - BAR) / along.len().max(1) as f64).clamp(7.0, 72.0);
        let least = if down.iter().any(|entry| entry.corrupted.is_some()) { 24.0 } else { 15.0 };
        let high = (240.0 / down.len().max(1) as f64).clamp(least, 24.0).floor();
        let grid = Grid::new(down.len(), along.len(), ((wide * ratio).floor() / ratio, high), ratio);
        let cell = (f64::from(grid.cell_width) / ratio, f64::from(grid.cell_height) / ratio);
        let upright = longest(along) as f64 * LETTER > cell.0 + 6.0 && !across && !map.of_heads();
        let below = if upright { longest(along) as f64 * LETTER + 8.0 } else { 18.0 };
        Self { across, grid, left, cell, below }
    }

    /// The picture of the changes.
    pub fn picture(&self, map: &Map, scale: Scale, (colors, ground): (Palette, Ground)) -> Heatmap {
        let (rows, columns) = (map.lines.len(), map.entries.len());
        let picture = Heatmap { rows, columns, values: map.changes(), scale, map: colors, ground };
        if self.across { picture.transposed() } else { picture }
    }

    /// The line and the entry of a cell.
    pub fn place_of(&self, cell: Cell) -> (usize, usize) {
        if self.across { (cell.column, cell.row) } else { (cell.row, cell.column) }
    }

    /// The cell of a line and an entry.
    pub fn cell_of(&self, (line, entry): (usize, usize)) -> Cell {
        if self.across { Cell { row: entry, column: line } } else { Cell { row: line, column: entry } }
    }

    /// Width and height of the cells together.
    pub fn size(&self) -> (f64, f64) {
        (self.grid.columns as f64 * self.cell.0, self.grid.rows as f64 * self.cell.1)
    }

    /// Height of all.
    pub fn height(&self) -> f64 {
        self.size().1 + self.below
    }

    /// Where the colour bar begins.
    pub fn bar_at(&self) -> f64 {
        self.left + self.size().0 + 8.0
    }

    /// Whether labels below stand upright.
    pub fn upright(&self) -> bool {
        self.below > 18.0
    }

    /// Whether there is room for the values in the cells.
    pub fn has_values(&self) -> bool {
        self.cell.0 >= ROOM_FOR_VALUE && self.cell.1 >= 14.0
    }

    /// The middle of a cell, from the left and the top of the map.
    pub fn middle(&self, cell: Cell) -> (f64, f64) {
        (self.left + (cell.column as f64 + 0.5) * self.cell.0, (cell.row as f64 + 0.5) * self.cell.1)
    }

    /// All labels; those below thin out where columns are narrow.
    pub fn labels(&self, map: &Map) -> Vec<Label> {
        let lines = line_labels(map, self.across);
        let (down, along) = if self.across { (&map.entries, &lines) } else { (&lines, &map.entries) };
        let room = if self.upright() { 12.0 } else { 20.0 };
        let every = ((room / self.cell.0).ceil() as usize).max(1);
        let row = |(index, entry): (usize, &Entry)| {
            let y = self.middle(Cell { row: index, column: 0 }).1;
            Label { entry: cut(entry), x: self.left - 6.0, y, row: true, index }
        };
        let column = |(index, entry): (usize, &Entry)| {
            let x = self.middle(Cell { row: 0, column: index }).0;
            Label { entry: cut(entry), x, y: self.size().1 + 3.0, row: false, index }
        };
        let rows = down.iter().enumerate().map(row);
        rows.chain(along.iter().enumerate().step_by(every).map(column)).collect()
    }

    /// Rectangles of the cells that are not computed yet, merged along the rows: left, top, width, height in cells.
    pub fn missing(&self, map: &Map) -> Vec<[usize; 4]> {
        let is_missing = |row: usize, column: usize| {
            let (line, entry) = self.place_of(Cell { row, column });
            map.value(line, entry).is_none()
        };
        let mut found: Vec<[usize; 4]> = Vec::new();
        for row in 0..self.grid.rows {
            let mut column = 0;
            while column < self.grid.columns {
                let length = (column..self.grid.columns).take_while(|c| is_missing(row, *c)).count();
                if length > 0 {
                    // the same run in the row above grows
                    match found.iter_mut().find(|f| f[0] == column && f[2] == length && f[1] + f[3] == row) {
                        Some(above) => above[3] += 1,
                        None => found.push([column, row, length, 1]),
                    }
                }
                column += length + 1;
            }
        }
        found
    }
}

/// Layers as they stand on their side: with their letter where there is room.
fn line_labels(map: &Map, across: bool) -> Vec<Entry> {
    let short = |name: &String| {
        let number = name.strip_prefix('L').filter(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
        number.filter(|_| across).unwrap_or(name).to_owned()
    };
    map.lines.iter().map(|name| Entry { name: short(name), corrupted: None }).collect()
}

fn longest(entries: &[Entry]) -> usize {
    let words = entries.iter().flat_map(|entry| [Some(&entry.name), entry.corrupted.as_ref()]).flatten();
    words.map(|word| word.chars().count().min(LONGEST)).max().unwrap_or(0)
}

fn cut(entry: &Entry) -> Entry {
    let cut = |word: &String| match word.chars().count() {
        count if count > LONGEST => word.chars().take(LONGEST - 1).chain(['…']).collect(),
        _ => word.clone(),
    };
    Entry { name: cut(&entry.name), corrupted: entry.corrupted.as_ref().map(cut) }
}

/// The map as an SVG document on white paper: what it exports.
pub fn svg(map: &Map, layout: &Layout, scale: Scale, palette: Palette) -> String {
    let picture = layout.picture(map, scale, (palette, Ground::Light));
    let colors = Colors::of(palette, Ground::Light);
    let (width, height) = (layout.bar_at() + BAR, layout.height() + 4.0);
    let mut out = paper(width, height);
    for (index, value) in picture.values.iter().enumerate() {
        let Some(color) = scale.step(*value).map(|step| colors.at(step)) else { continue };
        let at = Cell { row: index / picture.columns, column: index % picture.columns };
        let middle = layout.middle(at);
        cell(&mut out, middle, layout.cell, color);
        if layout.has_values() {
            text(&mut out, (middle.0, middle.1 + 3.5), "middle", ink_on(color), &signed(*value, 2));
        }
    }
    for label in layout.labels(map) {
        let twin = label.entry.corrupted.map(|twin| format!(" / {twin}")).unwrap_or_default();
        let words = format!("{}{twin}", label.entry.name);
        let turned = layout.upright() && !label.row;
        let (anchor, drop) = if label.row || turned { ("end", 3.5) } else { ("middle", 10.0) };
        if turned {
            let _ = write!(out, r#"<g transform="rotate(-90 {:.2} {:.2})">"#, label.x, label.y);
        }
        text(&mut out, (label.x, label.y + drop), anchor, INK, &words);
        out += if turned { "</g>" } else { "" };
    }
    let ends = [(scale.high, 10.0), (0.0, layout.size().1 / 2.0), (scale.low, layout.size().1 - 2.0)];
    for (value, y) in ends {
        let color = scale.step(value).map(|step| css(colors.at(step))).unwrap_or_default();
        let x = layout.bar_at();
        let _ = write!(out, r#"<rect x="{x:.2}" y="{:.2}" width="8" height="8" fill="{color}"/>"#, y - 8.0);
        text(&mut out, (x + 12.0, y), "start", INK, &signed(value, 2));
    }
    out + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(values: Vec<f32>) -> Map {
        let entry = |name: &str| Entry { name: name.to_owned(), corrupted: None };
        Map {
            lines: vec!["L0".into(), "L1".into(), "L2".into()],
            entries: vec![entry("<|endoftext|>"), Entry { name: " a".into(), corrupted: Some(" b".into()) }],
            values,
            stderr: Vec::new(),
            neutral: 0.0,
        }
    }

    #[test]
    fn layers_run_left_to_right_or_down() {
        let map = map(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let across = Layout::new(&map, 600.0, 1.0, true);
        let colors = (Palette::RedBlue, Ground::Light);
        assert_eq!(
            across.picture(&map, Scale::symmetric(6.0), colors).values,
            [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]
        );
        assert_eq!(across.place_of(across.cell_of((2, 1))), (2, 1));
        assert_eq!(across.cell_of((2, 1)), Cell { row: 1, column: 2 });
        // two lines of tokens need the room
        assert!(across.cell.1 >= 24.0 && across.bar_at() + BAR <= 600.0 + 8.0);
        let down = Layout::new(&map, 200.0, 1.0, false);
        assert_eq!(down.cell_of((2, 1)), Cell { row: 2, column: 1 });
        assert!(down.upright());
    }

    #[test]
    fn cells_that_have_not_come_are_few_rectangles() {
        let layout = Layout::new(&map(vec![0.0; 6]), 600.0, 1.0, true);
        assert_eq!(layout.missing(&map(vec![0.0; 6])), Vec::<[usize; 4]>::new());
        let nan = f32::NAN;
        assert_eq!(layout.missing(&map(vec![0.0, 0.0, nan, nan, nan, nan])), [[1, 0, 2, 2]]);
        assert_eq!(layout.missing(&map(vec![0.0, nan, nan, 0.0, 0.0, 0.0])), [[1, 0, 1, 1], [0, 1, 1, 1]]);
    }

    #[test]
    fn the_document_escapes_tokens_and_leaves_missing_cells_white() {
        let map = map(vec![0.5, f32::NAN, -0.5, 0.0, 0.0, 0.0]);
        let layout = Layout::new(&map, 600.0, 1.0, true);
        let document = svg(&map, &layout, Scale::symmetric(0.5), Palette::RedBlue);
        assert_eq!(document.matches("<rect").count(), 1 + 5 + 3);
        assert!(document.contains("&lt;|endoftext|&gt;") && document.contains(" a /  b"));
    }
}
