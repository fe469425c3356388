//! Products in bf16: factors rounded to it, sums and what comes out in f32. candle's own would round what comes out too.

use super::launch::{room, tensor};
use candle_core::cuda_backend::cudarc::cublas::{result::gemm_ex, sys};
use candle_core::cuda_backend::cudarc::driver::{DevicePtr, DevicePtrMut};
use candle_core::{DType, Device, Result, Storage, Tensor, bail};
use half::bf16;

/// x W of `x` `[rows, inputs]` and `w` `[inputs, outputs]`, which is in bf16: f32 `[rows, outputs]`. `None` elsewhere than on
/// a GPU.
pub(crate) fn product(x: &Tensor, w: &Tensor) -> Result<Option<Tensor>> {
    let (Device::Cuda(device), (rows, inputs), (expected, outputs)) = (x.device(), x.dims2()?, w.dims2()?)
    else {
        return Ok(None);
    };
    if x.track_op() || x.elem_count() == 0 || w.dtype() != DType::BF16 || !w.is_contiguous() {
        return Ok(None);
    }
    if inputs != expected {
        bail!("a product of rows of {inputs} with a matrix of {expected} inputs");
    }
    let x = x.to_dtype(DType::BF16)?.contiguous()?;
    let mut y = room(device, rows * outputs)?;
    {
        let ((x, x_layout), (w, w_layout)) = (x.storage_and_layout(), w.storage_and_layout());
        let (Storage::Cuda(x), Storage::Cuda(w)) = (&*x, &*w) else { bail!("factors on different devices") };
        let x = x.as_cuda_slice::<bf16>()?.slice(x_layout.start_offset()..);
        let w = w.as_cuda_slice::<bf16>()?.slice(w_layout.start_offset()..);
        let (blas, stream) = (device.cublas_handle(), device.cuda_stream());
        let ((x, _x), (w, _w)) = (x.device_ptr(&stream), w.device_ptr(&stream));
        let (y, _y) = y.device_ptr_mut(&stream);
        let (one, zero) = (1.0_f32, 0.0_f32);
        // cuBLAS counts by columns: it makes yᵀ = Wᵀ xᵀ, whose columns are the rows of y.
        // SAFETY: x has rows · inputs numbers, W inputs · outputs, y places for rows · outputs; alpha and beta are f32, as
        // sums in f32 want them.
        let done = unsafe {
            gemm_ex(
                *blas.handle(),
                sys::cublasOperation_t::CUBLAS_OP_N,
                sys::cublasOperation_t::CUBLAS_OP_N,
                outputs as i32,
                rows as i32,
                inputs as i32,
                (&raw const one).cast(),
                w as *const _,
                sys::cudaDataType_t::CUDA_R_16BF,
                outputs as i32,
                x as *const _,
                sys::cudaDataType_t::CUDA_R_16BF,
                inputs as i32,
                (&raw const zero).cast(),
                y as *mut _,
                sys::cudaDataType_t::CUDA_R_32F,
                outputs as i32,
                sys::cublasComputeType_t::CUBLAS_COMPUTE_32F,
                sys::cublasGemmAlgo_t::CUBLAS_GEMM_DEFAULT,
            )
        };
        done.map_err(candle_core::Error::wrap)?;
    }
    Ok(Some(tensor(device, y, (rows, outputs))))
}
