//! The loss of training, in one pass over the logits each way.

use super::graph::{self, Made};
use super::{by_rows, math, with_matrices};
use candle_core::{Result, Shape, Tensor, bail};
use std::sync::Arc;

/// Σ weight · −log p(target) over the rows of logits `[rows, d_vocab]`, a tensor of one element; `None` where kernels do
/// not apply.
pub(crate) fn cross_entropy(logits: &Tensor, targets: &[u32], weights: &[f32]) -> Result<Option<Tensor>> {
    let (rows, d_vocab) = logits.dims2()?;
    if targets.len() != rows || weights.len() != rows {
        bail!("{rows} rows of logits, {} targets and {} weights", targets.len(), weights.len());
    }
    if let Some(target) = targets.iter().find(|target| **target as usize >= d_vocab) {
        bail!("{target} is no token of a vocabulary of {d_vocab}");
    }
    let plain = logits.detach();
    let scales = with_matrices([&plain], |[logits]| {
        by_rows(rows, 1, |i, scale| scale[0] = log_sum_exp(logits.row(i)))
    });
    let Some(scales) = scales else { return Ok(None) };
    let loss = with_matrices([&plain], |[logits]| {
        let row = |(i, target): (usize, &u32)| {
            f64::from(weights[i]) * f64::from(scales[i] - logits.row(i)[*target as usize])
        };
        targets.iter().enumerate().map(row).sum::<f64>() as f32
    });
    let Some(loss) = loss else { return Ok(None) };
    let (targets, weights): (Arc<[u32]>, Arc<[f32]>) = (targets.into(), weights.into());
    let backward = move |grad: &Tensor| {
        let grad = grad.to_scalar::<f32>()?;
        let made = with_matrices([&plain], |[logits]| {
            by_rows(rows, d_vocab, |i, slope| {
                let weight = weights[i] * grad;
                for (slope, logit) in slope.iter_mut().zip(logits.row(i)) {
                    *slope = weight * math::exp(logit - scales[i]);
                }
                slope[targets[i] as usize] -= weight;
            })
        });
        graph::gradient(made, plain.shape())
    };
    graph::of_one(logits, Made::Numbers(vec![loss], Shape::from(())), backward).map(Some)
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
fn log_sum_exp(logits: &[f32]) -> f32 {
    let largest = math::largest(logits);
    largest + math::sum_of_exp(logits, largest).ln()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{distance, matrix};
    use super::*;
    use candle_core::{D, Device, Var};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_the_equation_says(x in matrix(3_usize..4, 5_usize..90)) {
            let (x, targets, weights) = (Var::from_tensor(&x).unwrap(), [0_u32, 4, 2], [1.0_f32, 0.5, 3.0]);
            let ours = cross_entropy(&x, &targets, &weights).unwrap().unwrap();
            let exp = x.exp().unwrap();
            let p = exp.broadcast_div(&exp.sum_keepdim(D::Minus1).unwrap()).unwrap();
            let index = Tensor::new(&targets, &Device::Cpu).unwrap().unsqueeze(1).unwrap();
            let of_targets = p.gather(&index, 1).unwrap().squeeze(1).unwrap().log().unwrap();
            let plain = (of_targets * Tensor::new(&weights, &Device::Cpu).unwrap()).unwrap();
            let plain = plain.sum_all().unwrap().neg().unwrap();
            prop_assert!((ours.to_scalar::<f32>().unwrap() - plain.to_scalar::<f32>().unwrap()).abs() < 1e-3);
            let slope = |loss: Tensor| loss.backward().unwrap().remove(&x).unwrap();
            prop_assert!(distance(&slope(ours), &slope(plain)) < 1e-4);
        }
    }

    #[test]
    fn targets_that_do_not_fit_are_an_error() {
        let logits = Tensor::zeros((2, 3), candle_core::DType::F32, &Device::Cpu).unwrap();
        for (targets, weights) in [(&[0_u32][..], &[1.0_f32, 1.0][..]), (&[0, 3], &[1.0, 1.0])] {
            assert!(cross_entropy(&logits, targets, weights).is_err());
        }
    }
}
