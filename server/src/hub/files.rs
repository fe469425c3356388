//! Which files of a repository a model needs: no more than these are downloaded.

use super::client::{RemoteFile, Revision};
use model::checkpoint::{WEIGHT_FILES, weight_files};
use std::path::Path;

/// Largest configuration, tokenizer or index: these are read whole, and before anyone waits for them.
const SMALL: u64 = 64 << 20;

impl Revision {
    /// The files read before the weights: configuration, tokenizer, the index of sharded weights.
    pub(super) fn small(&self) -> Result<Vec<&RemoteFile>, String> {
        let mut needed =
            vec![self.find("config.json").ok_or("it has no config.json, so it is no model to load")?];
        match self.find("tokenizer.json") {
            Some(file) => needed.push(file),
            None => needed.extend(["vocab.json", "merges.txt"].iter().filter_map(|name| self.find(name))),
        }
        needed.extend(self.find("tokenizer_config.json"));
        let weights = WEIGHT_FILES.iter().find_map(|name| self.find(name)).ok_or_else(|| {
            format!("it has no weights that can be read: neither {}", WEIGHT_FILES.join(" nor "))
        })?;
        if has_extension(&weights.name, "json") {
            needed.push(weights);
        }
        match needed.iter().find(|file| file.size > SMALL) {
            Some(file) => {
                Err(format!("its {} has {} bytes, which is no configuration", file.name, file.size))
            }
            None => Ok(needed),
        }
    }

    /// The weight files, once the small ones are in `snapshot`.
    pub(super) fn weights(&self, snapshot: &Path) -> Result<Vec<RemoteFile>, String> {
        let single = WEIGHT_FILES
            .iter()
            .find_map(|name| self.find(name))
            .filter(|file| !has_extension(&file.name, "json"));
        if let Some(single) = single {
            return Ok(vec![single.clone()]);
        }
        let shards = weight_files(snapshot)?;
        let find = |name: &String| {
            self.find(name).cloned().ok_or_else(|| format!("its index names {name}, which it does not have"))
        };
        shards.iter().map(find).collect()
    }

    fn find(&self, name: &str) -> Option<&RemoteFile> {
        self.files.iter().find(|file| file.name == name)
    }
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revision(names: &[&str]) -> Revision {
        let file = |name: &&str| RemoteFile { name: (*name).to_owned(), size: 9, etag: "e".to_owned() };
        Revision { commit: "c".to_owned(), files: names.iter().map(file).collect() }
    }

    fn small(names: &[&str]) -> Result<Vec<String>, String> {
        let revision = revision(names);
        revision.small().map(|files| files.iter().map(|file| file.name.clone()).collect())
    }

    #[test]
    fn only_what_is_read_is_needed() {
        let all = [
            "README.md",
            "config.json",
            "flax_model.msgpack",
            "merges.txt",
            "model.safetensors",
            "tokenizer.json",
            "tokenizer_config.json",
            "vocab.json",
        ];
        assert_eq!(small(&all).unwrap(), ["config.json", "tokenizer.json", "tokenizer_config.json"]);
        let old = ["config.json", "merges.txt", "model.safetensors.index.json", "vocab.json"];
        assert_eq!(
            small(&old).unwrap(),
            ["config.json", "vocab.json", "merges.txt", "model.safetensors.index.json"]
        );
        let weights = revision(&all).weights(Path::new("/nonexistent")).unwrap();
        assert_eq!(weights[0].name, "model.safetensors");
    }

    #[test]
    fn a_repository_that_is_no_model_says_why() {
        assert!(small(&["README.md"]).unwrap_err().contains("config.json"));
        assert!(small(&["config.json", "flax_model.msgpack"]).unwrap_err().contains("model.safetensors"));
    }
}
