//! From tensors to what a kernel is launched with, and back.

use crate::kernels::row_layout;
use candle_core::cuda_backend::CudaDevice;
use candle_core::cuda_backend::cudarc::driver::{CudaFunction, CudaSlice, CudaStream, CudaView, LaunchArgs};
use candle_core::op::BackpropOp;
use candle_core::{CudaStorage, DType, Device, Result, Shape, Storage, Tensor};
use std::sync::Arc;

const PTX: &str = include_str!(concat!(env!("OUT_DIR"), "/kernels.ptx"));

/// Threads that work on a row, a multiple of a warp's 32.
pub(super) const BLOCK: u32 = 128;

/// A tensor's numbers as rows.
pub(super) struct Rows<'a> {
    /// From the first row's first number on.
    pub(super) numbers: CudaView<'a, f32>,
    /// Numbers from a row's first to the next row's.
    pub(super) stride: usize,
}

/// Whether kernels may stand in for candle's operations on this tensor.
pub(super) fn applies(x: &Tensor) -> bool {
    x.device().is_cuda() && x.dtype() == DType::F32 && !x.track_op() && x.elem_count() > 0
}

/// Shows tensors `[rows, …]` as rows; `None` where a kernel does not apply, or where the trailing axes of one are not
/// consecutive in memory.
pub(super) fn with_rows<const N: usize, R>(
    tensors: [&Tensor; N],
    f: impl FnOnce(&CudaDevice, [Rows<'_>; N]) -> Result<R>,
) -> Result<Option<R>> {
    let Device::Cuda(device) = tensors[0].device() else { return Ok(None) };
    if !tensors.iter().all(|x| applies(x)) {
        return Ok(None);
    }
    let held = tensors.map(Tensor::storage_and_layout);
    let mut rows = Vec::with_capacity(N);
    for (storage, layout) in &held {
        let (Storage::Cuda(storage), Some((start, stride, _))) = (&**storage, row_layout(layout)) else {
            return Ok(None);
        };
        rows.push(Rows { numbers: storage.as_cuda_slice::<f32>()?.slice(start..), stride });
    }
    match rows.try_into() {
        Ok(rows) => f(device, rows).map(Some),
        Err(_) => Ok(None),
    }
}

/// A kernel, and where it runs.
pub(super) struct Kernel {
    function: CudaFunction,
    stream: Arc<CudaStream>,
}

impl Kernel {
    /// By its name in `kernels.cu`.
    pub(super) fn new(device: &CudaDevice, name: &str) -> Result<Self> {
        let function = device.get_or_load_custom_func(name, "hooklens", PTX)?.into_cuda_function();
        Ok(Self { function, stream: device.cuda_stream() })
    }

    /// To be given its arguments, in order.
    pub(super) fn builder(&self) -> LaunchArgs<'_> {
        self.stream.launch_builder(&self.function)
    }
}

/// Room for what a kernel writes, all of it.
pub(super) fn room(device: &CudaDevice, numbers: usize) -> Result<CudaSlice<f32>> {
    // SAFETY: every kernel writes each place of its result, and nobody reads it before
    unsafe { device.alloc::<f32>(numbers) }
}

/// Brings indices to the GPU.
pub(super) fn put(device: &CudaDevice, numbers: &[u32]) -> Result<CudaSlice<u32>> {
    device.clone_htod(numbers)
}

/// What a kernel wrote.
pub(super) fn tensor(device: &CudaDevice, numbers: CudaSlice<f32>, shape: impl Into<Shape>) -> Tensor {
    let storage = CudaStorage::wrap_cuda_slice(numbers, device.clone());
    Tensor::from_storage(Storage::Cuda(storage), shape, BackpropOp::none(), false)
}
