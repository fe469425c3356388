//! The GPU, opened for one process that keeps it busy.

#![allow(unsafe_code, reason = "the driver's own settings; why each is right stands at its call")]

use candle_core::cuda_backend::WrapErr;
use candle_core::cuda_backend::cudarc::driver::{result, sys};
use candle_core::{CudaDevice, Device, Result};

/// Opens the first NVIDIA GPU.
///
/// Everything goes through one stream, whichever thread asks: candle's own [`Device::new_cuda`] takes another one for each
/// thread, between which nothing would wait. Memory that is freed is kept for what comes next.
///
/// # Errors
/// Where there is none, or its driver is too old for the toolkit of this build.
pub fn open() -> Result<Device> {
    let device = CudaDevice::new_with_stream(0)?;
    // SAFETY: with one stream there is nothing that events would have to order
    unsafe { device.disable_event_tracking() };
    keep_memory(&device)?;
    Ok(Device::Cuda(device))
}

/// Bytes of a GPU's memory; `None` for another device.
pub fn memory(device: &Device) -> Option<u64> {
    let Device::Cuda(device) = device else { return None };
    device.cuda_stream().context().mem_get_info().ok().map(|(_, total)| total as u64)
}

/// The driver would give free memory back to the system at every synchronization, and fetch it again.
fn keep_memory(device: &CudaDevice) -> Result<()> {
    let context = device.cuda_stream().context().clone();
    let mut kept = u64::MAX;
    // SAFETY: the device is that of a live context, and the attribute is a 64-bit number
    unsafe {
        let pool = result::device::get_default_mem_pool(context.cu_device()).w()?;
        let attribute = sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD;
        result::mem_pool::set_attribute(pool, attribute, (&raw mut kept).cast()).w()
    }
}
