//! Which device pixels belong to which cell.

/// A cell by its place, from the top left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    /// From the top.
    pub row: usize,
    /// From the left.
    pub column: usize,
}

/// The geometry of a heatmap in whole device pixels, so that every cell of a picture has the same size and sharp edges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grid {
    /// Cells down.
    pub rows: usize,
    /// Cells across.
    pub columns: usize,
    /// Width of a cell in device pixels, its gap included.
    pub cell_width: u32,
    /// Height of a cell in device pixels, its gap included.
    pub cell_height: u32,
    /// Device pixels left empty at the right and the bottom of each cell.
    pub gap: u32,
}

impl Grid {
    /// A grid whose cells are about `width` × `height` CSS pixels where a CSS pixel is `ratio` device pixels. Cells are
    /// at least one device pixel; the gap of one device pixel goes away where it would take more than a quarter.
    pub fn new(rows: usize, columns: usize, (width, height): (f64, f64), ratio: f64) -> Self {
        let device = |css: f64| ((css * ratio).round() as u32).max(1);
        let (cell_width, cell_height) = (device(width), device(height));
        let gap = u32::from(cell_width.min(cell_height) >= 4);
        Self { rows, columns, cell_width, cell_height, gap }
    }

    /// Width of the picture in device pixels.
    pub fn width(&self) -> u32 {
        self.columns as u32 * self.cell_width
    }

    /// Height of the picture in device pixels.
    pub fn height(&self) -> u32 {
        self.rows as u32 * self.cell_height
    }

    /// The cell under a device pixel, gaps included; none outside.
    pub fn cell_at(&self, x: f64, y: f64) -> Option<Cell> {
        let inside = x >= 0.0 && y >= 0.0 && x < f64::from(self.width()) && y < f64::from(self.height());
        inside.then(|| Cell {
            row: (y / f64::from(self.cell_height)) as usize,
            column: (x / f64::from(self.cell_width)) as usize,
        })
    }

    /// The cell that many rows and columns away, kept inside.
    pub fn step(&self, from: Cell, rows: isize, columns: isize) -> Cell {
        let walk =
            |at: usize, by: isize, count: usize| at.saturating_add_signed(by).min(count.saturating_sub(1));
        Cell { row: walk(from.row, rows, self.rows), column: walk(from.column, columns, self.columns) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_whole_device_pixels_at_any_ratio() {
        for (ratio, expected) in [(1.0, 13), (1.25, 16), (1.5, 20), (2.0, 26), (3.0, 39)] {
            let grid = Grid::new(2, 3, (13.0, 13.0), ratio);
            assert_eq!((grid.cell_width, grid.width(), grid.gap), (expected, 3 * expected, 1));
        }
    }

    #[test]
    fn tiny_cells_have_no_gap_and_never_vanish() {
        let grid = Grid::new(2000, 2000, (0.2, 0.2), 1.0);
        assert_eq!((grid.cell_width, grid.cell_height, grid.gap), (1, 1, 0));
    }

    #[test]
    fn every_pixel_is_in_one_cell() {
        let grid = Grid::new(2, 3, (10.0, 5.0), 1.0);
        assert_eq!(grid.cell_at(0.0, 0.0), Some(Cell { row: 0, column: 0 }));
        assert_eq!(grid.cell_at(29.9, 9.9), Some(Cell { row: 1, column: 2 }));
        assert_eq!(grid.cell_at(30.0, 0.0), None);
        assert_eq!(grid.cell_at(-0.1, 0.0), None);
    }

    #[test]
    fn walking_stops_at_the_edges() {
        let grid = Grid::new(2, 3, (10.0, 5.0), 1.0);
        let corner = Cell { row: 1, column: 2 };
        assert_eq!(grid.step(corner, 1, 1), corner);
        assert_eq!(grid.step(corner, -5, -1), Cell { row: 0, column: 1 });
    }
}
