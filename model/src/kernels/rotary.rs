//! Rotary positions in one pass, and backwards: a turn the other way.

use super::graph::{self, Made};
use super::{Matrix, by_rows, cuda, with_matrices};
use candle_core::{Result, Tensor};

/// Turns the first 2 · half dimensions of every head of `[rows, head, d_head]`; `cos` and `sin` are `[rows, 1, half]`.
pub(crate) fn rotate(x: &Tensor, cos: &Tensor, sin: &Tensor) -> Result<Option<Tensor>> {
    if let Some(y) = cuda::rotate(x, cos, sin)? {
        return Ok(Some(y));
    }
    let d_head = x.dims3()?.2;
    let y = with_matrices([&x.detach(), cos, sin], |matrices| turned(matrices, x.dims()[0], d_head, 1.0));
    let Some(y) = y else { return Ok(None) };
    let (cos, sin) = (cos.clone(), sin.clone());
    let backward = move |grad: &Tensor| {
        let dx = with_matrices([grad, &cos, &sin], |matrices| turned(matrices, grad.dims()[0], d_head, -1.0));
        graph::gradient(dx, grad.shape())
    };
    graph::of_one(x, Made::Numbers(y, x.shape().clone()), backward).map(Some)
}

/// Every head turned by its row's angles, or by these times −1.
fn turned([x, cos, sin]: [Matrix<'_>; 3], rows: usize, d_head: usize, sign: f32) -> Vec<f32> {
    by_rows(rows, x.width, |i, y| {
        y.copy_from_slice(x.row(i));
        y.chunks_exact_mut(d_head).for_each(|head| turn(head, cos.row(i), sin.row(i), sign));
    })
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
fn turn(head: &mut [f32], cos: &[f32], sin: &[f32], sign: f32) {
    let (a, rest) = head.split_at_mut(cos.len());
    for (((a, b), cos), sin) in a.iter_mut().zip(rest).zip(cos).zip(sin) {
        let sin = sign * sin;
        (*a, *b) = (*a * cos - *b * sin, *b * cos + *a * sin);
    }
}
