//! The Hugging Face cache on disk, shared with every other library that uses it.
//!
//! ```text
//! models--org--name/refs/main                 the commit of a revision
//! models--org--name/snapshots/COMMIT/FILE  →  ../../blobs/ETAG
//! models--org--name/blobs/ETAG                contents, named by their hash; ETAG.incomplete while they come
//! .locks/models--org--name/ETAG.lock          held by whoever downloads
//! ```

use super::name::{HubName, is_commit};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A cache folder.
#[derive(Clone, Debug)]
pub(super) struct Cache {
    root: PathBuf,
}

/// The hash that names a blob: SHA-256 of large files, git's SHA-1 of all others.
#[derive(Clone)]
pub(super) enum ContentHash {
    Large(Sha256),
    Small(Sha1),
}

impl ContentHash {
    /// The hash that `etag` is, of contents of `size` bytes; `None` where it is neither.
    pub(super) fn for_etag(etag: &str, size: u64) -> Option<Self> {
        let hexadecimal = etag.bytes().all(|b| b.is_ascii_hexdigit());
        match etag.len() {
            64 if hexadecimal => Some(Self::Large(Sha256::new())),
            40 if hexadecimal => Some(Self::Small(Sha1::new_with_prefix(format!("blob {size}\0")))),
            _ => None,
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Large(hasher) => hasher.update(bytes),
            Self::Small(hasher) => hasher.update(bytes),
        }
    }

    /// In hexadecimal digits.
    pub(super) fn finish(self) -> String {
        match self {
            Self::Large(hasher) => hexadecimal(&hasher.finalize()),
            Self::Small(hasher) => hexadecimal(&hasher.finalize()),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

impl Cache {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The commit that a revision was when it was last asked for.
    pub(super) fn commit(&self, name: &HubName) -> Option<String> {
        if let Some(commit) = name.commit() {
            return Some(commit.to_owned());
        }
        let text = fs::read_to_string(self.reference(name)).ok()?;
        Some(text.trim().to_owned()).filter(|commit| is_commit(commit))
    }

    /// Notes which commit a revision is.
    pub(super) fn note_commit(&self, name: &HubName, commit: &str) -> io::Result<()> {
        if name.commit().is_some() || self.commit(name).as_deref() == Some(commit) {
            return Ok(());
        }
        let path = self.reference(name);
        let folder = path.parent().ok_or(io::ErrorKind::NotFound)?;
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        io::Write::write_all(&mut file, commit.as_bytes())?;
        file.persist(&path)?;
        Ok(())
    }

    fn reference(&self, name: &HubName) -> PathBuf {
        self.root.join(name.folder()).join("refs").join(&name.revision)
    }

    /// The folder with the files of one commit.
    pub(super) fn snapshot(&self, name: &HubName, commit: &str) -> PathBuf {
        self.root.join(name.folder()).join("snapshots").join(commit)
    }

    pub(super) fn blob(&self, name: &HubName, etag: &str) -> PathBuf {
        self.root.join(name.folder()).join("blobs").join(etag)
    }

    pub(super) fn lock(&self, name: &HubName, etag: &str) -> PathBuf {
        self.root.join(".locks").join(name.folder()).join(format!("{etag}.lock"))
    }

    /// Puts a blob into a snapshot under a plain file name.
    pub(super) fn link(&self, name: &HubName, commit: &str, file: &str, etag: &str) -> io::Result<()> {
        let folder = self.snapshot(name, commit);
        fs::create_dir_all(&folder)?;
        let target = Path::new("../../blobs").join(etag);
        let place = folder.join(file);
        if fs::read_link(&place).is_ok_and(|linked| linked == target) {
            return Ok(());
        }
        // made aside and renamed: whoever looks sees the old link or the new one
        let aside = folder.join(format!(".{file}.{}", uuid::Uuid::new_v4().simple()));
        std::os::unix::fs::symlink(&target, &aside)?;
        fs::rename(&aside, &place).inspect_err(|_| drop(fs::remove_file(&aside)))
    }

    /// Every revision of every model that has a configuration here.
    pub(super) fn list(&self) -> Vec<(HubName, String)> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.root).into_iter().flatten().flatten() {
            let folder = entry.file_name().to_string_lossy().into_owned();
            let refs = entry.path().join("refs");
            let mut revisions = Vec::new();
            collect_files(&refs, &refs, &mut revisions);
            let names = revisions.iter().filter_map(|revision| HubName::from_folder(&folder, revision));
            found.extend(names.filter_map(|name| self.commit(&name).map(|commit| (name, commit))));
        }
        found.retain(|(name, commit)| self.snapshot(name, commit).join("config.json").is_file());
        found.sort();
        found
    }
}

/// Files below `folder` by their path from `root`.
fn collect_files(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect_files(root, &path, found);
        } else if let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str) {
            found.push(name.to_owned());
        }
    }
}

/// Whether a file of a snapshot is what its blob's name says. Where nothing names it (a cache without links), it is
/// taken for good. `piece` is told how many bytes are done, and ends it early with `false`, which counts as good.
pub(super) fn is_sound(path: &Path, piece: &mut dyn FnMut(u64) -> bool) -> io::Result<bool> {
    let blob = path.canonicalize()?;
    let mut file = File::open(&blob)?;
    let size = file.metadata()?.len();
    let etag = blob.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some(mut hash) = ContentHash::for_etag(etag, size) else { return Ok(true) };
    let mut buffer = vec![0; 1 << 20];
    let mut done = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hash.finish() == etag);
        }
        hash.update(&buffer[..read]);
        done += read as u64;
        if !piece(done) {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENTS: &[u8] = b"hello\n";
    /// `git hash-object` of them.
    const GIT: &str = "ce013625030ba8dba906f756967f9e9ca394464a";
    /// `sha256sum` of them.
    const SHA256: &str = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";

    #[test]
    fn blobs_are_named_as_the_hub_names_them() {
        for etag in [GIT, SHA256] {
            let mut hash = ContentHash::for_etag(etag, CONTENTS.len() as u64).unwrap();
            hash.update(CONTENTS);
            assert_eq!(hash.finish(), etag);
        }
        assert!(ContentHash::for_etag("W/abc", 6).is_none());
    }

    #[test]
    fn a_linked_file_is_found_listed_and_checked() {
        let root = tempfile::tempdir().unwrap();
        let cache = Cache::new(root.path().to_owned());
        let name: HubName = "org/tiny@refs/pr/1".parse().unwrap();
        let commit = "0123456789012345678901234567890123456789";
        assert_eq!(cache.commit(&name), None);
        cache.note_commit(&name, commit).unwrap();
        assert_eq!(cache.commit(&name).as_deref(), Some(commit));
        let blob = cache.blob(&name, GIT);
        fs::create_dir_all(blob.parent().unwrap()).unwrap();
        fs::write(&blob, CONTENTS).unwrap();
        cache.link(&name, commit, "config.json", GIT).unwrap();
        cache.link(&name, commit, "config.json", GIT).unwrap();
        let path = cache.snapshot(&name, commit).join("config.json");
        assert_eq!(fs::read(&path).unwrap(), CONTENTS);
        assert_eq!(cache.list(), [(name, commit.to_owned())]);
        assert!(is_sound(&path, &mut |_| true).unwrap());
        fs::write(&blob, b"jello\n").unwrap();
        assert!(!is_sound(&path, &mut |_| true).unwrap());
    }
}
