//! Rotary positions in one pass.

use super::{rows_a_task, simd, with_matrices};
use candle_core::{Result, Tensor};
use rayon::prelude::*;

/// Turns the first 2 · half dimensions of every head of `[rows, head, d_head]`; `cos` and `sin` are `[rows, 1, half]`.
pub(crate) fn rotate(x: &Tensor, cos: &Tensor, sin: &Tensor) -> Result<Option<Tensor>> {
    let (rows, heads, d_head) = x.dims3()?;
    let width = heads * d_head;
    let y = with_matrices([x, cos, sin], |[x, cos, sin]| {
        let mut y = vec![0.0_f32; rows * width];
        let block = rows_a_task(width);
        y.par_chunks_mut(width * block).enumerate().for_each(|(task, y)| {
            simd(|| {
                for (i, y) in y.chunks_exact_mut(width).enumerate() {
                    let at = task * block + i;
                    y.copy_from_slice(x.row(at));
                    y.chunks_exact_mut(d_head).for_each(|head| turn(head, cos.row(at), sin.row(at)));
                }
            });
        });
        y
    });
    y.map(|y| Tensor::from_vec(y, (rows, heads, d_head), x.device())).transpose()
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
fn turn(head: &mut [f32], cos: &[f32], sin: &[f32]) {
    let (a, rest) = head.split_at_mut(cos.len());
    for (((a, b), cos), sin) in a.iter_mut().zip(rest).zip(cos).zip(sin) {
        (*a, *b) = (*a * cos - *b * sin, *b * cos + *a * sin);
    }
}
