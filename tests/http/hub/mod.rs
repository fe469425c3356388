//! Models of the hub: downloaded into the cache, used from it, and every way in which that can fail.

mod command_line;
mod served;
pub(crate) mod stand_in;

use stand_in::StandIn;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A cache folder with what is asked about it.
pub(crate) struct CacheFolder(TempDir);

impl CacheFolder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    fn repo(&self) -> PathBuf {
        self.path().join("models--org--tiny")
    }

    pub(crate) fn snapshot_file(&self, commit: &str, file: &str) -> PathBuf {
        self.repo().join("snapshots").join(commit).join(file)
    }

    /// Files still coming.
    pub(crate) fn unfinished(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.repo().join("blobs")).into_iter().flatten();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "incomplete")).collect()
    }

    /// How a hub at `stand_in` is reached from here.
    pub(crate) fn settings(&self, stand_in: &StandIn) -> server::hub::Settings {
        let (endpoint, cache) = (stand_in.endpoint(), self.path().to_owned());
        server::hub::Settings { endpoint, cache, token: None, offline: false }
    }
}
