//! Which models there are, by name, and opening them.
//!
//! A name is `demo`, the bundled model, or a folder. Over HTTP only folders below a `--models` folder count, named
//! relative to it: no absolute path, no `..`, no symbolic link that leads out. On the command line any folder does.

mod listing;

use model::{Checkpoint, Error, Source};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// The bundled model's name.
pub const DEMO: &str = "demo";

/// Checkpoints kept open: configuration, tokenizer and tensor directory, not weights.
const OPEN_KEPT: u64 = 16;

/// What changes when a file of a model folder does: names, lengths and times, in order.
type Stamp = Vec<(String, u64, Option<SystemTime>)>;

/// The models that may be loaded.
pub struct Catalog {
    /// The `--models` folders, canonical.
    roots: Vec<PathBuf>,
    /// Whether any folder will do.
    any_folder: bool,
    open: moka::sync::Cache<Source, (Stamp, Arc<Checkpoint>)>,
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
        Ok(Self { roots, any_folder: false, open: moka::sync::Cache::new(OPEN_KEPT) })
    }

    /// Also takes any folder by its path.
    #[must_use]
    pub fn and_any_folder(mut self) -> Self {
        self.any_folder = true;
        self
    }

    /// Opens a model by the name an experiment gives it. May read whole files: not for an async thread.
    ///
    /// # Errors
    /// [`Error::Model`] where the name is not allowed or not known, or the checkpoint is not whole.
    pub fn open(&self, name: &str) -> Result<Arc<Checkpoint>, Error> {
        let source = self.find(name).map_err(|message| Error::Model { name: name.to_owned(), message })?;
        let stamp = match &source {
            Source::Demo => Stamp::new(),
            Source::Folder(folder) => stamp(folder),
        };
        let name = name.trim_end_matches('/');
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

    fn find(&self, name: &str) -> Result<Source, String> {
        if name == DEMO {
            return Ok(Source::Demo);
        }
        if self.any_folder && Path::new(name).is_dir() {
            return Ok(Source::Folder(PathBuf::from(name)));
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
                return Ok(Source::Folder(path));
            }
            return Err("this is a file; name the folder that it is in".to_owned());
        }
        Err(self.unknown("there is no such model"))
    }

    /// `what`, followed by what can be done about it.
    fn unknown(&self, what: &str) -> String {
        let folders = match (self.any_folder, self.roots.is_empty()) {
            (true, _) => "any folder in the Hugging Face format works, by its path",
            (false, false) => "`hooklens models` and GET /api/models list what there is",
            (false, true) => {
                "this server offers only `demo`; start it with --models DIR to offer folders below DIR"
            }
        };
        format!(
            "{what}; {folders}. Names on the Hugging Face hub cannot be loaded in this version: download the model \
             to a folder first"
        )
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
        catalog.find(name).unwrap_err()
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
        assert_eq!(catalog.find("org/small"), Ok(Source::Folder(found)));
        assert_eq!(catalog.find("demo"), Ok(Source::Demo));
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
        assert!(refusal(&catalog, "EleutherAI/pythia-70m").contains("hub"));
    }

    #[test]
    fn on_the_command_line_any_folder_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::below(&[]).unwrap().and_any_folder();
        let path = folder.path().to_str().unwrap();
        assert_eq!(catalog.find(path), Ok(Source::Folder(folder.path().to_owned())));
    }

    #[test]
    fn a_root_that_is_not_there_is_named() {
        let error = Catalog::below(&[PathBuf::from("/nonexistent/models")]).err().unwrap();
        assert!(error.contains("/nonexistent/models"), "{error}");
    }
}
