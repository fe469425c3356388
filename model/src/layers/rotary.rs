//! Rotary positions (Su et al., arXiv:2104.09864) in GPT-NeoX's pairing.
//!
//! Dimensions i and i + dims/2 of a head turn by the angle position · base^(−2i/dims); dimensions from `dims` on stay.

use crate::kernels;
use candle_core::{D, Device, Result, Tensor};

/// Cosines and sines of the rows of one batch.
#[derive(Debug)]
pub(crate) struct Rotary {
    dims: usize,
    /// `[rows, 1, dims/2]`.
    cos: Tensor,
    sin: Tensor,
}

impl Rotary {
    pub(crate) fn new(dims: usize, base: f64, positions: &[u32], device: &Device) -> Result<Self> {
        let half = dims / 2;
        let frequencies: Vec<f64> = (0..half).map(|i| base.powf(-2.0 * i as f64 / dims as f64)).collect();
        let last = positions.iter().max().copied().unwrap_or(0);
        // once a position: a sweep has thousands of rows at a few dozen of them
        let turns: Vec<(f32, f32)> = (0..=last)
            .flat_map(|p| frequencies.iter().map(move |f| f64::from(p) * f))
            .map(|angle| (angle.cos() as f32, angle.sin() as f32))
            .collect();
        let (cos, sin): (Vec<f32>, Vec<f32>) =
            positions.iter().flat_map(|&p| &turns[p as usize * half..][..half]).copied().unzip();
        let shape = (positions.len(), 1, half);
        Ok(Self {
            dims,
            cos: Tensor::from_vec(cos, shape, device)?,
            sin: Tensor::from_vec(sin, shape, device)?,
        })
    }

    /// `[rows, head, d_head]` → the same, turned.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (half, d_head) = (self.dims / 2, x.dim(D::Minus1)?);
        if half == 0 {
            return Ok(x.clone());
        }
        if let Some(turned) = kernels::rotate(x, &self.cos, &self.sin)? {
            return Ok(turned);
        }
        let (a, b) = (x.narrow(2, 0, half)?, x.narrow(2, half, half)?);
        let turned_a = (a.broadcast_mul(&self.cos)? - b.broadcast_mul(&self.sin)?)?;
        let turned_b = (b.broadcast_mul(&self.cos)? + a.broadcast_mul(&self.sin)?)?;
        let rest = x.narrow(2, self.dims, d_head - self.dims)?;
        Tensor::cat(&[turned_a, turned_b, rest], 2)
    }
}
