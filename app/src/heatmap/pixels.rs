//! The picture as pixels, computed here: what the 2-D canvas shows, and what the shader must show.

use super::{Colors, Grid, Heatmap};

/// The whole picture, RGBA, row by row: a cell's colour, or transparent in gaps and masked cells.
pub fn pixels(map: &Heatmap, grid: &Grid) -> Vec<u8> {
    let palette = Colors::of(map.map, map.ground).packed();
    let (width, height) = (grid.width() as usize, grid.height() as usize);
    let mut out = vec![0; width * height * 4];
    let (cell_width, cell_height) = (grid.cell_width as usize, grid.cell_height as usize);
    let (ink_width, ink_height) = (cell_width - grid.gap as usize, cell_height - grid.gap as usize);
    for (index, value) in map.values.iter().enumerate().take(grid.rows * grid.columns) {
        let Some(step) = map.scale.step(*value) else { continue };
        let color = palette[usize::from(step)].to_le_bytes();
        let (row, column) = (index / grid.columns, index % grid.columns);
        for y in row * cell_height..row * cell_height + ink_height {
            let start = (y * width + column * cell_width) * 4;
            out[start..start + ink_width * 4].as_chunks_mut().0.fill(color);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heatmap::{Ground, Map, Scale};

    #[test]
    fn cells_are_filled_and_gaps_and_masked_cells_are_not() {
        let map = Heatmap {
            rows: 1,
            columns: 3,
            values: vec![-1.0, f32::NAN, 1.0],
            scale: Scale::symmetric(1.0),
            map: Map::RedBlue,
            ground: Ground::Light,
        };
        let grid = Grid::new(1, 3, (4.0, 4.0), 1.0);
        let out = pixels(&map, &grid);
        let at = |x: usize, y: usize| <[u8; 4]>::try_from(&out[(y * 12 + x) * 4..][..4]).unwrap();
        assert_eq!(out.len(), 12 * 4 * 4);
        assert_eq!((at(0, 0), at(2, 2)), ([0x67, 0x00, 0x1f, 255], [0x67, 0x00, 0x1f, 255]));
        assert_eq!((at(3, 0), at(0, 3), at(5, 1)), ([0; 4], [0; 4], [0; 4]));
        assert_eq!(at(10, 2), [0x05, 0x30, 0x61, 255]);
    }
}
