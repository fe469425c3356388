//! LayerNorm without its affine part in one pass, and backwards.

use super::graph::{self, Made};
use super::{Matrix, by_rows, column_sums, cuda, math, over_rows, with_matrices};
use candle_core::{Result, Shape, Tensor};

/// (x − mean x)/√(mean (x − mean x)² + eps) of every row of `[rows, d_model]`.
pub(crate) fn normalize(x: &Tensor, eps: f64) -> Result<Option<Tensor>> {
    if let Some(y) = cuda::normalize(x, eps)? {
        return Ok(Some(y));
    }
    let (rows, width) = x.dims2()?;
    let plain = x.detach();
    let y = with_matrices([&plain], |[x]| by_rows(rows, width, |i, y| row(y, x.row(i), eps as f32)));
    let Some(y) = y else { return Ok(None) };
    let backward = move |grad: &Tensor| {
        let dx = with_matrices([&plain, grad], |[x, grad]| gradient(x, grad, rows, eps as f32));
        graph::gradient(dx, plain.shape())
    };
    graph::of_one(x, Made::Numbers(y, (rows, width).into()), backward).map(Some)
}

/// x w + b, row by row: the affine part.
pub(crate) fn affine(x: &Tensor, w: &Tensor, b: &Tensor) -> Result<Option<Tensor>> {
    if let Some(y) = cuda::affine(x, w, b)? {
        return Ok(Some(y));
    }
    let (rows, width) = x.dims2()?;
    let [plain, scale, shift] = [x.detach(), w.detach().unsqueeze(0)?, b.detach().unsqueeze(0)?];
    let y = with_matrices([&plain, &scale, &shift], |[x, w, b]| {
        by_rows(rows, width, |i, y| {
            for (((y, x), w), b) in y.iter_mut().zip(x.row(i)).zip(w.row(0)).zip(b.row(0)) {
                *y = x * w + b;
            }
        })
    });
    let Some(y) = y else { return Ok(None) };
    let backward = move |grad: &Tensor| {
        let made = with_matrices([&plain, &scale, grad], |[x, w, grad]| {
            let dx = by_rows(rows, width, |i, dx| {
                dx.iter_mut().zip(grad.row(i)).zip(w.row(0)).for_each(|((dx, g), w)| *dx = g * w);
            });
            let add = |sum: &mut [f32], i: usize| {
                for ((sum, g), x) in sum.iter_mut().zip(grad.row(i)).zip(x.row(i)) {
                    *sum += g * x;
                }
            };
            (dx, over_rows(rows, width, add), column_sums(grad, rows))
        });
        let (dx, dw, db) = made.map_or((None, None, None), |(dx, dw, db)| (Some(dx), Some(dw), Some(db)));
        let width = Shape::from(width);
        Ok([graph::gradient(dx, plain.shape())?, graph::gradient(dw, &width)?, graph::gradient(db, &width)?]
            .map(Some))
    };
    graph::of_three([x, w, b], Made::Numbers(y, (rows, width).into()), backward).map(Some)
}

/// ∂L/∂x = (g − mean g − y mean(g y))/scale.
fn gradient(x: Matrix<'_>, grad: Matrix<'_>, rows: usize, eps: f32) -> Vec<f32> {
    by_rows(rows, x.width, |i, dx| {
        let (x, g, width) = (x.row(i), grad.row(i), x.width as f32);
        let mean = math::sum(x) / width;
        let scale = (math::sum_of_squares(x, mean) / width + eps).sqrt();
        let mean_g = math::sum(g) / width;
        let along = math::dot_centred(g, x, mean) / (width * scale * scale);
        for ((dx, x), g) in dx.iter_mut().zip(x).zip(g) {
            *dx = (g - mean_g - (x - mean) * along) / scale;
        }
    })
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
    use candle_core::{D, Var};
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

        #[test]
        fn gradients_are_candles_own(x in matrix(1_usize..6, 30_usize..31), w in matrix(1_usize..2, 30_usize..31)) {
            let [x, w, b] = [x, w.squeeze(0).unwrap(), w.squeeze(0).unwrap()].map(|x| Var::from_tensor(&x).unwrap());
            let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1).unwrap()).unwrap();
            let variance = centred.sqr().unwrap().mean_keepdim(D::Minus1).unwrap();
            let plain = centred.broadcast_div(&(variance + 1e-2).unwrap().sqrt().unwrap()).unwrap();
            let plain = plain.broadcast_mul(&w).unwrap().broadcast_add(&b).unwrap();
            let fused = affine(&normalize(&x, 1e-2).unwrap().unwrap(), &w, &b).unwrap().unwrap();
            prop_assert!(distance(&fused, &plain) < 1e-4);
            let [fused, plain] =
                [fused, plain].map(|y| y.sqr().unwrap().sum_all().unwrap().backward().unwrap());
            for var in [&x, &w, &b] {
                let (fused, plain) = (fused.get(var).unwrap(), plain.get(var).unwrap());
                let largest = plain.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
                prop_assert!(distance(fused, plain) < 1e-4 * largest.max(1.0));
            }
        }
    }
}
