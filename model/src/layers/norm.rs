//! LayerNorm (Ba et al., arXiv:1607.06450): y = (x − mean x) / scale · w + b, scale = √(mean (x − mean x)² + eps).
//!
//! Its scale and its output are hook sites. With the affine part folded away, y is the normalized residual itself.

use crate::checkpoint::NormWeights;
use crate::hook_name::HookName;
use crate::kernels;
use crate::tap::Tap;
use candle_core::{D, Result, Tensor};

/// One LayerNorm: its affine part, its eps, and the names of its two sites.
pub(crate) struct Norm<'a> {
    pub(crate) weights: Option<&'a NormWeights>,
    pub(crate) eps: f64,
    pub(crate) scale: HookName,
    pub(crate) normalized: HookName,
}

impl Norm<'_> {
    /// `[rows, d_model]` → `[rows, d_model]`.
    pub(crate) fn forward(&self, x: &Tensor, tap: &mut Tap<'_>) -> Result<Tensor> {
        let fused = if tap.wants(self.scale) { None } else { kernels::normalize(x, self.eps)? };
        let mut y = match fused {
            Some(y) => y,
            None => self.plain(x, tap)?,
        };
        if let Some(affine) = self.weights {
            y = match kernels::affine(&y, &affine.w, &affine.b)? {
                Some(y) => y,
                None => y.broadcast_mul(&affine.w)?.broadcast_add(&affine.b)?,
            };
        }
        tap.at(self.normalized, y)
    }

    /// Without the affine part, the scale shown to the hooks.
    fn plain(&self, x: &Tensor, tap: &mut Tap<'_>) -> Result<Tensor> {
        let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let scale = (centred.sqr()?.mean_keepdim(D::Minus1)? + self.eps)?.sqrt()?;
        centred.broadcast_div(&tap.at(self.scale, scale)?)
    }
}
