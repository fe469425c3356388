//! Patterns reduced while they come in.

use super::super::detection::Targets;
use super::scores::Scores;
use crate::hook_name::{HookName, Site};
use crate::hooks::{Hooks, Rows};
use candle_core::{Result, Tensor};
use rayon::prelude::*;

/// The maps of one prompt's heads, layer by layer, and their scores.
///
/// A map of `side` cells a side covers n tokens in `side` runs of nearly equal length, run i from ⌊i n / side⌋ on. A
/// cell holds the largest attention among its queries and keys: a mean would wash out the stripes that tell heads
/// apart. Cells whose keys all come after their queries are NaN.
pub(super) struct Maps {
    heads: usize,
    side: usize,
    /// The run of each position.
    run: Vec<usize>,
    targets: Targets,
    /// Row-major `[layer, head, side, side]`, as far as layers have run.
    values: Vec<f32>,
    /// `[layer, head]`.
    scores: Vec<Scores>,
}

impl Maps {
    pub(super) fn new(heads: usize, ids: &[u32], side: usize) -> Self {
        let n = ids.len();
        let run = (0..side).flat_map(|i| vec![i; (i + 1) * n / side - i * n / side]).collect();
        let targets = Targets::new(ids);
        Self { heads, side, run, targets, values: Vec::new(), scores: Vec::new() }
    }

    pub(super) fn side(&self) -> usize {
        self.side
    }

    /// Number of tokens.
    pub(super) fn tokens(&self) -> usize {
        self.run.len()
    }

    pub(super) fn values(&self) -> &[f32] {
        &self.values
    }

    pub(super) fn scores(&self) -> &[Scores] {
        &self.scores
    }

    /// Room for a layer's maps, empty ones.
    fn begin_layer(&mut self) {
        let side = self.side;
        let cell = |i: usize| if i % side > i / side { f32::NAN } else { 0.0 };
        for _ in 0..self.heads {
            self.values.extend((0..side * side).map(cell));
            self.scores.push(Scores::default());
        }
    }

    /// Adds the patterns of some queries to the last layer: row-major `[query, head, key]`, positions `queries`.
    fn add(&mut self, queries: &[u32], patterns: &[f32]) {
        let Self { heads, side, run, targets, .. } = self;
        let (heads, side, n) = (*heads, *side, run.len());
        let keys = patterns.len() / queries.len() / heads;
        let start = self.scores.len() - heads;
        let scores = self.scores[start..].par_iter_mut();
        let maps = self.values[start * side * side..].par_chunks_mut(side * side);
        maps.zip(scores).enumerate().for_each(|(head, (map, scores))| {
            for (i, query) in queries.iter().map(|q| *q as usize).enumerate() {
                let pattern = &patterns[(i * heads + head) * keys..][..=query];
                scores.add(pattern, targets, n);
                let cells = &mut map[run[query] * side..][..side];
                for (p, key) in pattern.iter().zip(&*run) {
                    cells[*key] = cells[*key].max(*p);
                }
            }
        });
    }
}

impl Hooks for Maps {
    fn wants(&self, name: HookName) -> Option<&Rows> {
        (name.site == Site::Pattern).then_some(&Rows::All)
    }

    /// The one prompt is packed in order, so a row is a position; its parts come in order, too.
    fn visit(&mut self, _: HookName, rows: &[u32], values: &Tensor) -> Result<Option<Tensor>> {
        if rows.first() == Some(&0) {
            self.begin_layer();
        }
        self.add(rows, &values.flatten_all()?.to_vec1::<f32>()?);
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cell_is_the_largest_of_its_queries_and_keys(
            n in 1_usize..14, side in 1_usize..14, piece in 1_usize..14, seed in prop::collection::vec(0.0_f32..1.0, 2 * 14 * 14)
        ) {
            let (heads, side) = (2, side.min(n));
            let p = |head: usize, q: usize, k: usize| if k > q { 0.0 } else { seed[(head * n + q) * n + k] };
            let mut maps = Maps::new(heads, &vec![0; n], side);
            maps.begin_layer();
            let positions: Vec<u32> = (0..n as u32).collect();
            for queries in positions.chunks(piece) {
                let keys = queries[queries.len() - 1] as usize + 1;
                let patterns: Vec<f32> = queries
                    .iter()
                    .flat_map(|q| (0..heads).flat_map(move |h| (0..keys).map(move |k| p(h, *q as usize, k))))
                    .collect();
                maps.add(queries, &patterns);
            }
            for (i, value) in maps.values().iter().enumerate() {
                let (head, q, k) = (i / side / side, i / side % side, i % side);
                let run = |i: usize| i * n / side..(i + 1) * n / side;
                let largest = run(q).flat_map(|q| run(k).map(move |k| p(head, q, k))).fold(0.0, f32::max);
                prop_assert!(if k > q { value.is_nan() } else { value.total_cmp(&largest).is_eq() }, "{i}: {value} {largest}");
            }
        }
    }
}
