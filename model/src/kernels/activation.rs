//! The MLP's nonlinearity in one pass, and backwards.

use super::graph::{self, Made};
use super::{TASK, in_pieces, in_tasks, math, simd, with_matrices};
use crate::config::Activation;
use candle_core::{Result, Tensor};

/// The activation of every element.
pub(crate) fn activate(x: &Tensor, activation: Activation) -> Result<Option<Tensor>> {
    if !x.is_contiguous() {
        return Ok(None);
    }
    let plain = x.detach().reshape((1, ()))?;
    let y = with_matrices([&plain], |[x]| {
        let x = x.row(0);
        in_pieces(x.len(), TASK, |task, y| chunk(y, &x[task * TASK..][..y.len()], activation))
    });
    let Some(y) = y else { return Ok(None) };
    let backward = move |grad: &Tensor| {
        let dx = with_matrices([&plain, &grad.reshape((1, ()))?], |[x, grad]| {
            let mut dx = grad.row(0).to_vec();
            let x = x.row(0);
            in_tasks(&mut dx, TASK, |task, dx| chain(dx, &x[task * TASK..][..dx.len()], activation));
            dx
        });
        graph::gradient(dx, grad.shape())
    };
    graph::of_one(x, Made::Numbers(y, x.shape().clone()), backward).map(Some)
}

/// Multiplies gradients by the derivative at x.
fn chain(dx: &mut [f32], x: &[f32], activation: Activation) {
    fn each(dx: &mut [f32], x: &[f32], slope: impl Fn(f32) -> f32) {
        simd(|| dx.iter_mut().zip(x).for_each(|(dx, x)| *dx *= slope(*x)));
    }
    match activation {
        Activation::Gelu => each(dx, x, gelu_slope),
        Activation::GeluTanh => each(dx, x, gelu_tanh_slope),
        Activation::Relu => each(dx, x, |x| if x > 0.0 { 1.0 } else { 0.0 }),
    }
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

/// Φ(x) + x φ(x).
#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
fn gelu_slope(x: f32) -> f32 {
    const FRAC_1_SQRT_2_PI: f32 = 0.398_942_3;
    let density = FRAC_1_SQRT_2_PI * math::exp(-0.5 * x * x);
    0.5 * (1.0 + math::erf(x * std::f32::consts::FRAC_1_SQRT_2)) + x * density
}

/// s + x s (1 − s) 2u′, where s = 1/(1 + e⁻²ᵘ).
#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
fn gelu_tanh_slope(x: f32) -> f32 {
    let u = 0.797_884_6 * (x + 0.044_715 * x * x * x);
    let slope = 0.797_884_6 * (1.0 + 3.0 * 0.044_715 * x * x);
    let s = 1.0 / (1.0 + math::exp(-2.0 * u));
    s + 2.0 * x * s * (1.0 - s) * slope
}

fn map(y: &mut [f32], x: &[f32], f: impl Fn(f32) -> f32) {
    simd(|| y.iter_mut().zip(x).for_each(|(y, x)| *y = f(*x)));
}

#[cfg(test)]
mod tests {
    use super::super::testing::{distance, matrix};
    use super::*;
    use candle_core::Var;
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

        #[test]
        fn derivatives_are_those_of_the_definition(x in matrix(1_usize..5, 1_usize..200)) {
            let x = Var::from_tensor(&x).unwrap();
            let erf = ((x.as_tensor() / 2_f64.sqrt()).unwrap().erf().unwrap() + 1.0).unwrap();
            for (activation, plain) in [
                (Activation::Gelu, ((x.as_tensor() * 0.5).unwrap() * erf).unwrap()),
                (Activation::GeluTanh, x.gelu().unwrap()),
                (Activation::Relu, x.relu().unwrap()),
            ] {
                let fused = activate(&x, activation).unwrap().unwrap();
                let slopes = |y: Tensor| y.sum_all().unwrap().backward().unwrap().remove(&x).unwrap();
                prop_assert!(distance(&slopes(fused), &slopes(plain)) < 1e-4, "{activation:?}");
            }
        }
    }
}
