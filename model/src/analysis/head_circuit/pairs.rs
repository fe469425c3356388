//! The largest entries of a matrix between tokens, `[d_vocab, d_vocab]`, some rows at a time.

use super::super::circuits::factored::FactoredMatrix;
use super::super::ranking;
use candle_core::Result;
use rayon::prelude::*;

/// Values compared at a time: enough for the widest vector registers.
const LANES: usize = 16;

/// One entry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    /// Its row and its column.
    pub(super) tokens: [u32; 2],
    pub(super) value: f32,
}

/// A pass over the rows of a factored matrix.
pub(super) struct Pairs {
    matrix: FactoredMatrix,
    most: usize,
    rows_done: usize,
    /// The largest entries so far, in order: equal ones by row, then by column.
    largest: Vec<Pair>,
    /// Rows in which fewer than one, fewer than five entries are larger than the diagonal's.
    on_diagonal: [usize; 2],
}

impl Pairs {
    /// Of the `most` largest entries.
    pub(super) fn new(matrix: FactoredMatrix, most: usize) -> Self {
        Self { matrix, most, rows_done: 0, largest: Vec::new(), on_diagonal: [0; 2] }
    }

    pub(super) fn largest(&self) -> &[Pair] {
        &self.largest
    }

    pub(super) fn rows_done(&self) -> usize {
        self.rows_done
    }

    pub(super) fn is_done(&self) -> bool {
        self.rows_done == self.matrix.left()
    }

    /// Shares of rows whose largest entry, or one of whose five largest, is the diagonal's; once all are done.
    pub(super) fn on_diagonal(&self) -> Option<[f64; 2]> {
        self.is_done().then(|| self.on_diagonal.map(|rows| rows as f64 / self.matrix.left() as f64))
    }

    /// Goes through the next `count` rows, or as many as there are.
    pub(super) fn step(&mut self, count: usize) -> Result<()> {
        let (start, count) = (self.rows_done, count.min(self.matrix.left() - self.rows_done));
        let rows = self.matrix.rows(start, count)?;
        let (width, values) = (rows.dim(1)?, rows.flatten_all()?.to_vec1::<f32>()?);
        let full = self.largest.len() == self.most;
        let least = self.largest.last().filter(|_| full).map_or(f32::NEG_INFINITY, |pair| pair.value);
        let of_row =
            |(i, row): (usize, &[f32])| (larger(row, start + i), entries(row, start + i, least, self.most));
        let found: Vec<_> = values.par_chunks_exact(width).enumerate().map(of_row).collect();
        for (larger, entries) in found {
            self.on_diagonal[0] += usize::from(larger < 1);
            self.on_diagonal[1] += usize::from(larger < 5);
            self.largest.extend(entries);
        }
        self.largest.sort_by(|a, b| b.value.total_cmp(&a.value).then(a.tokens.cmp(&b.tokens)));
        self.largest.truncate(self.most);
        self.rows_done += count;
        Ok(())
    }
}

/// How many entries of a row are larger than the diagonal's.
fn larger(row: &[f32], number: usize) -> usize {
    let own = row[number];
    row.iter().filter(|value| **value > own).count()
}

/// The entries of a row that are above `least`, at most `most`, largest first.
fn entries(row: &[f32], number: usize, least: f32, most: usize) -> Vec<Pair> {
    if least > f32::NEG_INFINITY && largest(row) <= least {
        return Vec::new();
    }
    let first = ranking::first(row, most, ranking::descending).into_iter();
    let pair = |column: u32| Pair { tokens: [number as u32, column], value: row[column as usize] };
    first.map(pair).filter(|pair| pair.value > least).collect()
}

/// Nearly every row is looked at by this alone, so it must take no longer than reading it.
fn largest(row: &[f32]) -> f32 {
    let (lanes, rest) = row.as_chunks::<LANES>();
    let mut most = [f32::NEG_INFINITY; LANES];
    for values in lanes {
        for (most, value) in most.iter_mut().zip(values) {
            *most = if *value > *most { *value } else { *most };
        }
    }
    most.iter().chain(rest).copied().fold(f32::NEG_INFINITY, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{Device, Tensor};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn in_steps_the_largest_are_those_of_the_whole(
            n in 1_usize..40, most in 1_usize..12, step in 1_usize..9, seed in prop::collection::vec(-3_i8..4, 80)
        ) {
            // of rank two and whole numbers: there are ties, and no rounding
            let factor = |start: usize| -> Vec<f32> { seed[start..].iter().cycle().take(2 * n).map(|v| f32::from(*v)).collect() };
            let a = Tensor::from_vec(factor(0), (n, 2), &Device::Cpu).unwrap();
            let b = Tensor::from_vec(factor(40), (2, n), &Device::Cpu).unwrap();
            let values = a.matmul(&b).unwrap().to_vec2::<f32>().unwrap();
            let mut pairs = Pairs::new(FactoredMatrix::new(&a, &b).unwrap(), most);
            while !pairs.is_done() {
                prop_assert_eq!(pairs.on_diagonal(), None);
                pairs.step(step).unwrap();
            }
            let cells = (0..n as u32).flat_map(|r| (0..n as u32).map(move |c| [r, c]));
            let pair = |tokens: [u32; 2]| Pair { tokens, value: values[tokens[0] as usize][tokens[1] as usize] };
            let mut all: Vec<Pair> = cells.map(pair).collect();
            all.sort_by(|a, b| b.value.total_cmp(&a.value).then(a.tokens.cmp(&b.tokens)));
            all.truncate(most);
            prop_assert_eq!(pairs.largest(), all);
            let first = (0..n).filter(|&i| values[i].iter().all(|value| *value <= values[i][i])).count();
            prop_assert!((pairs.on_diagonal().unwrap()[0] - first as f64 / n as f64).abs() < 1e-12);
        }
    }
}
