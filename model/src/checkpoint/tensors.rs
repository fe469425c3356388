//! The tensor directory of one or several safetensors files, and reading tensors from it as f32.

use super::source::{Bytes, WeightFile};
use candle_core::{DType, Device, Tensor};
use safetensors::{Dtype, SafeTensors};
use std::collections::BTreeMap;
use std::fmt;

/// Every tensor of a checkpoint: which file, which bytes, which shape.
pub(super) struct TensorFiles {
    files: Vec<WeightFile>,
    entries: BTreeMap<String, Entry>,
}

struct Entry {
    file: usize,
    dtype: DType,
    shape: Vec<usize>,
    bytes: std::ops::Range<usize>,
}

impl TensorFiles {
    /// Reads the headers. An error names the file that is truncated or not safetensors.
    pub(super) fn open(files: &[WeightFile]) -> Result<Self, String> {
        let mut entries = BTreeMap::new();
        for (index, file) in files.iter().enumerate() {
            read_header(index, file, &mut entries)?;
        }
        Ok(Self { files: files.to_vec(), entries })
    }

    /// Whether there is a tensor of this name.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// Checks that the tensor is there, with this shape.
    pub(super) fn expect(&self, name: &str, shape: &[usize]) -> Result<(), String> {
        let Some(entry) = self.entries.get(name) else {
            return Err(format!("the checkpoint has no tensor `{name}`, which its config.json calls for"));
        };
        if entry.shape != shape {
            return Err(format!(
                "the tensor `{name}` has shape {:?}, but its config.json calls for {shape:?}",
                entry.shape
            ));
        }
        Ok(())
    }

    /// The tensor as f32 on the CPU; it was [`expect`](Self::expect)ed before.
    pub(super) fn load(&self, name: &str) -> candle_core::Result<Tensor> {
        let Some(entry) = self.entries.get(name) else { candle_core::bail!("no tensor `{name}`") };
        let bytes = &self.files[entry.file].bytes.as_ref()[entry.bytes.clone()];
        Tensor::from_raw_buffer(bytes, entry.dtype, &entry.shape, &Device::Cpu)?.to_dtype(DType::F32)
    }

    /// Elements of all tensors together.
    pub(super) fn elements(&self) -> u64 {
        self.entries.values().map(|e| e.shape.iter().product::<usize>() as u64).sum()
    }
}

fn read_header(index: usize, file: &WeightFile, entries: &mut BTreeMap<String, Entry>) -> Result<(), String> {
    let bytes: &Bytes = &file.bytes;
    let bytes = bytes.as_ref();
    let tensors = SafeTensors::deserialize(bytes).map_err(|e| {
        format!(
            "{} ({} bytes) is truncated or not a safetensors file: {e}; fetch or save it again",
            file.name,
            bytes.len()
        )
    })?;
    for (name, view) in tensors.iter() {
        let Some(dtype) = float(view.dtype()) else {
            // integer buffers such as GPT-2's causal masks are not weights
            continue;
        };
        let start = view.data().as_ptr() as usize - bytes.as_ptr() as usize;
        let entry = Entry {
            file: index,
            dtype,
            shape: view.shape().to_vec(),
            bytes: start..start + view.data().len(),
        };
        if entries.insert(name.to_owned(), entry).is_some() {
            return Err(format!("the tensor `{name}` stands in two files, {} among them", file.name));
        }
    }
    Ok(())
}

fn float(dtype: Dtype) -> Option<DType> {
    match dtype {
        Dtype::F16 => Some(DType::F16),
        Dtype::BF16 => Some(DType::BF16),
        Dtype::F32 => Some(DType::F32),
        Dtype::F64 => Some(DType::F64),
        _ => None,
    }
}

impl fmt::Debug for TensorFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TensorFiles").field("tensors", &self.entries.len()).finish_non_exhaustive()
    }
}
