//! LayerNorm without its affine part in one pass.

use super::{math, rows_a_task, simd, with_matrices};
use candle_core::{Result, Tensor};
use rayon::prelude::*;

/// (x − mean x)/√(mean (x − mean x)² + eps) of every row of `[rows, d_model]`.
pub(crate) fn normalize(x: &Tensor, eps: f64) -> Result<Option<Tensor>> {
    let (rows, width) = x.dims2()?;
    let y = with_matrices([x], |[x]| {
        let mut y = vec![0.0_f32; rows * width];
        let block = rows_a_task(width);
        y.par_chunks_mut(width * block).enumerate().for_each(|(task, y)| {
            simd(|| {
                for (i, y) in y.chunks_exact_mut(width).enumerate() {
                    row(y, x.row(task * block + i), eps as f32);
                }
            });
        });
        y
    });
    y.map(|y| Tensor::from_vec(y, (rows, width), x.device())).transpose()
}

#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
fn row(y: &mut [f32], x: &[f32], eps: f32) {
    let width = x.len() as f32;
    let mean = math::sum(x) / width;
    let scale = (math::sum_of_squares(x, mean) / width + eps).sqrt();
    y.iter_mut().zip(x).for_each(|(y, x)| *y = (x - mean) / scale);
}

#[cfg(test)]
mod tests {
    use super::super::testing::{distance, matrix};
    use super::*;
    use candle_core::D;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_the_equation_says(x in matrix(1_usize..6, 2_usize..100)) {
            let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1).unwrap()).unwrap();
            let variance = centred.sqr().unwrap().mean_keepdim(D::Minus1).unwrap();
            let plain = centred.broadcast_div(&(variance + 1e-5).unwrap().sqrt().unwrap()).unwrap();
            let fused = normalize(&x, 1e-5).unwrap().unwrap();
            prop_assert!(distance(&fused, &plain) < 1e-4);
        }
    }
}
