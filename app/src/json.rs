//! Reading JSON.

use serde::de::DeserializeOwned;
use serde_json::{Result, Value};

/// Reads a value from JSON, by way of [`Value`]: frames are read so too, and each further kind of source would add
/// the code of every type once more to what a visitor downloads.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_value(serde_json::from_str::<Value>(text)?)
}
