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
        let angle = |p: u32, i: usize| f64::from(p) * base.powf(-2.0 * i as f64 / dims as f64);
        let angles = || positions.iter().flat_map(|&p| (0..half).map(move |i| angle(p, i)));
        let shape = (positions.len(), 1, half);
        let cos: Vec<f32> = angles().map(|a| a.cos() as f32).collect();
        let sin: Vec<f32> = angles().map(|a| a.sin() as f32).collect();
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
