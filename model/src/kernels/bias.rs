//! Adding a bias to every row, in place.

use super::{applies, rows_a_task, simd};
use candle_core::{CpuStorage, InplaceOp2, Layout, Result, Tensor, bail};
use rayon::prelude::*;

/// Adds `bias` `[width]` to the rows of `x` `[rows, width]`, which nobody else may hold; says whether it did.
pub(crate) fn add_bias(x: &Tensor, bias: &Tensor) -> Result<bool> {
    if !applies(x) || !applies(bias) || !x.is_contiguous() || !bias.is_contiguous() {
        return Ok(false);
    }
    x.inplace_op2(bias, &AddBias)?;
    Ok(true)
}

struct AddBias;

impl InplaceOp2 for AddBias {
    fn name(&self) -> &'static str {
        "add-bias"
    }

    fn cpu_fwd(
        &self,
        x: &mut CpuStorage,
        x_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<()> {
        let (CpuStorage::F32(x), CpuStorage::F32(bias)) = (x, bias) else { bail!("add-bias takes f32") };
        let (Some((start, end)), Some((bias_start, bias_end))) =
            (x_layout.contiguous_offsets(), bias_layout.contiguous_offsets())
        else {
            bail!("add-bias takes contiguous tensors")
        };
        let bias = &bias[bias_start..bias_end];
        x[start..end].par_chunks_mut(bias.len() * rows_a_task(bias.len())).for_each(|rows| {
            simd(|| {
                for row in rows.chunks_exact_mut(bias.len()) {
                    row.iter_mut().zip(bias).for_each(|(x, b)| *x += b);
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
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_candle_adds(x in matrix(1_usize..5, 40_usize..41), bias in matrix(1_usize..2, 40_usize..41)) {
            let bias = bias.squeeze(0).unwrap();
            let plain = x.broadcast_add(&bias).unwrap();
            prop_assert!(add_bias(&x, &bias).unwrap());
            prop_assert!(distance(&x, &plain) < f32::EPSILON);
        }
    }
}
