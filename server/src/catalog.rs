//! Which models there are, by name, and opening them.
//!
//! A name is that of a bundled model, `demo` or `demo-negative`, a folder, or, where that is allowed, a model of the Hugging
//! Face hub. Over HTTP only folders below a `--models` folder count, named relative to it: no absolute path, no `..`, no
//! symbolic link that leads out. On the command line any folder does.

mod listing;
mod pair;

pub use listing::Fingerprints;
pub use pair::Models;

use crate::hub::{Hub, HubName, Weights};
use model::{Checkpoint, Error, Source};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// Why a server takes no names on the hub unless told to.
const NO_HUB: &str = "models of the Hugging Face hub are loaded where the server is started with --allow-hub";

/// Checkpoints kept open: configuration, tokenizer and tensor directory, not weights.
const OPEN_KEPT: u64 = 64;

/// What changes when a file of a model folder does: names, lengths and times, in order.
type Stamp = Vec<(String, u64, Option<SystemTime>)>;

/// The models that may be loaded.
pub struct Catalog {
    /// The `--models` folders, canonical.
    roots: Vec<PathBuf>,
    /// Whether any folder will do.
    any_folder: bool,
    /// Where models of the hub come from, or why they are not taken.
    hub: Result<Arc<Hub>, String>,
    open: moka::sync::Cache<Source, (Stamp, Arc<Checkpoint>)>,
}

/// A model whose configuration and tokenizer are read.
#[derive(Clone)]
pub struct Opened {
    /// What is known of it.
    pub checkpoint: Arc<Checkpoint>,
    /// Weights that are to be downloaded or checked before they are read.
    pub weights: Option<Weights>,
}

/// A model that was found but not opened.
struct Place {
    source: Source,
    weights: Option<Weights>,
}

impl From<Source> for Place {
    fn from(source: Source) -> Self {
        Self { source, weights: None }
    }
}

impl Catalog {
    /// Offers the bundled model and folders below `roots`.
    ///
    /// # Errors
    /// Where a root is not a folder.
    pub fn below(roots: &[PathBuf]) -> Result<Self, String> {
        let canonical = |root: &PathBuf| {
            root.canonicalize()
                .ok()
                .filter(|path| path.is_dir())
                .ok_or_else(|| format!("--models {}: there is no such folder", root.display()))
        };
        let roots = roots.iter().map(canonical).collect::<Result<_, _>>()?;
        Ok(Self {
            roots,
            any_folder: false,
            hub: Err(NO_HUB.to_owned()),
            open: moka::sync::Cache::new(OPEN_KEPT),
        })
    }

    /// Also takes any folder by its path.
    #[must_use]
    pub fn and_any_folder(mut self) -> Self {
        self.any_folder = true;
        self
    }

    /// Also takes models of the hub, or says why it cannot.
    #[must_use]
    pub fn and_hub(mut self, hub: Result<Arc<Hub>, String>) -> Self {
        self.hub = hub;
        self
    }

    /// Opens a model by the name an experiment gives it. May read whole files and ask the hub: not for an async thread.
    ///
    /// # Errors
    /// [`Error::Model`] where the name is not allowed or not known, or the checkpoint is not whole.
    pub fn open(&self, name: &str) -> Result<Opened, Error> {
        let found = self.find(name).map_err(|message| Error::Model { name: name.to_owned(), message })?;
        let checkpoint = self.open_at(name.trim_end_matches('/'), found.source)?;
        if found.weights.as_ref().is_none_or(Weights::are_here) {
            checkpoint.complete()?;
        }
        Ok(Opened { checkpoint, weights: found.weights })
    }

    fn open_at(&self, name: &str, source: Source) -> Result<Arc<Checkpoint>, Error> {
        let stamp = match &source {
            Source::Demo | Source::DemoNegative => Stamp::new(),
            Source::Folder(folder) | Source::Snapshot { folder, .. } => stamp(folder),
        };
        if let Some((opened, checkpoint)) = self.open.get(&source)
            && opened == stamp
            && checkpoint.name() == name
        {
            return Ok(checkpoint);
        }
        let checkpoint = Arc::new(Checkpoint::open(name, &source)?);
        self.open.insert(source, (stamp, checkpoint.clone()));
        Ok(checkpoint)
    }

    fn find(&self, name: &str) -> Result<Place, String> {
        if let Some(source) = self.find_folder(name)? {
            return Ok(source.into());
        }
        let no_folder = || self.unknown("there is no such model");
        let hub = self.hub.as_ref().map_err(|_why| no_folder())?;
        let hub_name: HubName = name
            .parse()
            .map_err(|why: String| format!("{}; and as a name on the hub: {why}", no_folder()))?;
        let found = hub.find(&hub_name).map_err(|why| format!("there is no such folder, and {why}"))?;
        Ok(Place { source: found.source, weights: Some(found.weights) })
    }

