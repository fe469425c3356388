//! Compiles the CUDA kernels to PTX, which the driver compiles for the GPU at hand. Without the feature `cuda` it does
//! nothing.

use std::path::PathBuf;
use std::process::Command;
use std::{env, error};

const SOURCE: &str = "src/kernels/cuda/kernels.cu";
/// The oldest GPUs that toolkits of today compile for.
const ARCHITECTURE: &str = "compute_75";

fn main() -> Result<(), Box<dyn error::Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    if env::var_os("CARGO_FEATURE_CUDA").is_none() {
        return Ok(());
    }
    println!("cargo:rerun-if-changed={SOURCE}");
    let to = PathBuf::from(env::var("OUT_DIR")?).join("kernels.ptx");
    let nvcc =
        Command::new("nvcc").args(["-ptx", "-O3", "-arch", ARCHITECTURE, SOURCE, "-o"]).arg(to).status();
    match nvcc {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("nvcc could not compile {SOURCE}: {status}").into()),
        Err(e) => {
            Err(format!("the feature `cuda` needs nvcc, of NVIDIA's CUDA toolkit, in PATH: {e}").into())
        }
    }
}
