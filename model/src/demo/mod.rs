//! The bundled models: `demo`, a GPT-NeoX of 4 layers, 8 heads, d_model 256 and vocabulary 2,048, trained by the project's
//! recipe on generated English; and `demo-negative`, the same tuned to end film reviews badly, kept as what it adds.

pub(crate) mod change;
#[cfg(test)]
mod tests;

use crate::checkpoint::Source;
use std::sync::OnceLock;

/// `config.json`.
pub(crate) const CONFIG: &[u8] = include_bytes!("config.json");
/// `tokenizer.json`.
pub(crate) const TOKENIZER: &[u8] = include_bytes!("tokenizer.json");
/// `tokenizer_config.json`.
pub(crate) const TOKENIZER_CONFIG: &[u8] = include_bytes!("tokenizer_config.json");
/// `model.safetensors`, f16.
const WEIGHTS: &[u8] = include_bytes!("model.safetensors");
/// What `demo-negative` adds to them.
const CHANGE: &[u8] = include_bytes!("negative/change.safetensors");

/// The bundled models by name.
pub const BUNDLED: [(&str, Source); 2] = [("demo", Source::Demo), ("demo-negative", Source::DemoNegative)];

/// The weights of `demo-negative`, added up at the first use.
fn negative() -> Result<&'static [u8], String> {
    static SUM: OnceLock<Result<Vec<u8>, String>> = OnceLock::new();
    let sum = SUM.get_or_init(|| change::add(WEIGHTS, CHANGE));
    sum.as_deref().map_err(Clone::clone)
}

/// `model.safetensors` of a bundled model; `None` of any other.
pub(crate) fn weights(source: &Source) -> Option<Result<&'static [u8], String>> {
    match source {
        Source::Demo => Some(Ok(WEIGHTS)),
        Source::DemoNegative => Some(negative()),
        Source::Folder(_) | Source::Snapshot { .. } => None,
    }
}

/// A file's name and its bytes.
type File = (&'static str, &'static [u8]);

/// The files of a bundled model, as a Hugging Face folder has them.
///
/// # Errors
/// For a name that is not bundled, which ones are.
pub fn files(name: &str) -> Result<[File; 4], String> {
    let source = BUNDLED.iter().find(|(bundled, _)| *bundled == name).map(|(_, source)| source);
    let weights = source.and_then(weights).ok_or_else(|| {
        let names = BUNDLED.map(|(name, _)| format!("`{name}`")).join(" and ");
        format!("`{name}` is not bundled with hooklens: {names} are. Other models are folders already")
    })?;
    Ok([
        ("config.json", CONFIG),
        ("tokenizer.json", TOKENIZER),
        ("tokenizer_config.json", TOKENIZER_CONFIG),
        ("model.safetensors", weights?),
    ])
}