    /// `None` where nothing is called so.
    fn find_folder(&self, name: &str) -> Result<Option<Source>, String> {
        if let Some((_, source)) = model::BUNDLED.iter().find(|(bundled, _)| *bundled == name) {
            return Ok(Some(source.clone()));
        }
        if self.any_folder && Path::new(name).is_dir() {
            return Ok(Some(Source::Folder(PathBuf::from(name))));
        }
        if self.any_folder && Path::new(name).exists() {
            return Err("this is a file; name the folder that it is in".to_owned());
        }
        let relative = Path::new(name);
        let plain = relative.components().all(|part| matches!(part, Component::Normal(_)));
        if name.is_empty() || !plain || name.contains(['\\', '\0']) {
            return Err(self.unknown("a model is named by its path below a --models folder, without `..`"));
        }
        for root in &self.roots {
            let Ok(path) = root.join(relative).canonicalize() else { continue };
            if !path.starts_with(root) {
                return Err("it is a symbolic link that leads out of its --models folder; \
                            start hooklens with --models for where it leads to"
                    .to_owned());
            }
            if path.is_dir() {
                return Ok(Some(Source::Folder(path)));
            }
            return Err("this is a file; name the folder that it is in".to_owned());
        }
        Ok(None)
    }

    /// `what`, followed by what can be done about it.
    fn unknown(&self, what: &str) -> String {
        let folders = match (self.any_folder, self.roots.is_empty()) {
            (true, _) => "any folder in the Hugging Face format works, by its path, and any name on the hub",
            (false, false) => "`hooklens models` and GET /api/models list what there is",
            (false, true) => "start the server with --models DIR to offer folders below DIR",
        };
        let hub = match &self.hub {
            Ok(_) => String::new(),
            Err(why) => format!("; {why}"),
        };
        format!("{what}; {folders}{hub}")
    }
}

/// Fails soft: what cannot be read here is an error with a better message when the checkpoint is opened.
fn stamp(folder: &Path) -> Stamp {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut stamp: Stamp = entries
        .filter_map(|entry| {
            let metadata = fs::metadata(entry.path()).ok()?;
            Some((entry.file_name().to_string_lossy().into_owned(), metadata.len(), metadata.modified().ok()))
        })
        .collect();
    stamp.sort();
    stamp
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(catalog: &Catalog, name: &str) -> String {
        catalog.find(name).err().unwrap()
    }

    fn source(catalog: &Catalog, name: &str) -> Source {
        catalog.find(name).ok().unwrap().source
    }

    #[test]
    fn over_http_only_folders_below_a_root_are_found() {
        let outside = tempfile::tempdir().unwrap();
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("org/small")).unwrap();
        fs::write(root.path().join("notes.txt"), "").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(outside.path(), root.path().join("escape")).unwrap();
        let catalog = Catalog::below(&[root.path().to_owned()]).unwrap();

        let found = root.path().canonicalize().unwrap().join("org/small");
        assert_eq!(source(&catalog, "org/small"), Source::Folder(found));
        assert_eq!(source(&catalog, "demo"), Source::Demo);
        for name in ["", "..", "../x", "org/../..", "/etc", "org\\small", "./org/small", "a\0b"] {
            assert!(refusal(&catalog, name).contains("below a --models folder"), "{name}");
        }
        assert!(refusal(&catalog, "other").contains("no such model"));
        assert!(refusal(&catalog, "notes.txt").contains("this is a file"));
        #[cfg(unix)]
        assert!(refusal(&catalog, "escape").contains("symbolic link"));
    }

    #[test]
    fn without_roots_the_message_says_how_to_offer_folders() {
        let catalog = Catalog::below(&[]).unwrap();
        assert!(refusal(&catalog, "EleutherAI/pythia-70m").contains("--models DIR"));
        assert!(refusal(&catalog, "EleutherAI/pythia-70m").contains("--allow-hub"));
    }

    #[test]
    fn on_the_command_line_any_folder_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::below(&[]).unwrap().and_any_folder();
        let path = folder.path().to_str().unwrap();
        assert_eq!(source(&catalog, path), Source::Folder(folder.path().to_owned()));
    }

    #[test]
    fn a_root_that_is_not_there_is_named() {
        let error = Catalog::below(&[PathBuf::from("/nonexistent/models")]).err().unwrap();
        assert!(error.contains("/nonexistent/models"), "{error}");
    }
}
