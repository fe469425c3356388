//! Products with a matrix in panels, at the processor's rate for any number of rows.
//!
//! A task multiplies some rows with one panel; what comes out is written straight into its place of the result, and finished
//! there. `gemm` takes pointers: here and in `view` is the unsafe code of the CPU's kernels, beside what `fresh` does.

#![allow(unsafe_code, reason = "gemm takes pointers; what keeps them valid stands at each call")]

use super::fresh::fill;
use super::panels::{Panel, Panels, WIDTH};
use super::{Matrix, simd, with_matrices};
use candle_core::{Result, Tensor, bail};
use gemm::Parallelism;
use pulp::NullaryFnOnce;
use rayon::prelude::*;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::Once;

/// Has `gemm` read panels where they lie. For more than a few rows it would first copy what it multiplies with into the
/// order in which it goes through it, and that is the order which panels have.
static AS_THEY_LIE: Once = Once::new();

/// Rows that are still worth a task of their own.
const ROWS_A_TASK: usize = 128;
/// Rows that stay in the cache while one panel after another goes by.
const MOST_ROWS_A_TASK: usize = 1_024;

/// x W: `[rows, inputs]` → `[rows, outputs]`, row by row; `None` where kernels do not apply.
pub(crate) fn product(x: &Tensor, w: &Panels) -> Result<Option<Vec<f32>>> {
    product_then(x, w, &())
}

/// What is done to a product while it is at hand. Not a closure, which is too large to be compiled inside the dispatched
/// function unless it is told to.
pub(super) trait Finish: Sync {
    /// `y` has these columns of one row.
    fn finish(&self, columns: Range<usize>, y: &mut [f32]);
}

impl Finish for () {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "there is nothing to be called")]
    fn finish(&self, _: Range<usize>, _: &mut [f32]) {}
}

/// Finishes all rows of a task.
struct Finishing<'a, F, R> {
    finish: &'a F,
    columns: Range<usize>,
    rows: R,
}

impl<'a, F: Finish, R: Iterator<Item = &'a mut [f32]>> NullaryFnOnce for Finishing<'_, F, R> {
    type Output = ();

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "vectorizes only inside the dispatched function")]
    fn call(self) {
        for row in self.rows {
            self.finish.finish(self.columns.clone(), row);
        }
    }
}

/// x W, every piece of it finished as it is made.
pub(super) fn product_then<F: Finish>(x: &Tensor, w: &Panels, finish: &F) -> Result<Option<Vec<f32>>> {
    let (rows, inputs) = x.dims2()?;
    if inputs != w.inputs() {
        bail!("a product of rows of {inputs} with a matrix of {} inputs", w.inputs());
    }
    let outputs = w.outputs();
    if rows == 0 {
        return Ok(Some(Vec::new()));
    }
    AS_THEY_LIE.call_once(|| gemm::set_lhs_packing_threshold_single_thread(u32::MAX as usize));
    let task = |x: Matrix<'_>, y: Places, from: Range<usize>, panel: Panel<'_>| {
        let (len, columns) = (from.len(), panel.first..panel.first + panel.width);
        let data = &x.data[from.start * x.stride..][..(len - 1) * x.stride + inputs];
        // SAFETY: `y` has rows · outputs places; this task alone touches those of its rows and columns, writes each of them
        // and then reads it. `data` has `len` rows `stride` apart, the panel `inputs` rows.
        unsafe {
            gemm::gemm(
                len,
                panel.width,
                inputs,
                y.at(from.start * outputs + panel.first),
                1,
                outputs as isize,
                false,
                data.as_ptr(),
                1,
                x.stride as isize,
                panel.values.as_ptr(),
                1,
                panel.width as isize,
                0.0,
                1.0,
                false,
                false,
                false,
                Parallelism::None,
            );
            let piece = |row| std::slice::from_raw_parts_mut(y.at(row * outputs + panel.first), panel.width);
            simd(Finishing { finish, columns, rows: from.map(piece) });
        }
    };
    Ok(with_matrices([x], |[x]| {
        let (panels, block) = (w.len(), rows_a_block(rows, w.len()));
        let write = |y: &mut [MaybeUninit<f32>]| {
            let y = Places(y.as_mut_ptr().cast());
            (0..rows.div_ceil(block) * panels).into_par_iter().with_max_len(1).for_each(|i| {
                let first = i / panels * block;
                task(x, y, first..rows.min(first + block), w.get(i % panels));
            });
        };
        // SAFETY: tasks write all rows of all panels.
        unsafe { fill(rows * outputs, write) }
    }))
}

