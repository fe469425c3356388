//! Many square maps at every level of detail.
//!
//! A map of 64 × 64 cells drawn on 36 pixels would lose every other cell, and with them the stripes that tell heads
//! apart. So each map is kept in halved sizes too, where a cell is the largest of those it stands for, down to a single
//! cell: the map's maximum.

/// One level of detail of all maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Cells a side.
    pub side: usize,
    /// Where its first map begins among the pyramid's values.
    pub at: usize,
}

/// Square maps of one size, finest level first. NaN is masked; a cell is masked where all it stands for is.
#[derive(Clone, Debug, Default)]
pub struct Pyramid {
    tiles: usize,
    /// Every level in turn, row-major `[tile, row, column]`.
    values: Vec<f32>,
    levels: Vec<Level>,
}

impl Pyramid {
    /// The levels of `tiles` maps of `side` × `side` values, row-major `[tile, row, column]`; none where there are not
    /// as many values.
    pub fn new(tiles: usize, side: usize, values: &[f32]) -> Option<Self> {
        if side == 0 || values.len() != tiles * side * side {
            return None;
        }
        let mut pyramid = Self { tiles, values: values.to_vec(), levels: vec![Level { side, at: 0 }] };
        pyramid.values.reserve_exact(tiles * side * side / 2 + tiles * 8);
        while let Some(&last) = pyramid.levels.last()
            && last.side > 1
        {
            pyramid.halve(last);
        }
        Some(pyramid)
    }

    /// How many maps.
    pub fn tiles(&self) -> usize {
        self.tiles
    }

    /// Cells a side of the finest level.
    pub fn side(&self) -> usize {
        self.finest().side
    }

    /// All levels' values, for the shader.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The level with one cell a value.
    pub fn finest(&self) -> Level {
        self.levels.first().copied().unwrap_or(Level { side: 1, at: 0 })
    }

    /// The level with one cell a map: its maximum.
    pub fn coarsest(&self) -> Level {
        self.levels.last().copied().unwrap_or(Level { side: 1, at: 0 })
    }

    /// The finest level of which no cell is smaller than a pixel where a map takes `pixels` a side.
    pub fn level_for(&self, pixels: u32) -> Level {
        let fits = self.levels.iter().find(|level| level.side <= pixels as usize);
        fits.copied().unwrap_or_else(|| self.coarsest())
    }

    /// One map at a level, row-major; empty for a map there is not.
    pub fn map(&self, level: Level, tile: usize) -> &[f32] {
        let cells = level.side * level.side;
        let inside = tile < self.tiles;
        self.values.get(level.at + tile * cells..).filter(|_| inside).map_or(&[], |rest| &rest[..cells])
    }

    /// A value of the finest level; none outside or where it is masked.
    pub fn value(&self, tile: usize, row: usize, column: usize) -> Option<f32> {
        self.row(tile, row).get(column).copied().filter(|v| !v.is_nan())
    }

    /// A row of a map of the finest level; empty outside.
    pub fn row(&self, tile: usize, row: usize) -> &[f32] {
        let side = self.side();
        let map = self.map(self.finest(), tile);
        map.get(row * side..(row + 1) * side).unwrap_or_default()
    }

    /// The largest value of a map; NaN where it has none.
    pub fn largest(&self, tile: usize) -> f32 {
        self.map(self.coarsest(), tile).first().copied().unwrap_or(f32::NAN)
    }

    /// Appends the level with half as many cells a side.
    fn halve(&mut self, from: Level) {
        let to = Level { side: from.side.div_ceil(2), at: self.values.len() };
        let runs: Vec<_> = (0..to.side).map(|i| run(i, to.side, from.side)).collect();
        self.values.resize(to.at + self.tiles * to.side * to.side, f32::NAN);
        let (finer, coarser) = self.values.split_at_mut(to.at);
        let mut finer = finer[from.at..].chunks_exact(from.side);
        // a coarser row takes in as many finer ones as there are in its run, map after map
        for (row, cells) in coarser.chunks_exact_mut(to.side).enumerate() {
            for line in finer.by_ref().take(runs[row % to.side].len()) {
                for (cell, columns) in cells.iter_mut().zip(&runs) {
                    for value in &line[columns.clone()] {
                        // `max` prefers whatever is a number
                        *cell = cell.max(*value);
                    }
                }
            }
        }
        self.levels.push(to);
    }
}

/// Equal where both are the very same: comparing the values would cost more than what it may save.
impl PartialEq for Pyramid {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// Which of `count` things belong to the `i`-th of `runs` runs of nearly equal length; `runs` is at most `count`.
pub fn run(i: usize, runs: usize, count: usize) -> std::ops::Range<usize> {
    i * count / runs..(i + 1) * count / runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_stripe_survives_at_every_level() {
        let side = 13;
        let cell = |i: usize| match (i / side, i % side) {
            (row, column) if column > row => f32::NAN,
            (_, 5) => 0.75,
            _ => 0.0,
        };
        let values: Vec<f32> = (0..side * side).map(cell).collect();
        let pyramid = Pyramid::new(1, side, &values).unwrap();
        let sides: Vec<usize> = pyramid.levels.iter().map(|level| level.side).collect();
        assert_eq!(sides, [13, 7, 4, 2, 1]);
        for level in &pyramid.levels {
            let map = pyramid.map(*level, 0);
            assert!(map[map.len() - level.side..].contains(&0.75));
        }
        assert_eq!(Some(pyramid.largest(0)), Some(0.75));
        assert_eq!(pyramid.value(0, 0, 1), None);
        assert_eq!((pyramid.value(0, 12, 5), pyramid.value(1, 0, 0)), (Some(0.75), None));
    }

    #[test]
    fn no_cell_is_smaller_than_a_pixel() {
        let pyramid = Pyramid::new(1, 64, &[0.5; 64 * 64]).unwrap();
        let sides = [500, 64, 63, 36, 12, 1, 0].map(|pixels| pyramid.level_for(pixels).side);
        assert_eq!(sides, [64, 64, 32, 32, 8, 1, 1]);
    }

    #[test]
    fn a_wrong_number_of_values_is_no_picture() {
        assert!(Pyramid::new(2, 2, &[0.0; 7]).is_none());
        assert!(Pyramid::new(2, 0, &[]).is_none());
        assert_eq!(Pyramid::new(0, 4, &[]).unwrap().tiles(), 0);
    }

    proptest! {
        #[test]
        fn every_level_holds_each_maps_maximum(side in 1_usize..20, tiles in 1_usize..4, seed in prop::collection::vec(0.0_f32..1.0, 20 * 20 * 4)) {
            let values = &seed[..tiles * side * side];
            let pyramid = Pyramid::new(tiles, side, values).unwrap();
            for tile in 0..tiles {
                let largest = values[tile * side * side..][..side * side].iter().fold(0.0_f32, |m, v| m.max(*v));
                for level in &pyramid.levels {
                    let at_level = pyramid.map(*level, tile).iter().fold(0.0_f32, |m, v| m.max(*v));
                    prop_assert_eq!(Some(at_level), Some(largest));
                }
                prop_assert_eq!(Some(pyramid.largest(tile)), Some(largest));
            }
        }
    }
}
