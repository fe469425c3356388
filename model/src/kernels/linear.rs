//! x W + b, and what follows, in one pass over the product.

use super::panels::Panels;
use super::product::product;
use super::{activation, in_tasks, rows_a_task, with_matrices};
use crate::config::Activation;
use candle_core::{Result, Tensor};

/// What follows x W + b while it is at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Then {
    Nothing,
    Activate(Activation),
}

/// `[rows, inputs]` → `[rows, outputs]`.
pub(crate) fn linear(x: &Tensor, w: &Panels, bias: &Tensor, then: Then) -> Result<Option<Tensor>> {
    // the bias is seen before the product is made: where it does not do, nothing has been computed in vain
    let Some(bias) = with_matrices([&bias.unsqueeze(0)?], |[bias]| bias.row(0).to_vec()) else {
        return Ok(None);
    };
    let Some(mut y) = product(x, w)? else { return Ok(None) };
    let outputs = w.outputs();
    in_tasks(&mut y, outputs * rows_a_task(outputs), |_, rows| {
        rows.chunks_exact_mut(outputs).for_each(|row| finish(row, &bias, then));
    });
    Tensor::from_vec(y, (x.dim(0)?, outputs), x.device()).map(Some)
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
fn finish(row: &mut [f32], bias: &[f32], then: Then) {
    match then {
        Then::Nothing => row.iter_mut().zip(bias).for_each(|(y, b)| *y += b),
        Then::Activate(Activation::Gelu) => {
            row.iter_mut().zip(bias).for_each(|(y, b)| *y = activation::gelu(*y + b));
        }
        Then::Activate(Activation::GeluTanh) => {
            row.iter_mut().zip(bias).for_each(|(y, b)| *y = activation::gelu_tanh(*y + b));
        }
        Then::Activate(Activation::Relu) => {
            row.iter_mut().zip(bias).for_each(|(y, b)| *y = (*y + b).max(0.0));
        }
    }
}
