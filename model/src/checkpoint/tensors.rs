//! The tensor directory of one or several safetensors files, and reading tensors from it as f32.

use super::weight_file::WeightFile;
use candle_core::{DType, Device, Tensor};
use safetensors::Dtype;
use safetensors::tensor::Metadata;
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
    /// Where its bytes begin in the file, and how many there are.
    start: u64,
    len: usize,
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
        let file = &self.files[entry.file];
        if entry.dtype == DType::F32 {
            let mut values = vec![0_f32; entry.len / size_of::<f32>()];
            file.read(entry.start, bytemuck::cast_slice_mut(&mut values))?;
            return Tensor::from_vec(values, entry.shape.as_slice(), &Device::Cpu);
        }
        let mut bytes = vec![0; entry.len];
        file.read(entry.start, &mut bytes)?;
        Tensor::from_raw_buffer(&bytes, entry.dtype, &entry.shape, &Device::Cpu)?.to_dtype(DType::F32)
    }

    /// The files, in order.
    pub(super) fn files(&self) -> &[WeightFile] {
        &self.files
    }
}

fn read_header(index: usize, file: &WeightFile, entries: &mut BTreeMap<String, Entry>) -> Result<(), String> {
    let (start, directory) = directory(file).map_err(|why| {
        let (name, len) = (&file.name, file.len());
        format!("{name} ({len} bytes) is truncated or not a safetensors file: {why}; fetch or save it again")
    })?;
    for (name, info) in directory.tensors() {
        let Some(dtype) = float(info.dtype) else {
            // integer buffers such as GPT-2's causal masks are not weights
            continue;
        };
        let (from, to) = info.data_offsets;
        let entry = Entry {
            file: index,
            dtype,
            shape: info.shape.clone(),
            start: start + from as u64,
            len: to - from,
        };
        if entries.insert(name.clone(), entry).is_some() {
            return Err(format!("the tensor `{name}` stands in two files, {} among them", file.name));
        }
    }
    Ok(())
}

/// Where the data begins, and what is in it: the file starts with the length of a JSON header, then has the header,
/// then the data, which must end where the file does.
fn directory(file: &WeightFile) -> Result<(u64, Metadata), String> {
    let mut length = [0; 8];
    file.read(0, &mut length).map_err(|e| e.to_string())?;
    let start = u64::from_le_bytes(length).saturating_add(8);
    if start > file.len() {
        return Err("its header goes on beyond its end".to_owned());
    }
    let mut header = vec![0; start as usize - 8];
    file.read(8, &mut header).map_err(|e| e.to_string())?;
    let directory: Metadata = serde_json::from_slice(&header).map_err(|e| e.to_string())?;
    let end = start + directory.data_len() as u64;
    if end == file.len() { Ok((start, directory)) } else { Err(format!("its header describes {end} bytes")) }
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
