//! The MLP's nonlinearity in one pass.

use super::{TASK, math, simd, with_matrices};
use crate::config::Activation;
use candle_core::{Result, Tensor};
use rayon::prelude::*;

/// The activation of every element.
pub(crate) fn activate(x: &Tensor, activation: Activation) -> Result<Option<Tensor>> {
    if !x.is_contiguous() {
        return Ok(None);
    }
    let y = with_matrices([&x.reshape((1, ()))?], |[x]| {
        let x = x.row(0);
        let mut y = vec![0.0_f32; x.len()];
        y.par_chunks_mut(TASK).zip(x.par_chunks(TASK)).for_each(|(y, x)| chunk(y, x, activation));
        y
    });
    y.map(|y| Tensor::from_vec(y, x.shape(), x.device())).transpose()
}

fn chunk(y: &mut [f32], x: &[f32], activation: Activation) {
    match activation {
        Activation::Gelu => map(y, x, gelu),
        Activation::GeluTanh => map(y, x, gelu_tanh),
        Activation::Relu => map(y, x, |x| x.max(0.0)),
    }
}

/// x Φ(x).
#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
pub(super) fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + math::erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// 0.5 x (1 + tanh u) = x / (1 + e⁻²ᵘ).
#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
pub(super) fn gelu_tanh(x: f32) -> f32 {
    let u = 0.797_884_6 * (x + 0.044_715 * x * x * x);
    x / (1.0 + math::exp(-2.0 * u))
}

fn map(y: &mut [f32], x: &[f32], f: impl Fn(f32) -> f32) {
    simd(|| y.iter_mut().zip(x).for_each(|(y, x)| *y = f(*x)));
}

#[cfg(test)]
mod tests {
    use super::super::testing::{distance, matrix};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_candle_has_them(x in matrix(1_usize..5, 1_usize..200)) {
            for (activation, plain) in [
                (Activation::Gelu, x.gelu_erf().unwrap()),
                (Activation::GeluTanh, x.gelu().unwrap()),
                (Activation::Relu, x.relu().unwrap()),
            ] {
                let fused = activate(&x, activation).unwrap().unwrap();
                prop_assert!(distance(&fused, &plain) < 2e-6, "{activation:?}");
            }
        }
    }
}
