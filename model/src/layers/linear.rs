//! y = x W + b.

use crate::checkpoint::Linear;
use crate::kernels;
use candle_core::{Result, Tensor};

impl Linear {
    /// `[rows, inputs]` → `[rows, outputs]`.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = x.matmul(&self.w)?;
        if kernels::add_bias(&y, &self.b)? {
            return Ok(y);
        }
        y.broadcast_add(&self.b)
    }
}
