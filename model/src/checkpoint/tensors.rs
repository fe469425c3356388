//! The tensor directory of one or several weight files, and reading tensors from it as f32.

use super::pytorch;
use super::weight_file::WeightFile;
use candle_core::{DType, Device, Tensor};
use safetensors::Dtype;
use safetensors::tensor::Metadata;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::Path;

/// Every tensor of a checkpoint: which file, which bytes, which shape.
pub(super) struct TensorFiles {
    files: Vec<WeightFile>,
    entries: BTreeMap<String, Entry>,
}

pub(super) struct Entry {
    pub(super) file: usize,
    pub(super) dtype: DType,
    pub(super) shape: Vec<usize>,
    /// Elements from one index of an axis to the next, where they do not simply follow each other, row by row.
    pub(super) strides: Option<Vec<usize>>,
    /// Where its bytes begin in the file, and how many there are from its first element to its last.
    pub(super) start: u64,
    pub(super) len: usize,
}

impl TensorFiles {
    /// Reads the headers. An error names the file that is truncated or of another format.
    pub(super) fn open(files: &[WeightFile]) -> Result<Self, String> {
        let mut entries = BTreeMap::new();
        for (index, file) in files.iter().enumerate() {
            for (name, entry) in directory_of(index, file)? {
                if entries.insert(name.clone(), entry).is_some() {
                    return Err(format!("the tensor `{name}` stands in two files, {} among them", file.name));
                }
            }
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
        if entry.dtype == DType::F32 && entry.strides.is_none() {
            let mut values = vec![0_f32; entry.len / size_of::<f32>()];
            file.read(entry.start, bytemuck::cast_slice_mut(&mut values))?;
            return Tensor::from_vec(values, entry.shape.as_slice(), &Device::Cpu);
        }
        let mut bytes = vec![0; entry.len];
        file.read(entry.start, &mut bytes)?;
        if let Some(strides) = &entry.strides {
            bytes = row_by_row(&bytes, &entry.shape, strides, entry.dtype.size_in_bytes());
        }
        Tensor::from_raw_buffer(&bytes, entry.dtype, &entry.shape, &Device::Cpu)?.to_dtype(DType::F32)
    }

    /// Some rows of a matrix `[rows, columns]` as f32, into `values` `[rows.len(), columns]`: for those who read a large
    /// one piece by piece.
    pub(super) fn read_rows(
        &self,
        name: &str,
        rows: Range<usize>,
        values: &mut [f32],
    ) -> candle_core::Result<()> {
        let Some(entry) = self.entries.get(name) else { candle_core::bail!("no tensor `{name}`") };
        let (Some(&columns), None) = (entry.shape.get(1), &entry.strides) else {
            candle_core::bail!("`{name}` is not stored row by row")
        };
        let (file, size) = (&self.files[entry.file], entry.dtype.size_in_bytes());
        let start = entry.start + (rows.start * columns * size) as u64;
        if entry.dtype == DType::F32 {
            return Ok(file.read(start, bytemuck::cast_slice_mut(values))?);
        }
        let mut bytes = vec![0; rows.len() * columns * size];
        file.read(start, &mut bytes)?;
        let piece = Tensor::from_raw_buffer(&bytes, entry.dtype, &[rows.len() * columns], &Device::Cpu)?;
        values.copy_from_slice(&piece.to_dtype(DType::F32)?.to_vec1()?);
        Ok(())
    }

    /// Rows and columns of a matrix; it was [`expect`](Self::expect)ed before.
    pub(super) fn matrix(&self, name: &str) -> candle_core::Result<(usize, usize)> {
        match self.entries.get(name).map(|entry| entry.shape.as_slice()) {
            Some(&[rows, columns]) => Ok((rows, columns)),
            _ => candle_core::bail!("`{name}` is not a matrix"),
        }
    }

    /// Whether a matrix is stored row by row, so that [`read_rows`](Self::read_rows) can read it.
    pub(super) fn is_by_rows(&self, name: &str) -> bool {
        self.entries.get(name).is_some_and(|entry| entry.strides.is_none() && entry.shape.len() == 2)
    }

    /// The files, in order.
    pub(super) fn files(&self) -> &[WeightFile] {
        &self.files
    }
}

/// The float tensors of one file by name.
fn directory_of(index: usize, file: &WeightFile) -> Result<Vec<(String, Entry)>, String> {
    let pickled = Path::new(&file.name).extension().is_some_and(|extension| extension == "bin");
    let (read, format) = if pickled {
        (pytorch::directory(index, file), "PyTorch")
    } else {
        (safetensors(index, file), "safetensors")
    };
    read.map_err(|why| {
        let (name, len) = (&file.name, file.len());
        format!("{name} ({len} bytes) is truncated or not a {format} file: {why}; fetch or save it again")
    })
}

fn safetensors(index: usize, file: &WeightFile) -> Result<Vec<(String, Entry)>, String> {
    let (start, directory) = directory(file)?;
    let tensors = directory.tensors();
    let entries = tensors.into_iter().filter_map(|(name, info)| {
        // integer buffers such as GPT-2's causal masks are not weights
        let dtype = float(info.dtype)?;
        let ((from, to), shape) = (info.data_offsets, info.shape.clone());
        let (start, len) = (start + from as u64, to - from);
        Some((name, Entry { file: index, dtype, shape, strides: None, start, len }))
    });
    Ok(entries.collect())
}

/// Elements of `size` bytes in the order of their indices, from where their strides put them.
fn row_by_row(bytes: &[u8], shape: &[usize], strides: &[usize], size: usize) -> Vec<u8> {
    let count: usize = shape.iter().product();
    let mut ordered = Vec::with_capacity(count * size);
    for element in 0..count {
        let mut rest = element;
        let at: usize = shape
            .iter()
            .zip(strides)
            .rev()
            .map(|(n, stride)| {
                let index = rest % n;
                rest /= n;
                index * stride
            })
            .sum();
        ordered.extend_from_slice(&bytes[at * size..(at + 1) * size]);
    }
    ordered
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
