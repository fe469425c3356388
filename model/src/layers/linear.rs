//! y = x W + b.

use crate::checkpoint::Linear;
use candle_core::{Result, Tensor};

impl Linear {
    /// `[rows, inputs]` → `[rows, outputs]`.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.matmul(&self.w)?.broadcast_add(&self.b)
    }
}
