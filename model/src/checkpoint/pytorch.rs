//! The tensor directory of a PyTorch file (`pytorch_model.bin`): a pickled dictionary of tensors, beside their bytes.
//!
//! Two formats. Since PyTorch 1.6 the file is a zip archive with the pickle in `…/data.pkl` and a tensor's storage in
//! `…/data/KEY`, uncompressed. Before, it is a sequence of pickles (a magic number, the protocol, the system, the
//! dictionary, the storages' keys) and then the storages, each behind its length. Nothing in a pickle is ever run: it
//! is read as data, and what is not a tensor is passed over.

use super::pickled::{self, Described, Element};
use super::tensors::Entry;
use super::weight_file::WeightFile;
use candle_core::pickle::{Object, Stack};
use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use zip::{CompressionMethod, ZipArchive};

/// What a file from before PyTorch 1.6 begins with: protocol 2, the number 0x1950a86a20f9469cfc6c, the end.
const MAGIC: [u8; 15] = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, b'.'];

/// How a zip archive begins.
const ZIP: [u8; 4] = *b"PK\x03\x04";

/// Largest pickle that is read: the bytes of tensors are not in it.
const PICKLE_LIMIT: u64 = 256 << 20;

/// Where the bytes of a storage begin in the file, and how many there are.
type Storages = HashMap<String, (u64, u64)>;

/// The float tensors of a file by name; `index` is the file's place among its checkpoint's.
pub(super) fn directory(index: usize, file: &WeightFile) -> Result<Vec<(String, Entry)>, String> {
    let mut begin = [0; 4];
    file.read(0, &mut begin).map_err(said)?;
    let (tensors, storages) = if begin == ZIP { read_zip(file)? } else { read_sequence(file)? };
    let floats = tensors.into_iter().filter(|tensor| matches!(tensor.element, Element::Float(_)));
    floats.map(|tensor| place(index, tensor, &storages, file.len())).collect()
}

fn read_zip(file: &WeightFile) -> Result<(Vec<Described>, Storages), String> {
    let mut archive = ZipArchive::new(BufReader::new(file.reader())).map_err(said)?;
    let (mut storages, mut pickle) = (Storages::new(), None);
    for i in 0..archive.len() {
        let entry = archive.by_index_raw(i).map_err(said)?;
        let name = entry.name().map_err(said)?.into_owned();
        if name.ends_with("/data.pkl") {
            pickle = Some(i);
        } else if let Some((_, key)) = name.rsplit_once("/data/") {
            let start = entry.data_start().filter(|_| entry.compression() == CompressionMethod::Stored);
            let start =
                start.ok_or_else(|| format!("its entry {name} is compressed, as PyTorch never does it"))?;
            storages.insert(key.to_owned(), (start, entry.size()));
        }
    }
    let pickle = pickle.ok_or("it is a zip archive without a data.pkl")?;
    let pickle = archive.by_index(pickle).map_err(said)?;
    let tensors = pickled::tensors(unpickle(&mut BufReader::new(pickle.take(PICKLE_LIMIT)))?)?;
    Ok((tensors, storages))
}

fn read_sequence(file: &WeightFile) -> Result<(Vec<Described>, Storages), String> {
    let mut reader = BufReader::new(file.reader());
    let mut first = [0; MAGIC.len()];
    if reader.read_exact(&mut first).is_err() || first != MAGIC {
        return Err("it is neither a zip archive nor a file of an older PyTorch".to_owned());
    }
    let (_protocol, _system) = (unpickle(&mut reader)?, unpickle(&mut reader)?);
    let tensors = pickled::tensors(unpickle(&mut reader)?)?;
    let Object::List(keys) = unpickle(&mut reader)? else {
        return Err("its storages have no keys".to_owned());
    };
    let sizes: HashMap<&str, u64> = tensors.iter().map(|t| (t.storage.as_str(), t.element.bytes())).collect();
    let mut storages = Storages::new();
    for key in keys {
        let Object::Unicode(key) = key else { return Err("a storage has no key".to_owned()) };
        let element =
            sizes.get(key.as_str()).ok_or_else(|| format!("its storage {key} belongs to no tensor"))?;
        let mut length = [0; 8];
        reader.read_exact(&mut length).map_err(said)?;
        let start = reader.stream_position().map_err(said)?;
        let bytes = u64::from_le_bytes(length).saturating_mul(*element);
        reader.seek(SeekFrom::Start(start.saturating_add(bytes).min(file.len()))).map_err(said)?;
        storages.insert(key, (start, bytes));
    }
    Ok((tensors, storages))
}

fn unpickle(reader: &mut impl BufRead) -> Result<Object, String> {
    let mut stack = Stack::empty();
    stack
        .read_loop(reader)
        .and_then(|()| stack.finalize())
        .map_err(|e| format!("its pickle cannot be read: {e}"))
}

/// Where a tensor's bytes are: those from its first element to its last, which strides tell to reorder.
fn place(
    index: usize,
    tensor: Described,
    storages: &Storages,
    file_len: u64,
) -> Result<(String, Entry), String> {
    let Described { name, element, storage, offset, shape, strides } = tensor;
    let Element::Float(dtype) = element else { return Err(format!("`{name}` is no tensor of floats")) };
    let beyond = || format!("the tensor `{name}` goes on beyond its end");
    let (start, bytes) =
        *storages.get(&storage).ok_or_else(|| format!("the tensor `{name}` has no storage"))?;
    let span = span(&shape, &strides).ok_or_else(beyond)?;
    let size = element.bytes();
    let (offset, len) =
        (offset.checked_mul(size).ok_or_else(beyond)?, span.checked_mul(size).ok_or_else(beyond)?);
    let end = offset.checked_add(len).ok_or_else(beyond)?;
    if end > bytes || start.checked_add(end).is_none_or(|end| end > file_len) {
        return Err(beyond());
    }
    let strides = (strides != contiguous(&shape)).then_some(strides);
    Ok((name, Entry { file: index, dtype, shape, strides, start: start + offset, len: len as usize }))
}

/// Elements from the first to the last, that one included; `None` where that cannot be.
fn span(shape: &[usize], strides: &[usize]) -> Option<u64> {
    if shape.len() != strides.len() {
        return None;
    }
    shape.iter().try_fold(1_u64, |elements, n| elements.checked_mul(*n as u64))?;
    if shape.contains(&0) {
        return Some(0);
    }
    let mut last = 0_u64;
    for (n, stride) in shape.iter().zip(strides) {
        last = last.checked_add((*n as u64 - 1).checked_mul(*stride as u64)?)?;
    }
    last.checked_add(1)
}

fn contiguous(shape: &[usize]) -> Vec<usize> {
    let mut strides: Vec<usize> = shape
        .iter()
        .rev()
        .scan(1_usize, |stride, n| Some(std::mem::replace(stride, stride.wrapping_mul(*n))))
        .collect();
    strides.reverse();
    strides
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Reads a file from a place that moves on.
pub(super) struct Reader<'a> {
    pub(super) file: &'a WeightFile,
    pub(super) at: u64,
}

impl Read for Reader<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let left = self.file.len().saturating_sub(self.at);
        let count = (bytes.len() as u64).min(left) as usize;
        self.file.read(self.at, &mut bytes[..count])?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Reader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.file.len().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
