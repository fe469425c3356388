//! Where the goldens are computed: on the GPU, in a build for one on a machine that has one.

use model::Device;
use std::sync::OnceLock;

/// The GPU where there is one, otherwise the CPU; which of them is said once, in the tests' output.
pub(crate) fn device() -> &'static Device {
    static DEVICE: OnceLock<Device> = OnceLock::new();
    DEVICE.get_or_init(|| {
        let device = open();
        eprintln!("goldens are compared with what {device:?} computes");
        device
    })
}

#[cfg(feature = "cuda")]
fn open() -> Device {
    model::gpu::open().unwrap_or_else(|e| {
        eprintln!("no GPU to test on: {e}");
        Device::Cpu
    })
}

#[cfg(not(feature = "cuda"))]
fn open() -> Device {
    Device::Cpu
}
