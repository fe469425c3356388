//! A hash that names a checkpoint by its contents.

use super::source::Files;
use super::weight_file::WeightFile;
use blake3::{Hash, Hasher};
use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

/// A file as it was when it was hashed: path, size and time of change.
type State = (PathBuf, u64, SystemTime);

/// Weight files already hashed: hashing reads every byte.
static HASHED: LazyLock<Mutex<HashMap<State, Hash>>> = LazyLock::new(Mutex::default);

/// Bytes hashed at a time: enough for all cores.
const PIECE: usize = 16 << 20;

/// Begins a fingerprint with config and tokenizer, [`finish`]ed with the weights. JSON files enter as parsed, so spacing
/// does not count; file names and places do not enter, so a copy has the same fingerprint.
pub(super) fn begin(files: &Files) -> Hasher {
    let mut hasher = Hasher::new();
    for json in [Some(&files.config), Some(&files.tokenizer), files.tokenizer_config.as_ref()] {
        let text = json.map(ToString::to_string).unwrap_or_default();
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    }
    hasher
}

/// 32 hexadecimal digits over what was begun and the weights: reads every byte of theirs, unless it did so before.
pub(super) fn finish(mut begun: Hasher, weights: &[WeightFile]) -> Result<String, String> {
    for file in weights {
        begun.update(hash(file)?.as_bytes());
    }
    Ok(begun.finalize().to_hex()[..32].to_owned())
}

fn hash(file: &WeightFile) -> Result<Hash, String> {
    let unreadable = |e: io::Error| format!("cannot read {}: {e}", file.name);
    let Some(path) = file.path() else { return contents(file).map_err(unreadable) };
    let metadata = path.metadata().map_err(unreadable)?;
    let key = (path.to_owned(), metadata.len(), metadata.modified().map_err(unreadable)?);
    if let Some(hash) = HASHED.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Ok(*hash);
    }
    let hash = contents(file).map_err(unreadable)?;
    HASHED.lock().unwrap_or_else(PoisonError::into_inner).insert(key, hash);
    Ok(hash)
}

fn contents(file: &WeightFile) -> io::Result<Hash> {
    let mut hasher = Hasher::new();
    let mut piece = vec![0; PIECE.min(file.len() as usize)];
    let mut done = 0;
    while done < file.len() {
        let piece = &mut piece[..PIECE.min((file.len() - done) as usize)];
        file.read(done, piece)?;
        hasher.update_rayon(piece);
        done += piece.len() as u64;
    }
    Ok(hasher.finalize())
}
