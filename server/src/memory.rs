//! How much memory loaded models may take.

use bytesize::ByteSize;
use model::{Checkpoint, Device, Error};
use sysinfo::System;

/// Of the machine's memory, in percent: the rest is for activations, results, and everyone else.
const SHARE: u64 = 60;

/// The budget on a machine that does not say how much memory it has.
const UNKNOWN: u64 = 8 << 30;

/// The bytes that models may take together where nothing else is said: a share of the GPU's memory, or of the machine's and
/// of what this process's control group allows.
pub fn default_budget(device: &Device) -> u64 {
    if let Some(bytes) = of_gpu(device) {
        return bytes / 100 * SHARE;
    }
    let Ok(mut system) = System::new() else { return UNKNOWN };
    system.refresh_memory();
    let allowed = system.cgroup_limits().map_or(u64::MAX, |limits| limits.total_memory);
    system.total_memory().min(allowed) / 100 * SHARE
}

#[cfg(feature = "cuda")]
fn of_gpu(device: &Device) -> Option<u64> {
    model::gpu::memory(device)
}

#[cfg(not(feature = "cuda"))]
fn of_gpu(_: &Device) -> Option<u64> {
    None
}

/// Refuses a model that could never be loaded, before anything is computed or downloaded.
///
/// # Errors
/// [`Error::Model`] with both sizes.
pub fn check(checkpoint: &Checkpoint, budget: u64) -> Result<(), Error> {
    let needed = checkpoint.weight_bytes();
    if needed <= budget {
        return Ok(());
    }
    let shown = |bytes| ByteSize(bytes).display().iec().to_string();
    Err(Error::Model {
        name: checkpoint.name().to_owned(),
        message: format!(
            "it takes {} of memory in f32, more than the {} that models may take here; choose a smaller model, or give \
             more with --memory",
            shown(needed),
            shown(budget)
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Source;

    #[test]
    fn the_default_is_a_share_of_this_machine() {
        let budget = default_budget(&Device::Cpu);
        assert!(budget > 100 << 20, "{budget}");
        let mut machine = System::new().unwrap();
        machine.refresh_memory();
        assert!(budget < machine.total_memory());
    }

    #[test]
    fn a_model_that_cannot_fit_says_both_sizes() {
        let demo = Checkpoint::open("demo", &Source::Demo).unwrap();
        assert!(check(&demo, demo.weight_bytes()).is_ok());
        let message = check(&demo, 1 << 20).unwrap_err().to_string();
        assert!(message.contains("1.0 MiB") && message.contains("--memory"), "{message}");
    }
}
