//! Results that are files: safetensors, one a run, in a folder of their own.

use crate::artifact::{Artifact, UNFINISHED};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Age from which an unfinished file is taken for the leftover of a process that was killed.
const LEFTOVER_AGE: Duration = Duration::from_hours(24);

/// The folder `activations/` of a data folder.
#[derive(Clone, Debug)]
pub struct Files {
    folder: PathBuf,
}

impl Files {
    /// Opens the folder, making it where it is missing, and removes what killed processes left unfinished.
    pub fn open(data: &Path) -> io::Result<Self> {
        let folder = data.join("activations");
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)?.flatten() {
            let unfinished = entry.file_name().to_string_lossy().ends_with(UNFINISHED);
            let age = entry.metadata().and_then(|metadata| metadata.modified()).map(|time| time.elapsed());
            if unfinished && matches!(age, Ok(Ok(age)) if age > LEFTOVER_AGE) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(Self { folder })
    }

    /// Starts the file of a run.
    pub fn create(&self, id: &str) -> io::Result<Artifact> {
        Artifact::create(&self.path(id))
    }

    /// Where the file of a run is, if it has one. `id` must be one that the server gave out.
    pub fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.safetensors"))
    }
}
