//! Products with a matrix in panels, at the processor's rate for any number of rows.
//!
//! Each thread multiplies all rows with one panel after another; what comes out is written straight into its columns of
//! the result. The only unsafe code is here and in `view`: `gemm` takes pointers.

#![allow(unsafe_code, reason = "gemm takes pointers; what keeps them valid stands at each call")]

use super::panels::{Panels, WIDTH};
use super::with_matrices;
use candle_core::{Result, Tensor, bail};
use gemm::Parallelism;
use rayon::prelude::*;

/// Rows that are still worth a task of their own.
const ROWS_A_TASK: usize = 128;

/// x W: `[rows, inputs]` → `[rows, outputs]`, row by row; `None` where kernels do not apply.
pub(crate) fn product(x: &Tensor, w: &Panels) -> Result<Option<Vec<f32>>> {
    let (rows, inputs) = x.dims2()?;
    if inputs != w.inputs() {
        bail!("a product of rows of {inputs} with a matrix of {} inputs", w.inputs());
    }
    let outputs = w.outputs();
    if rows == 0 {
        return Ok(Some(Vec::new()));
    }
    Ok(with_matrices([x], |[x]| {
        let x_stride = x.stride as isize;
        let block = rows_a_block(rows, outputs.div_ceil(WIDTH));
        fill(rows * outputs, |y| {
            w.all().for_each(|panel| {
                (0..rows.div_ceil(block)).into_par_iter().for_each(|i| {
                    let (from, len) = (i * block, block.min(rows - i * block));
                    let x = &x.data[from * x.stride..][..(len - 1) * x.stride + inputs];
                    // SAFETY: `y` has rows · outputs places; this task alone writes those of rows from.. and columns
                    // first.., and writes each of them. `x` has `len` rows `stride` apart, the panel `inputs` rows.
                    unsafe {
                        gemm::gemm(
                            len,
                            panel.width,
                            inputs,
                            y.at(from * outputs + panel.first),
                            1,
                            outputs as isize,
                            false,
                            x.as_ptr(),
                            1,
                            x_stride,
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
                    }
                });
            });
        })
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
        fill(rows * inputs, |y| {
            (0..inputs.div_ceil(WIDTH)).into_par_iter().for_each(|i| {
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
        })
    }))
}

/// Rows of a task, so that there are several tasks a thread where that leaves each enough to do.
fn rows_a_block(rows: usize, panels: usize) -> usize {
    let blocks = (4 * rayon::current_num_threads()).div_ceil(panels);
    rows.div_ceil(blocks).max(ROWS_A_TASK)
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

/// A vector of `len` numbers, every one of which `write` must write: nothing is written twice.
fn fill(len: usize, write: impl FnOnce(Places)) -> Vec<f32> {
    let mut values: Vec<f32> = Vec::with_capacity(len);
    write(Places(values.as_mut_ptr()));
    // SAFETY: there is room for `len`, and `write` has written all of them.
    unsafe { values.set_len(len) };
    values
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
