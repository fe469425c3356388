//! Attention backwards, by the blocks of queries that it goes forwards by.
//!
//! With s = q kᵀ/√d_head, p = softmax s and z = p v, where g is the gradient of z:
//!
//! ```text
//! ∂v = pᵀ g      ∂p = g vᵀ      ∂s = p (∂p − Σ_keys p ∂p)      ∂q = ∂s k/√d_head      ∂k = ∂sᵀ q/√d_head
//! ```
//!
//! Patterns are made again, one block of one head at a time; none is kept from the forward pass.

use super::attention::{Block, Heads, softmax};
use super::view::View;
use super::{Matrix, math, simd};
use gemm::Parallelism;
use rayon::prelude::*;

/// Gradients of queries, keys and values, each `[rows, head, d_head]`. `rows` are the numbers of queries and of keys.
pub(super) fn gradients(
    [q, k, v, grad]: [Matrix<'_>; 4],
    heads: Heads,
    rows: [usize; 2],
    blocks: &[Block<'_>],
) -> [Vec<f32>; 3] {
    let by_head: Vec<Head> = (0..heads.count)
        .into_par_iter()
        .map(|head| {
            let mut gradients = Head::new(rows, heads.width);
            let mut scratch = Scratch::default();
            for block in blocks {
                gradients.add(block, [q, k, v, grad], head * heads.width, &mut scratch);
            }
            gradients
        })
        .collect();
    let side_by_side = |rows: usize, part: fn(&Head) -> &[f32]| {
        super::by_rows(rows, heads.count * heads.width, |row, to| {
            for (to, head) in to.chunks_exact_mut(heads.width).zip(&by_head) {
                to.copy_from_slice(&part(head)[row * heads.width..][..heads.width]);
            }
        })
    };
    [
        side_by_side(rows[0], |head| &head.q),
        side_by_side(rows[1], |head| &head.k),
        side_by_side(rows[1], |head| &head.v),
    ]
}

/// Gradients of one head, each `[rows, d_head]`.
struct Head {
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    width: usize,
}

/// What one block works with, kept from block to block.
#[derive(Default)]
struct Scratch {
    /// Queries, keys, values and g, row by row.
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    g: Vec<f32>,
    /// `[query, key]`.
    pattern: Vec<f32>,
    slope: Vec<f32>,
    /// `[key, d_head]`.
    product: Vec<f32>,
}

impl Head {
    fn new([queries, keys]: [usize; 2], width: usize) -> Self {
        let zeros = |rows: usize| vec![0.0; rows * width];
        Self { q: zeros(queries), k: zeros(keys), v: zeros(keys), width }
    }

    /// Adds what one block of queries contributes; the head's columns begin at `first`.
    fn add(
        &mut self,
        block: &Block<'_>,
        [q, k, v, grad]: [Matrix<'_>; 4],
        first: usize,
        scratch: &mut Scratch,
    ) {
        let (width, queries, keys) = (self.width, block.rows, block.visible.len());
        let Scratch { q: own_q, k: own_k, v: own_v, g, pattern, slope, product } = scratch;
        let copy = |to: &mut Vec<f32>, from: Matrix<'_>, rows: &mut dyn Iterator<Item = usize>| {
            to.clear();
            rows.for_each(|row| to.extend_from_slice(&from.row(row)[first..first + width]));
        };
        copy(own_q, q, &mut (block.query..block.query + queries));
        copy(g, grad, &mut (block.query..block.query + queries));
        copy(own_k, k, &mut block.visible.iter().copied());
        copy(own_v, v, &mut block.visible.iter().copied());
        let scale = 1.0 / (width as f32).sqrt();
        for q in own_q.iter_mut() {
            *q *= scale;
        }
        let [own_q, g] = [&*own_q, &*g].map(|x| View::new(x, queries, width));
        let [own_k, own_v] = [&*own_k, &*own_v].map(|x| View::new(x, keys, width));

        pattern.resize(queries * keys, 0.0);
        own_q.times(own_k.t(), pattern, false, Parallelism::None);
        slope.resize(queries * keys, 0.0);
        g.times(own_v.t(), slope, false, Parallelism::None);
        simd(|| {
            let rows = pattern.chunks_exact_mut(keys).zip(slope.chunks_exact_mut(keys));
            for (query, (pattern, slope)) in rows.enumerate() {
                softmax(pattern, block.seen(query));
                let along = math::dot(pattern, slope);
                slope.iter_mut().zip(&*pattern).for_each(|(slope, p)| *slope = p * (*slope - along));
            }
        });
        let [pattern, slope] = [&*pattern, &*slope].map(|x| View::new(x, queries, keys));

        let dq = &mut self.q[block.query * width..][..queries * width];
        slope.times(own_k, dq, false, Parallelism::None);
        for dq in dq.iter_mut() {
            *dq *= scale;
        }
        product.resize(keys * width, 0.0);
        slope.t().times(own_q, product, false, Parallelism::None);
        add_rows(&mut self.k, block.visible, product, width);
        pattern.t().times(g, product, false, Parallelism::None);
        add_rows(&mut self.v, block.visible, product, width);
    }
}

/// Adds rows of `width` at the places they belong to.
fn add_rows(to: &mut [f32], rows: &[usize], from: &[f32], width: usize) {
    for (row, from) in rows.iter().zip(from.chunks_exact(width)) {
        to[row * width..][..width].iter_mut().zip(from).for_each(|(to, from)| *to += from);
    }
}
