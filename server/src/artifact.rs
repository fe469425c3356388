//! Files that appear whole or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Suffix of the files still being written.
pub const UNFINISHED: &str = ".part";

/// A file being written beside its final place; dropped without [`commit`](Self::commit), it leaves nothing.
#[derive(Debug)]
pub struct Artifact {
    writer: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl Artifact {
    /// Starts writing what will be the file at `path`, in the same folder, so that the last step is a rename.
    pub fn create(path: &Path) -> io::Result<Self> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?.to_string_lossy();
        let prefix = format!(".{name}.");
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(UNFINISHED);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        let file = builder.tempfile_in(folder)?;
        Ok(Self { writer: BufWriter::with_capacity(1 << 20, file), path: path.to_owned() })
    }

    /// Puts the file into its place, on the disk and not only in the system's memory.
    pub fn commit(self) -> io::Result<()> {
        let file = self.writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(&self.path).map_err(|e| e.error)?;
        sync_folder(&self.path)
    }
}

/// A rename is only durable once its folder is written.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) && !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

impl Write for Artifact {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_committed_file_is_whole_and_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result.safetensors");
        let mut artifact = Artifact::create(&path).unwrap();
        artifact.write_all(b"numbers").unwrap();
        assert!(!path.exists());
        artifact.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"numbers");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_abandoned_file_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut artifact = Artifact::create(&folder.path().join("result.safetensors")).unwrap();
        artifact.write_all(&vec![0; 3 << 20]).unwrap();
        drop(artifact);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        assert!(Artifact::create(Path::new("/nonexistent/folder/file")).is_err());
    }
}
