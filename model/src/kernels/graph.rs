//! What kernels make, put into candle's graph with a gradient of its own.
//!
//! A kernel computes its result from tensors without history. Where one of them has some, the result joins the graph here:
//! as an operation whose backward pass is a kernel too.

use candle_core::backend::BackendStorage;
use candle_core::{
    CpuStorage, CudaStorage, CustomOp1, CustomOp3, Device, Layout, Result, Shape, Storage, Tensor, bail,
};
use std::sync::Mutex;

/// A result that was computed outside of the graph.
pub(crate) enum Made {
    /// In the CPU's memory, row by row.
    Numbers(Vec<f32>, Shape),
    /// Anywhere.
    Tensor(Tensor),
}

impl Made {
    /// As a tensor without history.
    fn tensor(self, device: &Device) -> Result<Tensor> {
        match self {
            Self::Numbers(numbers, shape) => Tensor::from_vec(numbers, shape, device),
            Self::Tensor(tensor) => Ok(tensor),
        }
    }
}

/// `y`, computed from `x`; `backward` makes the gradient of `x` out of that of `y`, which is contiguous.
pub(crate) fn of_one(
    x: &Tensor,
    y: Made,
    backward: impl Fn(&Tensor) -> Result<Tensor> + Send + Sync + 'static,
) -> Result<Tensor> {
    if !x.track_op() {
        return y.tensor(x.device());
    }
    x.apply_op1(Operation { y: Mutex::new(Some(y)), backward })
}

/// As [`of_one`] for three inputs; gradients that are `None` are those of inputs that have no history.
pub(crate) fn of_three(
    [a, b, c]: [&Tensor; 3],
    y: Made,
    backward: impl Fn(&Tensor) -> Result<[Option<Tensor>; 3]> + Send + Sync + 'static,
) -> Result<Tensor> {
    if ![a, b, c].iter().any(|x| x.track_op()) {
        return y.tensor(a.device());
    }
    a.apply_op3(b, c, Operation { y: Mutex::new(Some(y)), backward })
}

/// A gradient that a kernel made; `None` where it did not apply.
pub(super) fn gradient(made: Option<Vec<f32>>, shape: &Shape) -> Result<Tensor> {
    let Some(numbers) = made else { bail!("a kernel's gradient is of f32 on the CPU only") };
    Tensor::from_vec(numbers, shape, &Device::Cpu)
}

struct Operation<F> {
    /// Until the graph has it.
    y: Mutex<Option<Made>>,
    backward: F,
}

impl<F> Operation<F> {
    /// Hands the result over; an operation is applied once.
    fn take(&self) -> Result<Made> {
        let taken = self.y.lock().ok().and_then(|mut y| y.take());
        taken.map_or_else(|| bail!("the result of an operation was taken twice"), Ok)
    }

    fn cpu(&self) -> Result<(CpuStorage, Shape)> {
        let y = match self.take()? {
            Made::Numbers(numbers, shape) => return Ok((CpuStorage::F32(numbers), shape)),
            Made::Tensor(y) => y.contiguous()?,
        };
        let (storage, layout) = y.storage_and_layout();
        let Storage::Cpu(storage) = &*storage else { bail!("input and output on different devices") };
        Ok((storage.try_clone(layout)?, y.shape().clone()))
    }

    fn cuda(&self) -> Result<(CudaStorage, Shape)> {
        let Made::Tensor(y) = self.take()? else { bail!("input and output on different devices") };
        let y = y.contiguous()?;
        let (storage, layout) = y.storage_and_layout();
        let Storage::Cuda(storage) = &*storage else { bail!("input and output on different devices") };
        Ok((storage.try_clone(layout)?, y.shape().clone()))
    }
}

impl<F: Fn(&Tensor) -> Result<Tensor>> CustomOp1 for Operation<F> {
    fn name(&self) -> &'static str {
        "kernel"
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        self.cpu()
    }

    fn cuda_fwd(&self, _: &CudaStorage, _: &Layout) -> Result<(CudaStorage, Shape)> {
        self.cuda()
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        (self.backward)(&grad.contiguous()?).map(Some)
    }
}

impl<F: Fn(&Tensor) -> Result<[Option<Tensor>; 3]>> CustomOp3 for Operation<F> {
    fn name(&self) -> &'static str {
        "kernel"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.cpu()
    }

    fn bwd(
        &self,
        _: &Tensor,
        _: &Tensor,
        _: &Tensor,
        _: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        (self.backward)(&grad.contiguous()?).map(|[a, b, c]| (a, b, c))
    }
}
