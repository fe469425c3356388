//! softmax(q kᵀ/√d_head) v without scores or patterns in memory.
//!
//! Queries are taken in blocks of one segment, head by head: a head's keys and values are laid out once a block, in
//! [tiles](super::tiles), whose products stay in registers. A block of a few rows, for which that would cost more than it
//! saves, reads keys and values where they lie.

use super::fresh::in_parts;
use super::graph::{self, Made};
use super::tiles::{COLUMNS, ROWS, Tiles};
use super::{Matrix, attention_gradient, cuda, math, simd, with_matrices};
use crate::packing::Segment;
use candle_core::{Result, Tensor, bail};
use pulp::NullaryFnOnce;
use std::ops::Range;

/// How a row divides into heads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heads {
    pub(crate) count: usize,
    pub(crate) width: usize,
}

/// Most queries that share one layout of keys: their scores stay in the second-level cache.
const BLOCK: usize = 64;

/// z `[rows, head, d_head]` of queries, keys and values of that shape. Queries are those of the segments, in order.
pub(crate) fn attend(
    q: &Tensor,
    k: &Tensor,
    v: &Tensor,
    heads: Heads,
    segments: &[Segment],
) -> Result<Option<Tensor>> {
    if let Some(y) = cuda::attend([q, k, v], heads, segments)? {
        return Ok(Some(y));
    }
    let visible: Vec<Vec<usize>> = segments.iter().map(Segment::visible).collect();
    let plain = [q, k, v].map(Tensor::detach);
    let z = {
        let blocks = blocks(segments, &visible);
        with_matrices(plain.each_ref(), |qkv| all_blocks(qkv, heads, &blocks))
    };
    let Some(z) = z else { return Ok(None) };
    let shape = (q.dim(0)?, heads.count, heads.width).into();
    let segments = if [q, k, v].iter().any(|x| x.track_op()) { segments.to_vec() } else { Vec::new() };
    let backward = move |grad: &Tensor| {
        let blocks = blocks(&segments, &visible);
        let [q, k, v] = plain.each_ref();
        let rows = [q, k].map(|x| x.dims()[0]);
        let made =
            with_matrices([q, k, v, grad], |qkvg| attention_gradient::gradients(qkvg, heads, rows, &blocks));
        let Some([dq, dk, dv]) = made else { bail!("a kernel's gradient is of f32 on the CPU only") };
        let of = |made, x: &Tensor| graph::gradient(Some(made), x.shape()).map(Some);
        Ok([of(dq, q)?, of(dk, k)?, of(dv, v)?])
    };
    graph::of_three([q, k, v], Made::Numbers(z, shape), backward).map(Some)
}

/// Consecutive queries of one segment.
pub(super) struct Block<'a> {
    /// Where they stand among all queries.
    pub(super) query: usize,
    pub(super) rows: usize,
    /// The keys that the last of them sees; each one before sees one less.
    pub(super) visible: &'a [usize],
}

fn blocks<'a>(segments: &[Segment], visible: &'a [Vec<usize>]) -> Vec<Block<'a>> {
    let queries: usize = segments.iter().map(|segment| segment.rows.len()).sum();
    // several tasks a thread, where that leaves each some rows
    let size = (queries / (4 * rayon::current_num_threads())).next_multiple_of(ROWS).clamp(2 * ROWS, BLOCK);
    let (mut blocks, mut query) = (Vec::new(), 0);
    for (segment, visible) in segments.iter().zip(visible) {
        let end = query + segment.rows.len();
        while query < end {
            let rows = size.min(end - query);
            blocks.push(Block { query, rows, visible: &visible[..visible.len() - (end - query - rows)] });
            query += rows;
        }
    }
    blocks
}

fn all_blocks(qkv: [Matrix<'_>; 3], heads: Heads, blocks: &[Block<'_>]) -> Vec<f32> {
    let width = heads.count * heads.width;
    let lengths: Vec<usize> = blocks.iter().map(|block| block.rows * width).collect();
    in_parts(&lengths, Scratch::default, |scratch, i, z| {
        simd(AllHeads { block: &blocks[i], qkv, heads, z, scratch });
    })
}

/// All heads of one block: not a closure, which is too large to be compiled inside the dispatched function unless it is told to.
struct AllHeads<'a> {
    block: &'a Block<'a>,
    qkv: [Matrix<'a>; 3],
    heads: Heads,
    z: &'a mut [f32],
    scratch: &'a mut Scratch,
}

