//! Small products that stay in registers: a few rows times a matrix laid out in tiles of columns.

/// Rows multiplied at a time.
pub(super) const ROWS: usize = 4;
/// Columns of a tile: with [`ROWS`] rows, eight of the widest vectors, enough to hide the latency of an addition.
pub(super) const COLUMNS: usize = 32;

/// A matrix `[depth, columns]`, tile after tile, each `[depth, COLUMNS]`. What stands beyond the last column is arbitrary.
#[derive(Default)]
pub(super) struct Tiles {
    depth: usize,
    values: Vec<[f32; COLUMNS]>,
}

impl Tiles {
    fn reset(&mut self, depth: usize, columns: usize) {
        self.depth = depth;
        self.values.resize(depth * columns.div_ceil(COLUMNS), [0.0; COLUMNS]);
    }

    /// Lays out a matrix whose columns these are.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
    pub(super) fn set_columns<'a>(
        &mut self,
        columns: impl ExactSizeIterator<Item = &'a [f32]>,
        depth: usize,
    ) {
        self.reset(depth, columns.len());
        for (i, column) in columns.enumerate() {
            let tile = &mut self.values[i / COLUMNS * depth..][..depth];
            tile.iter_mut().zip(column).for_each(|(place, value)| place[i % COLUMNS] = *value);
        }
    }

    /// Lays out a matrix whose rows these are.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
    pub(super) fn set_rows<'a>(&mut self, rows: impl ExactSizeIterator<Item = &'a [f32]>, columns: usize) {
        let depth = rows.len();
        self.reset(depth, columns);
        for (i, row) in rows.enumerate() {
            for (tile, piece) in row.chunks(COLUMNS).enumerate() {
                self.values[tile * depth + i][..piece.len()].copy_from_slice(piece);
            }
        }
    }

    /// [`ROWS`] rows `[rows, depth]`, `stride` apart, times the first `columns` columns; only the first `depth` of what is
    /// summed over. `write` gets the first column of a tile and its products.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
    pub(super) fn multiply(
        &self,
        x: &[f32],
        stride: usize,
        depth: usize,
        columns: usize,
        mut write: impl FnMut(usize, &[[f32; COLUMNS]; ROWS]),
    ) {
        let [a, b, c, d]: [&[f32]; ROWS] = std::array::from_fn(|row| &x[row * stride..][..depth]);
        for tile in 0..columns.div_ceil(COLUMNS) {
            // four arrays of their own, and rows that are gone through side by side without an index: only so does the compiler
            // keep the sums in registers, which is ten times as fast
            let [mut of_a, mut of_b, mut of_c, mut of_d] = [[0.0_f32; COLUMNS]; ROWS];
            let values = &self.values[tile * self.depth..][..depth];
            for ((((values, a), b), c), d) in values.iter().zip(a).zip(b).zip(c).zip(d) {
                for (sums, x) in [(&mut of_a, a), (&mut of_b, b), (&mut of_c, c), (&mut of_d, d)] {
                    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += x * value);
                }
            }
            write(tile * COLUMNS, &[of_a, of_b, of_c, of_d]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_sums_of_products(depth in 1_usize..40, columns in 1_usize..80, used in 1_usize..40) {
            let used = used.min(depth);
            let value = |i: usize, j: usize| (i * 7 + j * 3) as f32 % 5.0 - 2.0;
            let x: Vec<f32> = (0..ROWS * depth).map(|i| (i % 3) as f32 - 1.0).collect();
            let rows: Vec<Vec<f32>> = (0..depth).map(|i| (0..columns).map(|j| value(i, j)).collect()).collect();
            let by_column: Vec<Vec<f32>> = (0..columns).map(|j| (0..depth).map(|i| value(i, j)).collect()).collect();
            let mut tiles = [Tiles::default(), Tiles::default()];
            tiles[0].set_rows(rows.iter().map(Vec::as_slice), columns);
            tiles[1].set_columns(by_column.iter().map(Vec::as_slice), depth);
            for tiles in tiles {
                let mut seen = 0;
                tiles.multiply(&x, depth, used, columns, |first, products| {
                    for (row, products) in products.iter().enumerate() {
                        for (j, product) in (first..columns).zip(products) {
                            let sum: f32 = (0..used).map(|i| x[row * depth + i] * value(i, j)).sum();
                            assert!((sum - product).abs() < 1e-3);
                            seen += 1;
                        }
                    }
                });
                prop_assert_eq!(seen, ROWS * columns);
            }
        }
    }
}
