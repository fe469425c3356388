//! Weights and a change of low rank, added up.

use half::f16;
use safetensors::{Dtype, SafeTensors};

/// A safetensors file of f16 with a change added to some of its matrices: to `w` `[outputs, inputs]` the product of
/// `w.out` `[outputs, rank]` and `w.in` `[rank, inputs]`.
///
/// Sums are made in f32 in a fixed order and rounded once, so they are the same everywhere.
///
/// # Errors
/// Where a file cannot be read or the two do not fit.
pub(crate) fn add(weights: &[u8], change: &[u8]) -> Result<Vec<u8>, String> {
    let change = SafeTensors::deserialize(change).map_err(|e| e.to_string())?;
    let (header, about) = SafeTensors::read_metadata(weights).map_err(|e| e.to_string())?;
    let mut sum = weights.to_vec();
    for name in change.names().into_iter().filter_map(|name| name.strip_suffix(".out")) {
        let info = about.info(name).filter(|info| info.dtype == Dtype::F16 && info.shape.len() == 2);
        let info =
            info.ok_or_else(|| format!("the change is of `{name}`, which is no matrix of the weights"))?;
        let (outputs, inputs) = (info.shape[0], info.shape[1]);
        let read = |part: &str| {
            let tensor = change.tensor(&format!("{name}.{part}")).map_err(|e| e.to_string())?;
            Ok::<_, String>(numbers(tensor.data()))
        };
        let (out, into) = (read("out")?, read("in")?);
        let rank = out.len() / outputs.max(1);
        if out.len() != outputs * rank || into.len() != rank * inputs {
            return Err(format!("the change of `{name}` has another shape"));
        }
        // the file's first 8 bytes are the length of its header
        let start = 8 + header;
        let matrix = &mut sum[start + info.data_offsets.0..start + info.data_offsets.1];
        for (row, values) in matrix.chunks_exact_mut(2 * inputs).enumerate() {
            let factors = &out[row * rank..(row + 1) * rank];
            for (column, value) in values.as_chunks_mut::<2>().0.iter_mut().enumerate() {
                let added: f32 = factors.iter().enumerate().map(|(k, f)| f * into[k * inputs + column]).sum();
                *value = f16::from_f32(f16::from_le_bytes(*value).to_f32() + added).to_le_bytes();
            }
        }
    }
    Ok(sum)
}

fn numbers(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<2>().0.iter().map(|two| f16::from_le_bytes(*two).to_f32()).collect()
}
