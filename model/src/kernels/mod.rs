//! Fused operations for the CPU.
//!
//! The layers are written with candle's operations; where one of those makes several passes over memory on one
//! thread, a kernel here does the same in one pass on all of them. A kernel returns `None` where it does not apply
//! (another device or precision), and the layer goes on with candle's operations: the same mathematics, checked against
//! each other by property tests. Where gradients are wanted, the result joins candle's graph ([`graph`]) with a backward
//! pass that is a kernel too; a product with packed weights has none and gives `None`.
//!
//! Loops are plain Rust; [`simd`] compiles them for the widest vectors the processor has. What has a kernel on the GPU too
//! ([`cuda`]) asks that first.

mod activation;
mod attention;
mod attention_gradient;
#[cfg(feature = "bench")]
pub mod bench;
mod centre;
#[cfg(feature = "train")]
mod cross_entropy;
#[cfg_attr(not(feature = "cuda"), path = "no_cuda.rs")]
mod cuda;
mod fresh;
pub(crate) mod graph;
mod linear;
mod math;
mod norm;
mod panels;
mod product;
mod rotary;
mod sum;
mod tiles;
mod trained;
mod view;

pub(crate) use activation::activate;
pub(crate) use attention::{Heads, attend};
pub(crate) use centre::centre_rows;
#[cfg(feature = "train")]
pub(crate) use cross_entropy::cross_entropy;
pub(crate) use cuda::{finish, product as product_of_halves};
pub(crate) use linear::{Then, linear};
pub(crate) use norm::{affine, normalize};
pub(crate) use panels::Panels;
pub(crate) use product::{product, product_transposed};
pub(crate) use rotary::rotate;
pub(crate) use sum::sum;
pub(crate) use trained::trained_linear;
#[cfg(feature = "train")]
pub(crate) use view::product_for_time;

use candle_core::{CpuStorage, Layout, Storage, Tensor};
use fresh::{in_pieces, in_tasks};
use pulp::NullaryFnOnce;
use rayon::prelude::*;

/// Elements one task should have at least: below, handing it to another thread costs more than it saves.
const TASK: usize = 32_768;

/// Runs `f` compiled for the widest vector instructions of this processor.
#[inline(always)]
#[allow(
    clippy::inline_always,
    reason = "the closure's loops must be compiled inside the dispatched function"
)]
fn simd<F: NullaryFnOnce>(f: F) -> F::Output {
    pulp::Arch::new().dispatch(f)
}

/// A matrix in CPU memory: rows of `width` consecutive numbers, `stride` apart.
#[derive(Clone, Copy, Default)]
struct Matrix<'a> {
    data: &'a [f32],
    stride: usize,
    width: usize,
}

impl<'a> Matrix<'a> {
    fn row(self, row: usize) -> &'a [f32] {
        &self.data[row * self.stride..][..self.width]
    }
}

/// Whether kernels may stand in for candle's operations on this tensor.
fn applies(x: &Tensor) -> bool {
    x.device().is_cpu() && x.dtype() == candle_core::DType::F32 && !x.track_op()
}

/// Shows tensors `[rows, …]` as matrices; `None` where a kernel does not apply, or where the trailing axes of one are
/// not consecutive in memory.
fn with_matrices<const N: usize, R>(
    tensors: [&Tensor; N],
    f: impl FnOnce([Matrix<'_>; N]) -> R,
) -> Option<R> {
    if !tensors.iter().all(|x| applies(x)) {
        return None;
    }
    let held = tensors.map(Tensor::storage_and_layout);
    let matrices = held.each_ref().map(|(storage, layout)| matrix(storage, layout));
    if matrices.iter().any(Option::is_none) {
        return None;
    }
    Some(f(matrices.map(Option::unwrap_or_default)))
}

fn matrix<'a>(storage: &'a Storage, layout: &Layout) -> Option<Matrix<'a>> {
    let Storage::Cpu(CpuStorage::F32(data)) = storage else { return None };
    let (start, stride, width) = row_layout(layout)?;
    Some(Matrix { data: &data[start..], stride, width })
}

/// Where the first of the rows `[rows, …]` begins, how far apart they are, and how many numbers each has; `None` where the
/// trailing axes are not consecutive in memory.
fn row_layout(layout: &Layout) -> Option<(usize, usize, usize)> {
    let (dims, strides) = (layout.dims(), layout.stride());
    let mut width = 1;
    for (dim, stride) in dims.iter().zip(strides).skip(1).rev() {
        if *dim != 1 && *stride != width {
            return None;
        }
        width *= dim;
    }
    let stride = if dims[0] == 1 { width } else { strides[0] };
    Some((layout.start_offset(), stride, width))
}

/// Rows a task should take so that it has [`TASK`] elements.
fn rows_a_task(width: usize) -> usize {
    (TASK / width.max(1)).max(1)
}

/// A matrix `[rows, width]` whose rows `write` makes of zeros, on all threads.
fn by_rows(rows: usize, width: usize, write: impl Fn(usize, &mut [f32]) + Sync) -> Vec<f32> {
    let block = rows_a_task(width);
    in_pieces(rows * width, width * block, |task, y| {
        for (i, y) in y.chunks_exact_mut(width).enumerate() {
            write(task * block + i, y);
        }
    })
}

/// What `add` makes of all rows, one after another: `[width]`.
fn over_rows(rows: usize, width: usize, add: impl Fn(&mut [f32], usize) + Sync) -> Vec<f32> {
    let block = rows_a_task(width);
    let part = |task: usize| {
        let mut sum = vec![0.0_f32; width];
        simd(|| (task * block..rows.min((task + 1) * block)).for_each(|row| add(&mut sum, row)));
        sum
    };
    // in order, so that the same numbers come out on any number of threads
    let parts: Vec<Vec<f32>> = (0..rows.div_ceil(block)).into_par_iter().map(part).collect();
    let mut total = vec![0.0; width];
    for part in parts {
        total.iter_mut().zip(part).for_each(|(total, part)| *total += part);
    }
    total
}

/// The sum of the rows, `[width]`.
fn column_sums(x: Matrix<'_>, rows: usize) -> Vec<f32> {
    over_rows(rows, x.width, |sum, i| sum.iter_mut().zip(x.row(i)).for_each(|(sum, x)| *sum += x))
}

#[cfg(test)]
mod testing {
    //! Random matrices and their comparison, for the kernels' tests.

    use candle_core::{Device, Tensor};
    use proptest::prelude::*;

    /// A tensor `[rows, width]` of moderate numbers.
    pub(super) fn matrix(
        rows: impl Strategy<Value = usize>,
        width: impl Strategy<Value = usize>,
    ) -> impl Strategy<Value = Tensor> {
        (rows, width).prop_flat_map(|(rows, width)| {
            prop::collection::vec(-6.0_f32..6.0, rows * width)
                .prop_map(move |values| Tensor::from_vec(values, (rows, width), &Device::Cpu).unwrap())
        })
    }

    /// The largest difference.
    pub(super) fn distance(a: &Tensor, b: &Tensor) -> f32 {
        let difference = (a - b).unwrap().abs().unwrap().flatten_all().unwrap();
        difference.max(0).unwrap().to_scalar().unwrap()
    }
}
