//! One weight file, read piece by piece.
//!
//! Reading and not mapping: the pages of a mapped checkpoint count as this process's memory beside its own copy of the
//! weights, and someone who truncates a mapped file ends the process.

use super::pytorch::Reader;
use std::fs::File;
use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A safetensors or PyTorch file: part of the binary, or on disk.
#[derive(Clone)]
pub(super) struct WeightFile {
    pub(super) name: String,
    contents: Contents,
}

#[derive(Clone)]
enum Contents {
    Bundled(&'static [u8]),
    OnDisk { file: Arc<File>, path: PathBuf, len: u64 },
}

impl WeightFile {
    pub(super) fn bundled(name: &str, bytes: &'static [u8]) -> Self {
        Self { name: name.to_owned(), contents: Contents::Bundled(bytes) }
    }

    /// Opens `folder/name`.
    pub(super) fn open(folder: &Path, name: String) -> Result<Self> {
        let path = folder.join(&name);
        let file = File::open(&path)?;
        let len = file.metadata()?.len();
        Ok(Self { name, contents: Contents::OnDisk { file: Arc::new(file), path, len } })
    }

    /// Its length in bytes when it was opened.
    pub(super) fn len(&self) -> u64 {
        match &self.contents {
            Contents::Bundled(bytes) => bytes.len() as u64,
            Contents::OnDisk { len, .. } => *len,
        }
    }

    /// Where it lies on disk.
    pub(super) fn path(&self) -> Option<&Path> {
        match &self.contents {
            Contents::Bundled(_) => None,
            Contents::OnDisk { path, .. } => Some(path),
        }
    }

    /// Reads it from its beginning.
    pub(super) fn reader(&self) -> Reader<'_> {
        Reader { file: self, at: 0 }
    }

    /// Fills `bytes` with what stands at `start`.
    pub(super) fn read(&self, start: u64, bytes: &mut [u8]) -> Result<()> {
        match &self.contents {
            Contents::OnDisk { file, .. } => file.read_exact_at(bytes, start),
            Contents::Bundled(all) => {
                let rest = all.get(start as usize..).unwrap_or_default();
                let piece = rest.get(..bytes.len()).ok_or(Error::from(ErrorKind::UnexpectedEof))?;
                bytes.copy_from_slice(piece);
                Ok(())
            }
        }
    }
}