/// x Wᵀ: `[rows, outputs]` → `[rows, inputs]`; `None` where kernels do not apply.
pub(crate) fn product_transposed(x: &Tensor, w: &Panels) -> Result<Option<Vec<f32>>> {
    let (rows, outputs) = x.dims2()?;
    if outputs != w.outputs() {
        bail!("a product of rows of {outputs} with the transpose of a matrix of {} outputs", w.outputs());
    }
    let inputs = w.inputs();
    if rows == 0 {
        return Ok(Some(Vec::new()));
    }
    Ok(with_matrices([x], |[x]| {
        let x_stride = x.stride as isize;
        let x = &x.data[..(rows - 1) * x.stride + outputs];
        let write = |y: &mut [MaybeUninit<f32>]| {
            let y = Places(y.as_mut_ptr().cast());
            (0..inputs.div_ceil(WIDTH)).into_par_iter().with_max_len(1).for_each(|i| {
                let (from, len) = (i * WIDTH, WIDTH.min(inputs - i * WIDTH));
                for panel in w.one_by_one() {
                    // SAFETY: `y` has rows · inputs places; this task alone touches those of columns from.., and reads
                    // them only from the second panel on, when each is written. `x` has `rows` rows `stride` apart,
                    // each with `outputs` places, of which this takes the panel's.
                    unsafe {
                        gemm::gemm(
                            rows,
                            len,
                            panel.width,
                            y.at(from),
                            1,
                            inputs as isize,
                            panel.first > 0,
                            x.as_ptr().add(panel.first),
                            1,
                            x_stride,
                            panel.values.as_ptr().add(from * panel.width),
                            panel.width as isize,
                            1,
                            1.0,
                            1.0,
                            false,
                            false,
                            false,
                            Parallelism::None,
                        );
                    }
                }
            });
        };
        // SAFETY: tasks write all columns of all rows.
        unsafe { fill(rows * inputs, write) }
    }))
}

/// Rows of a task: as many as stay in the cache, and so that there are several tasks a thread where that leaves each
/// enough to do.
fn rows_a_block(rows: usize, panels: usize) -> usize {
    let for_threads = (4 * rayon::current_num_threads()).div_ceil(panels).min(rows.div_ceil(ROWS_A_TASK));
    rows.div_ceil(rows.div_ceil(MOST_ROWS_A_TASK).max(for_threads))
}

/// The places of a result, for tasks that write to different ones.
#[derive(Clone, Copy)]
struct Places(*mut f32);

// SAFETY: a pointer, given to threads that keep to different places.
unsafe impl Send for Places {}
// SAFETY: as above.
unsafe impl Sync for Places {}

impl Places {
    /// The place `i`, which must be within the result.
    unsafe fn at(self, i: usize) -> *mut f32 {
        // SAFETY: the caller's.
        unsafe { self.0.add(i) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{distance, matrix};
    use super::*;
    use candle_core::Device;
    use proptest::prelude::*;

    fn panels(w: &Tensor) -> Panels {
        let (inputs, outputs) = w.dims2().unwrap();
        Panels::of_rows(inputs, outputs, &w.flatten_all().unwrap().to_vec1::<f32>().unwrap())
    }

    fn check(x: &Tensor, w: &Tensor) {
        let shape = (x.dim(0).unwrap(), w.dim(1).unwrap());
        let y = product(x, &panels(w)).unwrap().unwrap();
        let y = Tensor::from_vec(y, shape, &Device::Cpu).unwrap();
        assert!(distance(&y, &x.contiguous().unwrap().matmul(w).unwrap()) < 1e-3);
        let back = product_transposed(&y, &panels(w)).unwrap().unwrap();
        let back = Tensor::from_vec(back, x.shape(), &Device::Cpu).unwrap();
        let plain = y.matmul(&w.t().unwrap()).unwrap();
        let largest = plain.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
        assert!(distance(&back, &plain) < 1e-5 * largest.max(1.0));
    }

    proptest! {
        #[test]
        fn as_candle_multiplies(x in matrix(1_usize..9, 24_usize..25), w in matrix(24_usize..25, 1_usize..200)) {
            check(&x, &w);
        }

        #[test]
        fn rows_may_lie_apart(x in matrix(1_usize..9, 30_usize..31), w in matrix(24_usize..25, 1_usize..70)) {
            check(&x.narrow(1, 3, 24).unwrap(), &w);
        }
    }

    #[test]
    fn many_rows_are_shared_among_tasks() {
        let random = |shape: (usize, usize)| Tensor::randn(0_f32, 1.0, shape, &Device::Cpu).unwrap();
        check(&random((3 * ROWS_A_TASK + 5, 40)), &random((40, 130)));
    }

    #[test]
    fn a_width_that_does_not_fit_is_an_error() {
        let x = Tensor::zeros((2, 5), candle_core::DType::F32, &Device::Cpu).unwrap();
        let w = Panels::of_rows(4, 3, &[0.0; 12]);
        assert!(product(&x, &w).is_err() && product_transposed(&x, &w).is_err());
    }
}
