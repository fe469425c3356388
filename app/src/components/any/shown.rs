//! A labelled matrix as it is drawn, apart from the drawing: labels, colours, the geometry of cells, what is said of one.

use crate::chart::format::{plain, signed};
use crate::heatmap::{Cell, Grid, Ground, Heatmap, Map, Scale};
use model::wire::FigureData;

/// Width of a letter of the labels, in CSS pixels.
const LETTER: f64 = 6.6;
/// Labels are cut off after so many letters.
pub const LONGEST: usize = 16;
/// A label takes at least so many pixels of the axis it stands on.
const LINE: f64 = 12.0;

/// The numbers of a heatmap's figure and their labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    /// Row labels.
    pub rows: Vec<String>,
    /// Column labels.
    pub columns: Vec<String>,
    /// Row-major, rows × columns; NaN is masked.
    pub values: Vec<f32>,
}

impl Matrix {
    /// Of a heatmap; none of another kind of figure.
    pub fn of(data: &FigureData) -> Option<Self> {
        let FigureData::Heatmap { rows, columns, values } = data else { return None };
        let fits = values.len() == rows.len() * columns.len();
        fits.then(|| Self { rows: rows.clone(), columns: columns.clone(), values: values.to_vec() })
    }

    /// Where it is a map of heads: whether heads are the rows, and layers the columns.
    pub fn heads(&self) -> Option<bool> {
        let first = |labels: &[String]| labels.first().cloned().unwrap_or_default();
        match (first(&self.rows).as_str(), first(&self.columns).as_str()) {
            ("L0", "H0") => Some(false),
            ("H0", "L0") => Some(true),
            _ => None,
        }
    }

    /// Least and largest value, and zero.
    pub fn ends(&self) -> (f32, f32) {
        let known = || self.values.iter().copied().filter(|v| v.is_finite());
        (known().fold(0f32, f32::min), known().fold(0f32, f32::max))
    }

    /// The same with rows and columns exchanged.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let (rows, columns) = (self.rows.len(), self.columns.len());
        let places = (0..columns).flat_map(|c| (0..rows).map(move |r| r * columns + c));
        Self {
            rows: self.columns.clone(),
            columns: self.rows.clone(),
            values: places.map(|i| self.values[i]).collect(),
        }
    }

    /// Room for the labels of the rows, in CSS pixels.
    pub fn label_room(&self) -> f64 {
        let longest = self.rows.iter().map(|label| label.chars().count().min(LONGEST)).max().unwrap_or(0);
        longest as f64 * LETTER + 10.0
    }
}

/// What the colours span and which they are: diverging where there are values below zero, sequential where there are none.
pub fn colors((low, high): (f32, f32), diverging: Map) -> (Scale, Map) {
    if low < 0.0 {
        (Scale::symmetric(high.max(-low)), diverging)
    } else {
        (Scale::from_zero(if high > 0.0 { high } else { 1.0 }), Map::Mist)
    }
}

/// How large cells may get, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// For all cells of a row, without the labels.
    pub width: f64,
    /// Least and largest width of a cell.
    pub wide: (f64, f64),
    /// Least and largest height of a cell.
    pub high: (f64, f64),
    /// Device pixels in one CSS pixel.
    pub ratio: f64,
}

/// Labels, values and geometry of what is drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// Row labels.
    pub rows: Vec<String>,
    /// Column labels.
    pub columns: Vec<String>,
    /// The cells as a picture.
    pub map: Heatmap,
    /// Its device pixels.
    pub grid: Grid,
    /// Width and height of a cell, CSS pixels.
    pub cell: (f64, f64),
    /// Room for the labels at the left; 0 where a neighbour has them.
    pub left: f64,
    /// See [`Matrix::heads`].
    pub heads: Option<bool>,
}

impl Shown {
    /// A matrix in these colours, as large as there is room for.
    pub fn new(matrix: Matrix, (scale, map): (Scale, Map), ground: Ground, left: f64, room: Room) -> Self {
        let (rows, columns) = (matrix.rows.len(), matrix.columns.len());
        let wide = (room.width / columns.max(1) as f64).clamp(room.wide.0, room.wide.1);
        let high = (360.0 / rows.max(1) as f64).clamp(room.high.0, room.high.1);
        let ratio = room.ratio;
        let grid = Grid::new(rows, columns, ((wide * ratio).floor() / ratio, high), ratio);
        let cell = (f64::from(grid.cell_width) / ratio, f64::from(grid.cell_height) / ratio);
        let heads = matrix.heads();
        let Matrix { rows: row_labels, columns: column_labels, values } = matrix;
        let map = Heatmap { rows, columns, values, scale, map, ground };
        Self { rows: row_labels, columns: column_labels, map, grid, cell, left, heads }
    }

