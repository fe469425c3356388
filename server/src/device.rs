//! From the command line's device to candle's.

use crate::cli::DeviceChoice;
use model::Device;

/// Opens the device.
///
/// # Errors
/// Where `cuda` was asked for and this build or this machine has none; the message says what to do.
pub fn open(choice: DeviceChoice) -> Result<Device, String> {
    match choice {
        DeviceChoice::Cpu => Ok(Device::Cpu),
        DeviceChoice::Auto => Ok(cuda().unwrap_or(Device::Cpu)),
        DeviceChoice::Cuda => cuda(),
    }
}

#[cfg(feature = "cuda")]
fn cuda() -> Result<Device, String> {
    model::gpu::open().map_err(|e| format!("the GPU cannot be used: {e}; `--device cpu` runs without it"))
}

#[cfg(not(feature = "cuda"))]
fn cuda() -> Result<Device, String> {
    Err("this hooklens was built for the CPU only: build it with `cargo build --release --features cuda` \
         (nvcc needed), or leave `--device cuda` out"
        .to_owned())
}
