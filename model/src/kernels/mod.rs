//! Fused operations for the CPU.
//!
//! The layers are written with candle's operations; where one of those makes several passes over memory on one
//! thread, a kernel here does the same in one pass on all of them. A kernel returns `None` where it does not apply
//! (another device or precision, or gradients are wanted), and the layer goes on with candle's operations: the same
//! mathematics, checked against each other by property tests.
//!
//! Loops are plain Rust; [`simd`] compiles them for the widest vectors the processor has.

mod activation;
mod attention;
mod centre;
mod linear;
mod math;
mod norm;
mod panels;
mod product;
mod rotary;
mod sum;
mod tiles;

pub(crate) use activation::activate;
pub(crate) use attention::{Heads, attend};
pub(crate) use centre::centre_rows;
pub(crate) use linear::{Then, linear};
pub(crate) use norm::normalize;
pub(crate) use panels::Panels;
pub(crate) use product::{product, product_transposed};
pub(crate) use rotary::rotate;
pub(crate) use sum::sum;

use candle_core::{CpuStorage, Layout, Storage, Tensor};

/// Elements one task should have at least: below, handing it to another thread costs more than it saves.
const TASK: usize = 16_384;

/// Runs `f` compiled for the widest vector instructions of this processor.
#[inline(always)]
#[allow(
    clippy::inline_always,
    reason = "the closure's loops must be compiled inside the dispatched function"
)]
fn simd<R>(f: impl FnOnce() -> R) -> R {
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
    let (dims, strides) = (layout.dims(), layout.stride());
    let mut width = 1;
    for (dim, stride) in dims.iter().zip(strides).skip(1).rev() {
        if *dim != 1 && *stride != width {
            return None;
        }
        width *= dim;
    }
    let stride = if dims[0] == 1 { width } else { strides[0] };
    Some(Matrix { data: &data[layout.start_offset()..], stride, width })
}

/// Rows a task should take so that it has [`TASK`] elements.
fn rows_a_task(width: usize) -> usize {
    (TASK / width.max(1)).max(1)
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