    /// The head of a cell; none where the matrix is not one of heads.
    pub fn head_of(&self, cell: Cell) -> Option<(usize, usize)> {
        self.heads.map(|turned| if turned { (cell.column, cell.row) } else { (cell.row, cell.column) })
    }

    /// The cell of a head; none where there is no such head.
    pub fn cell_of(&self, (layer, head): (usize, usize)) -> Option<Cell> {
        let (row, column) = if self.heads? { (head, layer) } else { (layer, head) };
        (row < self.rows.len() && column < self.columns.len()).then_some(Cell { row, column })
    }

    /// What a cell is called: `L2H5`, or its row and its column.
    pub fn name(&self, cell: Cell) -> String {
        let label = |labels: &[String], i: usize| labels.get(i).cloned().unwrap_or_default();
        let (row, column) = (label(&self.rows, cell.row), label(&self.columns, cell.column));
        match self.heads {
            Some(true) => format!("{column}{row}"),
            Some(false) => format!("{row}{column}"),
            None => format!("{row} · {column}"),
        }
    }

    /// The value of a cell in words.
    pub fn value(&self, cell: Cell) -> String {
        self.map.value(cell).map_or_else(|| "–".to_owned(), |v| plain(f64::from(v)))
    }

    /// The figure in words.
    pub fn summary(&self) -> String {
        let known = self.map.values.iter().enumerate().filter(|(_, v)| v.is_finite());
        let Some((index, _)) = known.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs())) else {
            return String::new();
        };
        let width = self.map.columns.max(1);
        let cell = Cell { row: index / width, column: index % width };
        format!(
            "{} rows by {} columns, largest {} {}",
            self.map.rows,
            self.map.columns,
            self.name(cell),
            self.value(cell)
        )
    }

    /// What the style sheet needs of the geometry.
    pub fn style(&self) -> String {
        let (wide, high) = self.cell;
        format!("--left:{}px;--cell:{wide}px;--high:{high}px", self.left)
    }

    /// A value as a cell has room for it.
    pub fn short(&self, value: f32) -> String {
        match value {
            v if self.map.scale.low < 0.0 => signed(v, 2),
            v if v.fract() == 0.0 => plain(f64::from(v)),
            v => format!("{v:.2}"),
        }
    }

    /// Whether the names of the columns lie below their cells: longer ones stand.
    pub fn names_lie(&self) -> bool {
        let letters = self.columns.iter().map(|label| label.chars().count()).max().unwrap_or(0);
        letters as f64 * LETTER <= self.cell.0
    }

    /// Every so many labels of rows and of columns have room.
    pub fn every(&self) -> (usize, usize) {
        let every = |size: f64| (LINE / size).ceil().max(1.0) as usize;
        (every(self.cell.1), every(self.cell.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(values: Vec<f32>) -> Matrix {
        let labels = |letter: char| (0..2).map(|i| format!("{letter}{i}")).collect();
        Matrix { rows: labels('L'), columns: labels('H'), values }
    }

    fn shown_of(matrix: Matrix) -> Shown {
        let room = Room { width: 600.0, wide: (6.0, 72.0), high: (6.0, 22.0), ratio: 1.0 };
        let colors = colors(matrix.ends(), Map::RedBlue);
        Shown::new(matrix, colors, Ground::Light, 30.0, room)
    }

    #[test]
    fn a_matrix_with_negative_values_is_centred_on_zero() {
        let signed = shown_of(matrix(vec![1.0, -4.0, f32::NAN, 2.0]));
        assert_eq!((signed.map.scale, signed.map.map), (Scale::symmetric(4.0), Map::RedBlue));
        assert_eq!(signed.summary(), "2 rows by 2 columns, largest L0H1 −4");
        assert!(signed.names_lie());
        let positive = shown_of(matrix(vec![0.0, 0.5, 0.25, 0.125]));
        assert_eq!((positive.map.scale, positive.map.map), (Scale::from_zero(0.5), Map::Mist));
    }

    #[test]
    fn a_turned_map_of_heads_names_the_same_heads() {
        let turned = shown_of(matrix(vec![1.0, -4.0, 0.0, 2.0]).transposed());
        let cell = turned.cell_of((0, 1)).unwrap();
        assert_eq!(
            (cell, turned.name(cell), turned.head_of(cell)),
            (Cell { row: 1, column: 0 }, "L0H1".into(), Some((0, 1)))
        );
        assert_eq!(turned.value(cell), "−4");
        assert_eq!(turned.cell_of((2, 0)), None);
        let tokens = Matrix { rows: vec!["L0".into()], columns: vec![" the".into()], values: vec![1.0] };
        assert_eq!(shown_of(tokens).cell_of((0, 0)), None, "no map of heads");
    }
}
