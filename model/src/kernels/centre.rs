//! Taking off every row's mean, in place.

use super::{applies, math, rows_a_task, simd};
use candle_core::{CpuStorage, InplaceOp1, Layout, Result, Tensor, bail};
use rayon::prelude::*;

/// Every row of `x` `[rows, width]` less its mean, in the memory where it is, which nobody else may hold: for tables too
/// large to be there twice.
pub(crate) fn centre_rows(x: &Tensor) -> Result<()> {
    if !applies(x) || !x.is_contiguous() {
        bail!("rows are centred in place in the CPU's memory, in f32");
    }
    x.inplace_op1(&CentreRows)
}

struct CentreRows;

impl InplaceOp1 for CentreRows {
    fn name(&self) -> &'static str {
        "centre-rows"
    }

    fn cpu_fwd(&self, x: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let (CpuStorage::F32(x), Some((start, end)), [_, width]) =
            (x, layout.contiguous_offsets(), layout.dims())
        else {
            bail!("centre-rows takes a contiguous matrix of f32")
        };
        x[start..end].par_chunks_mut(width * rows_a_task(*width)).for_each(|rows| {
            simd(|| {
                for row in rows.chunks_exact_mut(*width) {
                    let mean = math::sum(row) / *width as f32;
                    for x in row.iter_mut() {
                        *x -= mean;
                    }
                }
            });
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{distance, matrix};
    use super::*;
    use candle_core::D;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn means_are_gone(x in matrix(1_usize..6, 1_usize..100)) {
            let plain = x.broadcast_sub(&x.mean_keepdim(D::Minus1).unwrap()).unwrap();
            centre_rows(&x).unwrap();
            prop_assert!(distance(&x, &plain) < 1e-5);
        }
    }
}
