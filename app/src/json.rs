//! Reading JSON.

use serde::de::DeserializeOwned;
use serde_json::{Result, Value};

/// Reads a value from JSON, by way of [`Value`]: frames are read so too, and each further kind of source would add
/// the code of every type once more to what a visitor downloads.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_value(serde_json::from_slice::<Value>(text.as_bytes())?)
}

/// Reads a number as a person or an address writes it. By the parser that is there anyway: the standard library's
/// would bring its own tables.
pub(crate) fn number(text: &str) -> Option<f64> {
    read::<f64>(text).ok().filter(|number| number.is_finite())
}