impl NullaryFnOnce for AllHeads<'_> {
    type Output = ();

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "vectorizes only inside the dispatched function")]
    fn call(self) {
        let Self { block, qkv, heads: Heads { count, width }, z, scratch } = self;
        for head in 0..count {
            let part = head * width..(head + 1) * width;
            if block.rows < ROWS {
                block.by_row(qkv, &part, z, count * width, scratch);
            } else {
                block.by_tile(qkv, &part, z, count * width, scratch);
            }
        }
    }
}

/// What one thread works with, kept from block to block.
#[derive(Default)]
struct Scratch {
    keys: Tiles,
    values: Tiles,
    /// `[query, d_head]`, a multiple of [`ROWS`] queries.
    queries: Vec<f32>,
    /// Scores, then patterns, of [`ROWS`] queries: `[query, key]`, with room for whole tiles of keys.
    pattern: Vec<f32>,
}

impl Block<'_> {
    /// How many keys a query of the block sees.
    pub(super) fn seen(&self, query: usize) -> usize {
        self.visible.len() - (self.rows - 1 - query)
    }

    /// Writes the block's z of one head, the columns `part` of `z` `[rows, width]`.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
    fn by_tile(
        &self,
        [q, k, v]: [Matrix<'_>; 3],
        part: &Range<usize>,
        z: &mut [f32],
        width: usize,
        scratch: &mut Scratch,
    ) {
        let Scratch { keys, values, queries, pattern } = scratch;
        let (d_head, scale) = (part.len(), 1.0 / (part.len() as f32).sqrt());
        keys.set_columns(self.visible.iter().map(|&key| &k.row(key)[part.clone()]), d_head);
        values.set_rows(self.visible.iter().map(|&key| &v.row(key)[part.clone()]), d_head);
        queries.clear();
        for query in self.query..self.query + self.rows {
            queries.extend(q.row(query)[part.clone()].iter().map(|q| q * scale));
        }
        queries.resize(self.rows.next_multiple_of(ROWS) * d_head, 0.0);
        let stride = self.visible.len().next_multiple_of(COLUMNS);
        pattern.resize(ROWS * stride, 0.0);
        for first in (0..self.rows).step_by(ROWS) {
            let here = ROWS.min(self.rows - first);
            let seen = self.seen(first + here - 1);
            keys.multiply(&queries[first * d_head..], d_head, d_head, seen, |key, scores| {
                for (row, scores) in pattern.chunks_exact_mut(stride).zip(scores) {
                    row[key..key + COLUMNS].copy_from_slice(scores);
                }
            });
            for (i, row) in pattern.chunks_exact_mut(stride).enumerate() {
                // rows beyond the block's last are computed like it, and dropped
                softmax(row, self.seen(first + i.min(here - 1)));
            }
            values.multiply(pattern, stride, seen, d_head, |column, sums| {
                for (z, sums) in z[first * width..].chunks_mut(width).zip(sums).take(here) {
                    let z = &mut z[part.clone()][column..];
                    z.iter_mut().zip(sums).for_each(|(z, sum)| *z = *sum);
                }
            });
        }
    }

    /// The same for few queries, row by row.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
    fn by_row(
        &self,
        [q, k, v]: [Matrix<'_>; 3],
        part: &Range<usize>,
        z: &mut [f32],
        width: usize,
        scratch: &mut Scratch,
    ) {
        let scale = 1.0 / (part.len() as f32).sqrt();
        for (query, z) in z.chunks_exact_mut(width).enumerate() {
            let (z, seen) = (&mut z[part.clone()], &self.visible[..self.seen(query)]);
            let q = &q.row(self.query + query)[part.clone()];
            let pattern = &mut scratch.pattern;
            pattern.clear();
            pattern.extend(seen.iter().map(|&key| math::dot(q, &k.row(key)[part.clone()]) * scale));
            pattern.resize(seen.len().next_multiple_of(math::LANES), 0.0);
            softmax(pattern, seen.len());
            for (&key, share) in seen.iter().zip(pattern.iter()) {
                z.iter_mut().zip(&v.row(key)[part.clone()]).for_each(|(z, v)| *z += share * v);
            }
        }
    }
}

/// Over the first `seen` scores; 0 for the others. Quickest where there is room for whole vectors.
#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
pub(super) fn softmax(scores: &mut [f32], seen: usize) {
    let whole = seen.next_multiple_of(math::LANES).min(scores.len());
    scores[seen..whole].fill(f32::NEG_INFINITY);
    let (scores, hidden) = scores.split_at_mut(whole);
    hidden.fill(0.0);
    let largest = math::largest(scores);
    for score in scores.iter_mut() {
        *score = math::exp(*score - largest);
    }
    scores[seen..].fill(0.0);
    let share = 1.0 / math::sum(scores);
    for score in scores.iter_mut() {
        *score *= share;
    }
}
