//! A hash that names a checkpoint by its contents.

use super::source::{Files, WeightFile};
use blake3::{Hash, Hasher};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

/// A file as it was when it was hashed: path, size and time of change.
type State = (PathBuf, u64, SystemTime);

/// Weight files already hashed: hashing reads every byte.
static HASHED: LazyLock<Mutex<HashMap<State, Hash>>> = LazyLock::new(Mutex::default);

/// 32 hexadecimal digits over config, tokenizer and weights. JSON files enter as parsed, so spacing does not count;
/// file names and places do not enter, so a copy has the same fingerprint.
pub(super) fn of(files: &Files) -> Result<String, String> {
    let mut hasher = Hasher::new();
    for json in [Some(&files.config), Some(&files.tokenizer), files.tokenizer_config.as_ref()] {
        let text = json.map(ToString::to_string).unwrap_or_default();
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    }
    for file in &files.weights {
        hasher.update(hash(file)?.as_bytes());
    }
    Ok(hasher.finalize().to_hex()[..32].to_owned())
}

fn hash(file: &WeightFile) -> Result<Hash, String> {
    let contents = || Hasher::new().update_rayon(file.bytes.as_ref()).finalize();
    let Some(path) = &file.path else { return Ok(contents()) };
    let unreadable = |e| format!("cannot read {}: {e}", file.name);
    let metadata = path.metadata().map_err(unreadable)?;
    let key = (path.clone(), metadata.len(), metadata.modified().map_err(unreadable)?);
    if let Some(hash) = HASHED.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Ok(*hash);
    }
    let hash = contents();
    HASHED.lock().unwrap_or_else(PoisonError::into_inner).insert(key, hash);
    Ok(hash)
}
