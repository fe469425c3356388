//! The gradient of a linear map's input, without the weight's.
//!
//! y = x W + b, so ∂L/∂x = ∂L/∂y Wᵀ. The backward pass of candle's own product always makes ∂L/∂W = xᵀ ∂L/∂y too: as
//! much work again, and as much memory as the weights. Where only activations' gradients are wanted, nobody reads it.

use crate::checkpoint::Linear;
use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CudaStorage, CustomOp1, Layout, Result, Shape, Storage, Tensor, bail};
use std::sync::Mutex;

/// Puts `y`, computed from `x` without gradients, into the graph: a gradient of `y` reaches `x` through the map, and goes
/// no further into its weight.
pub(super) fn through_input(x: &Tensor, y: Tensor, map: &Linear) -> Result<Tensor> {
    x.apply_op1(InputGradient { map: map.clone(), y: Mutex::new(Some(y)) })
}

struct InputGradient {
    map: Linear,
    /// Until the graph has it.
    y: Mutex<Option<Tensor>>,
}

impl InputGradient {
    /// Hands the result over; an operation is applied once.
    fn take(&self) -> Result<Tensor> {
        let taken = self.y.lock().ok().and_then(|mut y| y.take());
        let Some(y) = taken else { bail!("the result of a linear map was taken twice") };
        y.contiguous()
    }
}

impl CustomOp1 for InputGradient {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        let y = self.take()?;
        let (storage, layout) = y.storage_and_layout();
        let Storage::Cpu(storage) = &*storage else { bail!("input and output on different devices") };
        Ok((storage.try_clone(layout)?, y.shape().clone()))
    }

    fn cuda_fwd(&self, _: &CudaStorage, _: &Layout) -> Result<(CudaStorage, Shape)> {
        let y = self.take()?;
        let (storage, layout) = y.storage_and_layout();
        let Storage::Cuda(storage) = &*storage else { bail!("input and output on different devices") };
        Ok((storage.try_clone(layout)?, y.shape().clone()))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        self.map.product_transposed(&grad.contiguous()?).map(Some)
    }
}
