//! Listing what can be loaded.

use super::Catalog;
use model::wire::{ModelListing, Precision};
use model::{BUNDLED, Device, Source};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// How deep below a root models are looked for: `organisation/model`, and one more.
const DEPTH: usize = 3;

/// Most folders looked into below one root.
const MOST_FOLDERS: usize = 2_000;

/// Which fingerprints a list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fingerprints {
    /// Those that were needed before.
    Known,
    /// All: every file is read.
    All,
}

impl Catalog {
    /// Every model that can be named, and why one cannot be loaded where that is so. Opens them all, so not for an async
    /// thread, but reads no weights: fingerprints are empty where they are not known yet, unless all are `wanted`.
    pub fn list(&self, device: &Device, wanted: Fingerprints) -> Vec<ModelListing> {
        let mut folders = BTreeMap::new();
        for root in &self.roots {
            let mut left = MOST_FOLDERS;
            find_models(root, root, DEPTH, &mut left, &mut folders);
        }
        let here = BUNDLED.map(|(name, source)| (name.to_owned(), "bundled", source));
        let below = folders.into_iter().map(|(name, path)| (name, "folder", Source::Folder(path)));
        let cached = self.hub.iter().flat_map(|hub| hub.cached());
        let cached = cached.map(|(name, source)| (name.to_string(), "hub", source));
        let all = here.into_iter().chain(below).chain(cached);
        all.map(|(name, kind, source)| self.describe(name, kind, source, device, wanted)).collect()
    }

    fn describe(
        &self,
        name: String,
        kind: &str,
        source: Source,
        device: &Device,
        wanted: Fingerprints,
    ) -> ModelListing {
        let opened = self.open_at(&name, source).and_then(|checkpoint| {
            if wanted == Fingerprints::All {
                checkpoint.fingerprint()?;
            }
            Ok(checkpoint)
        });
        let source = kind.to_owned();
        match opened {
            Ok(checkpoint) => ModelListing {
                name,
                source,
                info: Some(checkpoint.info(device, Precision::default())),
                n_ctx: Some(checkpoint.config().n_ctx),
                bos: checkpoint.tokens().bos().map(ToOwned::to_owned),
                parameters: Some(checkpoint.parameters()),
                memory_bytes: Some(checkpoint.weight_bytes()),
                loaded: Vec::new(),
                problem: None,
            },
            Err(error) => ModelListing {
                name,
                source,
                info: None,
                n_ctx: None,
                bos: None,
                parameters: None,
                memory_bytes: None,
                loaded: Vec::new(),
                problem: Some(match error {
                    model::Error::Model { message, .. } => message,
                    other => other.to_string(),
                }),
            },
        }
    }
}

/// Adds the folders with a `config.json` below `folder`, by their path below `root`; the first root of a name wins.
fn find_models(
    root: &Path,
    folder: &Path,
    depth: usize,
    left: &mut usize,
    found: &mut BTreeMap<String, PathBuf>,
) {
    let mut entries: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        if *left == 0 {
            return;
        }
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let Some(path) =
            entry.path().canonicalize().ok().filter(|path| path.is_dir() && path.starts_with(root))
        else {
            continue;
        };
        if hidden {
            continue;
        }
        *left -= 1;
        if path.join("config.json").is_file() {
            let below_root =
                entry.path().strip_prefix(root).ok().and_then(Path::to_str).map(ToOwned::to_owned);
            if let Some(name) = below_root {
                found.entry(name).or_insert(path);
            }
        } else if depth > 1 {
            find_models(root, &entry.path(), depth - 1, left, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_found_by_their_path_below_the_root() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["small", "org/large", ".cache/hidden", "a/b/c/too-deep"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
            fs::write(root.path().join(folder).join("config.json"), "{}").unwrap();
        }
        let catalog = Catalog::below(&[root.path().to_owned()]).unwrap();
        let listed = catalog.list(&Device::Cpu, Fingerprints::Known);
        let names: Vec<_> = listed.iter().map(|listing| listing.name.as_str()).collect();
        assert_eq!(names, ["demo", "demo-negative", "org/large", "small"]);
        assert!(listed[0].info.is_some() && listed[0].problem.is_none());
        assert!(listed[2].info.is_none() && listed[2].problem.is_some());
    }
}
