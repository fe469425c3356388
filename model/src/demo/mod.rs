//! The bundled model: a GPT-NeoX of 4 layers, 8 heads, d_model 256 and vocabulary 2,048, trained on generated English
//! (film reviews, indirect-object sentences, repeated syllables, facts, year ranges, agreement, pronouns).

/// `config.json`.
pub(crate) const CONFIG: &[u8] = include_bytes!("config.json");
/// `tokenizer.json`.
pub(crate) const TOKENIZER: &[u8] = include_bytes!("tokenizer.json");
/// `tokenizer_config.json`.
pub(crate) const TOKENIZER_CONFIG: &[u8] = include_bytes!("tokenizer_config.json");
/// `model.safetensors`, f16.
pub(crate) const WEIGHTS: &[u8] = include_bytes!("model.safetensors");
