//! One file from the hub into the cache: whole and checked, or not at all.
//!
//! It comes into `ETAG.incomplete` under a lock that the hub's other libraries respect, is hashed on the way, and gets
//! its name only when the hash is the one that the hub announced. A connection that breaks off is taken up where it
//! ended, now or when the file is next asked for.

use super::cache::{Cache, ContentHash};
use super::client::{HubClient, RemoteFile};
use super::name::HubName;
use super::trouble::Trouble;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Connections tried for one file before it is given up.
const ATTEMPTS: u32 = 4;

/// Pause before the second; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(250);

/// Pause before a lock that someone else holds is tried again.
const LOCK_PAUSE: Duration = Duration::from_millis(100);

/// Told how many bytes of the file are there; `false` gives the file up.
pub(super) type OnBytes<'a> = &'a mut dyn FnMut(u64) -> bool;

/// A file on its way.
pub(super) struct Download<'a> {
    pub(super) client: &'a HubClient,
    pub(super) cache: &'a Cache,
    pub(super) name: &'a HubName,
    pub(super) commit: &'a str,
    pub(super) file: &'a RemoteFile,
}

impl Download<'_> {
    /// Puts the file into the snapshot, from the cache where its contents are there already.
    pub(super) async fn run(&self, on_bytes: OnBytes<'_>) -> Result<(), Trouble> {
        let (blob, etag) = (self.cache.blob(self.name, &self.file.etag), &self.file.etag);
        let folder = |path: &Path| path.parent().map_or(Ok(()), fs::create_dir_all);
        let lock = self.cache.lock(self.name, etag);
        for path in [&blob, &lock] {
            folder(path).map_err(|e| Trouble::disk(path, &e))?;
        }
        let _held = self.lock(&lock, on_bytes).await?;
        if fs::metadata(&blob).is_ok_and(|there| there.len() == self.file.size) {
            on_bytes(self.file.size);
        } else {
            self.fetch(&blob, on_bytes).await?;
        }
        self.cache
            .link(self.name, self.commit, &self.file.name, etag)
            .map_err(|e| Trouble::disk(&self.cache.snapshot(self.name, self.commit), &e))
    }

    /// Waits while another process downloads the same.
    async fn lock(&self, path: &Path, on_bytes: OnBytes<'_>) -> Result<File, Trouble> {
        let file = File::create(path).map_err(|e| Trouble::disk(path, &e))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if !on_bytes(0) => return Err(Trouble::GivenUp),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(LOCK_PAUSE).await,
                Err(TryLockError::Error(e)) => return Err(Trouble::disk(path, &e)),
            }
        }
    }

    async fn fetch(&self, blob: &Path, on_bytes: OnBytes<'_>) -> Result<(), Trouble> {
        let mut part = Part::open(blob.with_extension("incomplete"), self.file)?;
        let mut attempt = 1;
        while part.len < self.file.size {
            match self.append(&mut part, on_bytes).await {
                Ok(()) => {}
                Err(Trouble::Unreachable(_)) if attempt < ATTEMPTS => {
                    tokio::time::sleep(PAUSE * 2_u32.pow(attempt - 1)).await;
                    attempt += 1;
                }
                Err(trouble) => return Err(trouble),
            }
        }
        part.finish(blob, &self.file.etag).map_err(|trouble| match trouble {
            Trouble::Refused(why) => Trouble::Refused(format!("{}: {why}", self.file.name)),
            other => other,
        })
    }

    /// What one connection gives.
    async fn append(&self, part: &mut Part, on_bytes: OnBytes<'_>) -> Result<(), Trouble> {
        let (mut response, begins) =
            self.client.contents(self.name, self.commit, self.file, part.len).await?;
        if begins == 0 && part.len > 0 {
            part.restart()?;
        }
        loop {
            let piece = tokio::select! {
                piece = response.chunk() => piece.map_err(|e| self.broken_off(part.len, &self.client.network(&e)))?,
                () = tokio::time::sleep(LOCK_PAUSE) => {
                    if !on_bytes(part.len) {
                        return Err(Trouble::GivenUp);
                    }
                    continue;
                }
            };
            let Some(piece) = piece else { break };
            part.write(&piece)?;
            if part.len > self.file.size {
                part.restart()?;
                return Err(
                    self.broken_off(self.file.size, &Trouble::Unreachable("it sent more than that".into()))
                );
            }
            if !on_bytes(part.len) {
                return Err(Trouble::GivenUp);
            }
        }
        if part.len < self.file.size {
            return Err(self.broken_off(part.len, &Trouble::Unreachable("the answer ended early".into())));
        }
        Ok(())
    }

    fn broken_off(&self, len: u64, trouble: &Trouble) -> Trouble {
        let RemoteFile { name, size, .. } = self.file;
        let why = match trouble {
            Trouble::Unreachable(why) | Trouble::Refused(why) => why.as_str(),
            Trouble::GivenUp => "given up",
        };
        Trouble::Unreachable(format!(
            "the download of {name} broke off after {len} of {size} bytes ({why}); ask again to go on from there"
        ))
    }
}

/// The part of a file that is there, with its hash so far.
struct Part {
    path: PathBuf,
    file: File,
    len: u64,
    size: u64,
    hash: ContentHash,
    fresh: ContentHash,
}

impl Part {
    /// Goes on with what an earlier attempt left.
    fn open(path: PathBuf, remote: &RemoteFile) -> Result<Self, Trouble> {
        let fresh = ContentHash::for_etag(&remote.etag, remote.size).ok_or_else(|| {
            Trouble::Refused(format!(
                "the hub does not say the hash of {}, so it cannot be checked",
                remote.name
            ))
        })?;
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(|e| Trouble::disk(&path, &e))?;
        let mut part = Self { path, file, len: 0, size: remote.size, hash: fresh.clone(), fresh };
        part.read_on()?;
        Ok(part)
    }

    fn read_on(&mut self) -> Result<(), Trouble> {
        let mut buffer = vec![0; 1 << 20];
        loop {
            let read = self.file.read(&mut buffer).map_err(|e| Trouble::disk(&self.path, &e))?;
            if read == 0 {
                break;
            }
            self.hash.update(&buffer[..read]);
            self.len += read as u64;
        }
        if self.len > self.size { self.restart() } else { Ok(()) }
    }

    fn restart(&mut self) -> Result<(), Trouble> {
        let emptied = self.file.set_len(0).and_then(|()| self.file.seek(SeekFrom::Start(0)));
        emptied.map_err(|e| Trouble::disk(&self.path, &e))?;
        (self.len, self.hash) = (0, self.fresh.clone());
        Ok(())
    }

    fn write(&mut self, piece: &[u8]) -> Result<(), Trouble> {
        self.file.write_all(piece).map_err(|e| Trouble::disk(&self.path, &e))?;
        self.hash.update(piece);
        self.len += piece.len() as u64;
        Ok(())
    }

    /// Gives the file its name, where it is what was announced, and otherwise removes it.
    fn finish(self, blob: &Path, etag: &str) -> Result<(), Trouble> {
        if self.hash.finish() != etag {
            // if it cannot be removed, the next attempt finds it as wrong as it is
            let _ = fs::remove_file(&self.path);
            return Err(Trouble::Refused(
                "what arrived is not what the hub announced (its hash differs), so it is thrown away; ask again"
                    .to_owned(),
            ));
        }
        let placed = self.file.sync_all().and_then(|()| fs::rename(&self.path, blob));
        placed.map_err(|e| Trouble::disk(blob, &e))
    }
}
