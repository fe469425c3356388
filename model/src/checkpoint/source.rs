//! Where a checkpoint's files are, and reading them.

use super::vocab_merges;
use super::weight_file::WeightFile;
use crate::demo;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A place to load a checkpoint from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The bundled model.
    Demo,
    /// The bundled model, tuned to end reviews badly.
    DemoNegative,
    /// A Hugging Face folder: `config.json`, `tokenizer.json` (or `vocab.json` and `merges.txt`), and the first of
    /// [`WEIGHT_FILES`] that it has.
    Folder(PathBuf),
    /// Such a folder whose contents have a name already, the commit of a hub's repository: it is the fingerprint. The
    /// weights may still be missing while the other files are there.
    Snapshot {
        /// Where the files are.
        folder: PathBuf,
        /// Names the contents, all of them.
        commit: String,
    },
}

/// Where weights are, first choice first: in one file, or in those that an index names.
pub const WEIGHT_FILES: [&str; 4] = [
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
];

/// The files of one checkpoint beside its weights.
pub(super) struct Files {
    pub(super) config: Value,
    pub(super) tokenizer: Value,
    pub(super) tokenizer_config: Option<Value>,
}

impl Files {
    /// Finds the files; the error says which is missing and where it was looked for.
    pub(super) fn find(source: &Source) -> Result<Self, String> {
        match source {
            Source::Demo | Source::DemoNegative => Self::bundled(),
            Source::Folder(folder) | Source::Snapshot { folder, .. } => Self::in_folder(folder),
        }
    }

    fn bundled() -> Result<Self, String> {
        Ok(Self {
            config: parse("config.json", demo::CONFIG)?,
            tokenizer: parse("tokenizer.json", demo::TOKENIZER)?,
            tokenizer_config: Some(parse("tokenizer_config.json", demo::TOKENIZER_CONFIG)?),
        })
    }

    fn in_folder(folder: &Path) -> Result<Self, String> {
        if !folder.is_dir() {
            return Err(format!("`{}` is not a folder", folder.display()));
        }
        let Some(config) = read_json(folder, "config.json")? else {
            return Err("the folder has no config.json, so it is not a Hugging Face model folder".to_owned());
        };
        let tokenizer = tokenizer(folder)?;
        let tokenizer_config = read_json(folder, "tokenizer_config.json")?;
        Ok(Self { config, tokenizer, tokenizer_config })
    }
}

/// Opens the weight files; the error says which is missing.
pub(super) fn weights(source: &Source) -> Result<Vec<WeightFile>, String> {
    let folder = match source {
        Source::Demo | Source::DemoNegative => {
            let bytes = demo::weights(source).transpose()?.unwrap_or_default();
            return Ok(vec![WeightFile::bundled("model.safetensors", bytes)]);
        }
        Source::Folder(folder) | Source::Snapshot { folder, .. } => folder,
    };
    let open =
        |name: String| WeightFile::open(folder, name.clone()).map_err(|e| format!("cannot open {name}: {e}"));
    weight_files(folder)?.into_iter().map(open).collect()
}

/// `tokenizer.json`, or what older GPT-2 folders have in its place.
fn tokenizer(folder: &Path) -> Result<Value, String> {
    if let Some(tokenizer) = read_json(folder, "tokenizer.json")? {
        return Ok(tokenizer);
    }
    let merges = folder.join("merges.txt");
    let (Some(vocab), true) = (read_json(folder, "vocab.json")?, merges.is_file()) else {
        return Err(
            "the folder has no tokenizer.json (nor vocab.json with merges.txt); save it with transformers' \
                    `AutoTokenizer.from_pretrained(...).save_pretrained(folder)`"
                .to_owned(),
        );
    };
    let merges = fs::read_to_string(merges).map_err(|e| format!("cannot read merges.txt: {e}"))?;
    vocab_merges::tokenizer(&vocab, &merges)
}

/// The names of a folder's weight files: the single one, or those its index names.
///
/// # Errors
/// Where the folder has neither, or the index cannot be read.
pub fn weight_files(folder: &Path) -> Result<Vec<String>, String> {
    let Some(found) = WEIGHT_FILES.iter().find(|name| folder.join(name).is_file()) else {
        return Err(format!(
            "the folder has neither {}; save it with transformers' `model.save_pretrained(folder)`",
            WEIGHT_FILES.join(" nor ")
        ));
    };
    match read_index(folder, found)? {
        Some(index) => indexed(found, &index),
        None => Ok(vec![(*found).to_owned()]),
    }
}

/// `None` for a file that is no index.
fn read_index(folder: &Path, name: &str) -> Result<Option<Value>, String> {
    if Path::new(name).extension().is_some_and(|extension| extension == "json") {
        return read_json(folder, name);
    }
    Ok(None)
}

/// The files that an index names.
fn indexed(from: &str, index: &Value) -> Result<Vec<String>, String> {
    let map = index["weight_map"].as_object().ok_or_else(|| format!("{from} has no `weight_map`"))?;
    let mut names = Vec::new();
    for file in map.values() {
        let name =
            file.as_str().ok_or_else(|| format!("{from}: `weight_map` must map names to file names"))?;
        if Path::new(name).file_name().is_none_or(|last| last != name) {
            return Err(format!("{from} names `{name}`, which is not a plain file name"));
        }
        names.push(name.to_owned());
    }
    names.sort();
    names.dedup();
    Ok(names)
}

fn parse(name: &str, bytes: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(bytes).map_err(|e| format!("{name} is not valid JSON: {e}"))
}

/// `None` where there is no such file.
fn read_json(folder: &Path, name: &str) -> Result<Option<Value>, String> {
    let path = folder.join(name);
    if !path.is_file() {
        return Ok(None);
    }
    let bytes = fs::read(&path).map_err(|e| format!("cannot read {name}: {e}"))?;
    parse(name, &bytes).map(Some)
}
