//! x W + b where W is being trained: plain row by row, so that an optimizer can change it, with gradients of all three.

use super::graph::{self, Made};
use super::view::View;
use super::{Matrix, column_sums, with_matrices};
use candle_core::{Result, Shape, Tensor, bail};
use gemm::Parallelism;

/// `[rows, inputs]` → `[rows, outputs]`; `w` is `[inputs, outputs]`, `b` `[outputs]`.
pub(crate) fn trained_linear(x: &Tensor, w: &Tensor, b: &Tensor) -> Result<Option<Tensor>> {
    let ((rows, inputs), (expected, outputs)) = (x.dims2()?, w.dims2()?);
    if inputs != expected {
        bail!("a product of rows of {inputs} with a matrix of {expected} inputs");
    }
    let plain = [x.detach().contiguous()?, w.detach().contiguous()?, b.detach().unsqueeze(0)?];
    let y = with_matrices(plain.each_ref(), |[x, w, b]| {
        let mut y = b.row(0).repeat(rows);
        whole(x, rows).times(whole(w, inputs), &mut y, true, threads());
        y
    });
    let Some(y) = y else { return Ok(None) };
    let [plain_x, plain_w, _] = plain;
    let tracked = [x, w, b].map(Tensor::track_op);
    let backward = move |grad: &Tensor| {
        let made = with_matrices([&plain_x, &plain_w, grad], |matrices| gradients(matrices, rows, tracked));
        let Some(made) = made else { bail!("a kernel's gradient is of f32 on the CPU only") };
        let shapes: [Shape; 3] = [(rows, inputs).into(), (inputs, outputs).into(), outputs.into()];
        let mut all = [None, None, None];
        for ((gradient, made), shape) in all.iter_mut().zip(made).zip(shapes) {
            *gradient = made.map(|made| graph::gradient(Some(made), &shape)).transpose()?;
        }
        Ok(all)
    };
    graph::of_three([x, w, b], Made::Numbers(y, (rows, outputs).into()), backward).map(Some)
}

/// ∂L/∂x = g Wᵀ, ∂L/∂W = xᵀ g, ∂L/∂b = Σ g, those of what has a history.
fn gradients(
    [x, w, grad]: [Matrix<'_>; 3],
    rows: usize,
    [of_x, of_w, of_b]: [bool; 3],
) -> [Option<Vec<f32>>; 3] {
    let (inputs, outputs) = (x.width, w.width);
    let product = |a: View<'_>, b: View<'_>, len: usize| {
        let mut y = vec![0.0; len];
        a.times(b, &mut y, false, threads());
        y
    };
    let (x, w, g) = (whole(x, rows), whole(w, inputs), whole(grad, rows));
    [
        of_x.then(|| product(g, w.t(), rows * inputs)),
        of_w.then(|| product(x.t(), g, inputs * outputs)),
        of_b.then(|| column_sums(grad, rows)),
    ]
}

/// A contiguous matrix as a factor.
fn whole(matrix: Matrix<'_>, rows: usize) -> View<'_> {
    View::new(matrix.data, rows, matrix.width)
}

fn threads() -> Parallelism {
    match rayon::current_num_threads() {
        1 => Parallelism::None,
        threads => Parallelism::Rayon(threads),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{distance, matrix};
    use super::*;
    use candle_core::Var;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_candle_has_it(
            x in matrix(1_usize..9, 24_usize..25),
            w in matrix(24_usize..25, 70_usize..71),
            b in matrix(1_usize..2, 70_usize..71),
        ) {
            let [x, w, b] = [x, w, b.squeeze(0).unwrap()].map(|x| Var::from_tensor(&x).unwrap());
            let plain = x.matmul(&w).unwrap().broadcast_add(&b).unwrap();
            let ours = trained_linear(&x, &w, &b).unwrap().unwrap();
            prop_assert!(distance(&ours, &plain) < 1e-3);
            let [ours, plain] = [ours, plain].map(|y| y.sqr().unwrap().sum_all().unwrap().backward().unwrap());
            for var in [&x, &w, &b] {
                let (ours, plain) = (ours.get(var).unwrap(), plain.get(var).unwrap());
                let largest = plain.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
                prop_assert!(distance(ours, plain) < 1e-5 * largest.max(1.0));
            }
        }
    }
}
