//! softmax(q kᵀ/√d_head) v without scores or patterns in memory.
//!
//! A row reads the keys and values of the rows it sees where they lie; nothing is gathered, masked or transposed.

use super::{Matrix, math, simd, with_matrices};
use crate::packing::Segment;
use candle_core::{Result, Tensor};
use rayon::prelude::*;

/// How a row divides into heads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heads {
    pub(crate) count: usize,
    pub(crate) width: usize,
}

/// z `[rows, head, d_head]` of queries, keys and values of that shape.
pub(crate) fn attend(
    q: &Tensor,
    k: &Tensor,
    v: &Tensor,
    heads: Heads,
    segments: &[Segment],
) -> Result<Option<Tensor>> {
    let visible: Vec<Vec<usize>> = segments.iter().map(Segment::visible).collect();
    // a row sees its segment's visible rows up to itself
    let seen: Vec<&[usize]> = segments
        .iter()
        .zip(&visible)
        .flat_map(|(segment, visible)| (segment.start()..visible.len()).map(|last| &visible[..=last]))
        .collect();
    let z = with_matrices([q, k, v], |qkv| all_rows(qkv, heads, &seen));
    z.map(|z| Tensor::from_vec(z, (seen.len(), heads.count, heads.width), q.device())).transpose()
}

fn all_rows([q, k, v]: [Matrix<'_>; 3], heads: Heads, seen: &[&[usize]]) -> Vec<f32> {
    let width = heads.count * heads.width;
    let mut z = vec![0.0_f32; seen.len() * width];
    z.par_chunks_mut(width).enumerate().with_min_len(4).for_each_init(Vec::new, |weights, (row, z)| {
        simd(|| {
            for (head, z) in z.chunks_exact_mut(heads.width).enumerate() {
                let part = head * heads.width..(head + 1) * heads.width;
                let scale = 1.0 / (heads.width as f32).sqrt();
                let q = &q.row(row)[part.clone()];
                weights.clear();
                weights.extend(seen[row].iter().map(|&key| math::dot(q, &k.row(key)[part.clone()]) * scale));
                let total = exponentials(weights);
                for (&key, weight) in seen[row].iter().zip(weights.iter()) {
                    let share = weight / total;
                    z.iter_mut().zip(&v.row(key)[part.clone()]).for_each(|(z, v)| *z += share * v);
                }
            }
        });
    });
    z
}

/// Scores → exp(score − largest), and their sum.
#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
fn exponentials(scores: &mut [f32]) -> f32 {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for score in scores.iter_mut() {
        *score = math::exp(*score - largest);
    }
    math::sum(scores)
}
