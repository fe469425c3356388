//! The rate of candle's f32 matrix product on this CPU, in GFLOP/s: what the benchmarks' floor is made of.
//!
//! `cargo run --release -p model --features engine --example matmul_rate` prints one number, the median over a second or
//! so of products of 1,150 × 1,024 with 1,024 × 4,096.

use model::Device;
use std::time::{Duration, Instant};

const ROWS: usize = 1_150;
const INPUTS: usize = 1_024;
const OUTPUTS: usize = 4_096;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let random = |shape| candle_core::Tensor::randn(0_f32, 1.0, shape, &Device::Cpu);
    let (x, w) = (random((ROWS, INPUTS))?, random((INPUTS, OUTPUTS))?);
    let (start, mut times) = (Instant::now(), Vec::new());
    while times.len() < 9 || start.elapsed() < Duration::from_secs(1) {
        let start = Instant::now();
        std::hint::black_box(x.matmul(&w)?);
        times.push(start.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    println!("{:.1}", 2.0 * (ROWS * INPUTS * OUTPUTS) as f64 / times[times.len() / 2] / 1e9);
    Ok(())
}
