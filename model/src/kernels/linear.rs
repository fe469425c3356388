//! x W + b, and what follows, in one pass over the product.

use super::panels::Panels;
use super::product::{Finish, product_then};
use super::{activation, with_matrices};
use crate::config::Activation;
use candle_core::{Result, Tensor};
use std::ops::Range;

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
    let y = product_then(x, w, &Biased { bias: &bias, then })?;
    y.map(|y| Tensor::from_vec(y, (x.dim(0)?, w.outputs()), x.device())).transpose()
}

/// b, and what follows.
struct Biased<'a> {
    bias: &'a [f32],
    then: Then,
}

impl Finish for Biased<'_> {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
    fn finish(&self, columns: Range<usize>, row: &mut [f32]) {
        let bias = &self.bias[columns];
        match self.then {
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
}
