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

/// The files of a bundled model, as a Hugging Face folder has them; `None` for a name that is not bundled.
pub fn files(name: &str) -> Option<[(&'static str, &'static [u8]); 4]> {
    (name == "demo").then_some([
        ("config.json", CONFIG),
        ("tokenizer.json", TOKENIZER),
        ("tokenizer_config.json", TOKENIZER_CONFIG),
        ("model.safetensors", WEIGHTS),
    ])
}
