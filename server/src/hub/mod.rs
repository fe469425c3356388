//! Models of the Hugging Face hub, by way of the cache that every library of the hub shares.
//!
//! [`Hub::find`] makes of a name a snapshot with configuration and tokenizer, which is enough to plan an experiment:
//! its commit is the model's fingerprint. The weights come later, by [`Weights::fetch`], where someone waits for them.
//! What is in the cache is not asked for again; without a network, or where that is wanted, the cache alone serves.

mod cache;
mod client;
mod download;
mod files;
mod name;
mod pace;
mod settings;
mod trouble;

pub use name::HubName;
pub use pace::Pace;
pub use settings::{Settings, Token};

use cache::Cache;
use client::{HubClient, RemoteFile, Revision};
use download::Download;
use model::Source;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use trouble::Trouble;

/// How long it is believed which commit a branch is.
const BELIEVED: Duration = Duration::from_mins(1);

/// Names remembered that long.
const REMEMBERED: u64 = 64;

/// Small files whose hash is checked no second time.
const CHECKED: u64 = 4096;

/// The hub and its cache.
pub struct Hub {
    client: HubClient,
    cache: Cache,
    runtime: Handle,
    revisions: moka::sync::Cache<HubName, Arc<Revision>>,
    /// Files of the cache found sound, by path.
    sound: moka::sync::Cache<PathBuf, ()>,
}

/// A model of the hub, its weights perhaps still to come.
#[derive(Clone)]
pub struct Found {
    /// Where it is in the cache.
    pub source: Source,
    /// Its weights.
    pub weights: Weights,
}

/// The weight files of a snapshot.
#[derive(Clone)]
pub struct Weights {
    hub: Arc<Hub>,
    name: HubName,
    commit: String,
    files: Vec<RemoteFile>,
    missing: Vec<RemoteFile>,
}

/// Follows a download.
pub trait Watch {
    /// `done` of `total` bytes are there.
    fn bytes(&mut self, done: u64, total: u64);
    /// Whether someone still waits.
    fn is_wanted(&mut self) -> bool;
}

/// Why the weights are not there.
#[derive(Debug)]
pub enum Unfetched {
    /// Nobody waits any more.
    GivenUp,
    /// What went wrong and what to do.
    Failed(String),
}

impl Hub {
    /// The hub that the environment names.
    ///
    /// # Errors
    /// As [`Settings::from_env`] and [`Hub::new`].
    pub fn from_env(offline: bool, runtime: Handle) -> Result<Arc<Self>, String> {
        let mut settings = Settings::from_env()?;
        settings.offline |= offline;
        Self::new(settings, runtime).map(Arc::new)
    }

    /// A hub whose requests are driven by `runtime`.
    ///
    /// # Errors
    /// Where no secure connection can be made.
    pub fn new(settings: Settings, runtime: Handle) -> Result<Self, String> {
        let cache = Cache::new(settings.cache.clone());
        let revisions = moka::sync::Cache::builder().max_capacity(REMEMBERED).time_to_live(BELIEVED).build();
        let sound = moka::sync::Cache::new(CHECKED);
        Ok(Self { client: HubClient::new(settings)?, cache, runtime, revisions, sound })
    }

    /// The models that the cache holds, with where they are.
    pub fn cached(&self) -> Vec<(HubName, Source)> {
        let source = |(name, commit): (HubName, String)| {
            let source = Source::Snapshot { folder: self.cache.snapshot(&name, &commit), commit };
            (name, source)
        };
        self.cache.list().into_iter().map(source).collect()
    }

    /// Finds a model, downloading its small files where the cache lacks them. Blocks: not for an async thread.
    ///
    /// # Errors
    /// What keeps it from being found, and what to do.
    pub fn find(self: &Arc<Self>, name: &HubName) -> Result<Found, String> {
        if self.client.settings().offline {
            let switch = "HF_HUB_OFFLINE or --offline keeps hooklens from asking the hub";
            return self.find_in_cache(name, switch);
        }
        match self.runtime.block_on(self.ask(name)) {
            Ok(found) => Ok(found),
            Err(Trouble::Unreachable(why)) => {
                tracing::warn!(%name, why, "the hub cannot be asked; looking into its cache");
                self.find_in_cache(name, &why)
            }
            Err(Trouble::Refused(why)) => Err(why),
            Err(Trouble::GivenUp) => Err("given up".to_owned()),
        }
    }

    async fn ask(self: &Arc<Self>, name: &HubName) -> Result<Found, Trouble> {
        let revision = match self.revisions.get(name) {
            Some(revision) => revision,
            None => Arc::new(self.client.revision(name).await?),
        };
        let commit = &revision.commit;
        let folder = self.cache.snapshot(name, commit);
        let refused = |why: String| Trouble::Refused(format!("`{name}` on the hub cannot be used: {why}"));
        for file in revision.small().map_err(refused)? {
            if !has(&folder, file) {
                let download = Download { client: &self.client, cache: &self.cache, name, commit, file };
                download.run(&mut |_| true).await?;
            }
            self.check(&folder.join(&file.name), &mut |_| true).map_err(Trouble::Refused)?;
        }
        self.cache.note_commit(name, commit).map_err(|e| Trouble::disk(self.cache.root(), &e))?;
        self.revisions.insert(name.clone(), revision.clone());
        let files = revision.weights(&folder).map_err(refused)?;
        Ok(self.found(name, commit, files))
    }

