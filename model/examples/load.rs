//! What loading a checkpoint costs, part by part.
//!
//! `cargo run --release -p model --features engine --example load -- FOLDER` prints the seconds of opening the folder,
//! naming its contents (every byte hashed), reading and folding the weights, and a forward pass over one prompt.

use model::hooks::NoHooks;
use model::packing::Batch;
use model::wire::Processing;
use model::{Checkpoint, Device, Source, Transformer};
use std::path::PathBuf;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("which folder?")?);
    let start = Instant::now();
    let checkpoint = Checkpoint::open("model", &Source::Folder(folder))?;
    println!("open        {:7.3} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    checkpoint.fingerprint()?;
    println!("fingerprint {:7.3} s", start.elapsed().as_secs_f64());
    let start = Instant::now();
    let model = Transformer::load(&checkpoint, Processing::Folded, &Device::Cpu)?;
    println!("read, fold  {:7.3} s", start.elapsed().as_secs_f64());
    let ids: Vec<u32> = (0..23).collect();
    let batch = Batch::separate(&[&ids]);
    for pass in ["first pass ", "second pass"] {
        let start = Instant::now();
        model.forward(&batch, &batch.last_rows(), &mut NoHooks)?;
        println!("{pass} {:7.3} s", start.elapsed().as_secs_f64());
    }
    Ok(())
}