    /// What the cache has; `why` says why the hub was not asked.
    fn find_in_cache(self: &Arc<Self>, name: &HubName, why: &str) -> Result<Found, String> {
        let root = self.cache.root().display();
        let commit = self.cache.commit(name).ok_or_else(|| {
            format!("`{name}` is not in the cache at {root}, and the hub cannot be asked: {why}")
        })?;
        let folder = self.cache.snapshot(name, &commit);
        let local = |file: String| {
            let size = folder.join(&file).metadata().ok()?.len();
            Some(RemoteFile { name: file, size, etag: String::new() })
        };
        let lacking = |what: &str| {
            format!(
                "`{name}` is only partly in the cache at {root} ({what}), and the hub cannot be asked: {why}"
            )
        };
        for small in ["config.json", "tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json"] {
            let path = folder.join(small);
            if path.exists() {
                self.check(&path, &mut |_| true)?;
            } else if small == "config.json" || path.is_symlink() {
                return Err(lacking(&format!("{small} is missing")));
            }
        }
        let names = model::checkpoint::weight_files(&folder)
            .map_err(|_missing| lacking("its weights are missing"))?;
        let files = names
            .into_iter()
            .map(|file| local(file.clone()).ok_or_else(|| lacking(&format!("{file} is missing"))));
        Ok(self.found(name, &commit, files.collect::<Result<_, _>>()?))
    }

    fn found(self: &Arc<Self>, name: &HubName, commit: &str, files: Vec<RemoteFile>) -> Found {
        let folder = self.cache.snapshot(name, commit);
        let missing = files.iter().filter(|file| !has(&folder, file)).cloned().collect();
        let (hub, name, commit) = (self.clone(), name.clone(), commit.to_owned());
        let source = Source::Snapshot { folder, commit: commit.clone() };
        Found { source, weights: Weights { hub, name, commit, files, missing } }
    }

    /// Checks a file of the cache against its hash, once.
    fn check(&self, path: &Path, piece: &mut dyn FnMut(u64) -> bool) -> Result<(), String> {
        if self.sound.contains_key(path) {
            return Ok(());
        }
        let unreadable = |e: std::io::Error| format!("{} cannot be read: {e}", path.display());
        if !cache::is_sound(path, piece).map_err(unreadable)? {
            let blob = path.canonicalize().map_err(unreadable)?;
            return Err(format!(
                "the cached file {} is damaged (its contents are not what its name says): delete {} and ask again",
                path.display(),
                blob.display()
            ));
        }
        self.sound.insert(path.to_owned(), ());
        Ok(())
    }
}

/// Whether a snapshot has a file, of the right length.
fn has(snapshot: &Path, file: &RemoteFile) -> bool {
    snapshot.join(&file.name).metadata().is_ok_and(|there| there.len() == file.size)
}

impl Weights {
    /// Whether all files are in the cache.
    pub fn are_here(&self) -> bool {
        self.missing.is_empty()
    }

    /// Downloads what is missing, and checks what was there. Blocks: not for an async thread.
    ///
    /// # Errors
    /// Where it is given up, or fails; then what came so far is kept and gone on with next time.
    pub fn fetch(&self, watch: &mut dyn Watch) -> Result<(), Unfetched> {
        let total = self.missing.iter().map(|file| file.size).sum();
        let mut before = 0;
        for file in &self.missing {
            let Hub { client, cache, runtime, .. } = &*self.hub;
            let download = Download { client, cache, name: &self.name, commit: &self.commit, file };
            let mut on_bytes = |bytes| {
                watch.bytes(before + bytes, total);
                watch.is_wanted()
            };
            runtime.block_on(download.run(&mut on_bytes)).map_err(|trouble| match trouble {
                Trouble::GivenUp => Unfetched::GivenUp,
                Trouble::Unreachable(why) | Trouble::Refused(why) => Unfetched::Failed(why),
            })?;
            before += file.size;
        }
        self.check_all(watch)
    }

    fn check_all(&self, watch: &mut dyn Watch) -> Result<(), Unfetched> {
        let folder = self.hub.cache.snapshot(&self.name, &self.commit);
        for file in &self.files {
            let path = folder.join(&file.name);
            if self.missing.contains(file) {
                // hashed while it came
                self.hub.sound.insert(path, ());
                continue;
            }
            let mut wanted = true;
            let checked = self.hub.check(&path, &mut |_| {
                wanted = watch.is_wanted();
                wanted
            });
            if !wanted {
                self.hub.sound.invalidate(&path);
                return Err(Unfetched::GivenUp);
            }
            checked.map_err(Unfetched::Failed)?;
        }
        Ok(())
    }
}
