//! From a Hugging Face folder to canonical weights.
//!
//! [`Checkpoint::open`] is cheap: it reads the config and the tokenizer, checks the name, shape and extent of every
//! tensor against the config, and fingerprints the contents. [`weights`](Checkpoint::weights) reads the tensors and,
//! on request, folds them. A family is one file here that maps its config and tensor names; see `family`.

mod family;
mod fingerprint;
mod fold;
mod gpt2;
mod neox;
mod source;
mod tensors;
mod vocab_merges;
mod weight_file;
mod weights;

pub use source::Source;
pub use weights::{BlockWeights, Linear, NormWeights, Weights};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::tokens::Tokens;
use crate::wire::{ModelInfo, Processing};
use candle_core::Device;
use family::Family;
use source::Files;
use tensors::TensorFiles;

/// A checkpoint that was found whole: its config, tokenizer, tensor directory and fingerprint, not yet its weights.
#[derive(Debug)]
pub struct Checkpoint {
    name: String,
    config: Config,
    family: Family,
    tokens: Tokens,
    tensors: TensorFiles,
    fingerprint: String,
}

impl Checkpoint {
    /// Opens the checkpoint at `source`, calling it `name` in results and messages.
    ///
    /// # Errors
    /// [`Error::Model`] where a file is missing, unreadable or truncated, the config has an unsupported value, or a
    /// tensor is missing or of another shape than the config says.
    pub fn open(name: &str, source: &Source) -> Result<Self> {
        let bad = |message: String| Error::Model { name: name.to_owned(), message };
        let files = Files::find(source).map_err(bad)?;
        let (family, config) = family::read(&files.config).map_err(bad)?;
        let tokens =
            Tokens::load(&files.tokenizer, files.tokenizer_config.as_ref(), &files.config).map_err(bad)?;
        if tokens.highest_id() as usize >= config.d_vocab {
            return Err(bad(format!(
                "the tokenizer has ids up to {} but the model's vocabulary ends at {}: they do not belong together",
                tokens.highest_id(),
                config.d_vocab - 1
            )));
        }
        let tensors = TensorFiles::open(&files.weights).map_err(bad)?;
        family.check(&config, &tensors).map_err(bad)?;
        let fingerprint = fingerprint::of(&files).map_err(bad)?;
        Ok(Self { name: name.to_owned(), config, family, tokens, tensors, fingerprint })
    }

    /// The shape of the model.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Its tokenizer.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// As experiments name it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Hash of the checkpoint's contents: config, tokenizer and weights, wherever they lie.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Bytes of the weights once loaded, in f32.
    pub fn weight_bytes(&self) -> u64 {
        self.tensors.elements() * 4
    }

    /// What pages and results say of the model.
    pub fn info(&self, device: &Device) -> ModelInfo {
        let device = match device {
            Device::Cpu => "cpu".to_owned(),
            Device::Cuda(_) => "cuda:0".to_owned(),
            Device::Metal(_) => "metal".to_owned(),
        };
        ModelInfo {
            name: self.name.clone(),
            n_layers: self.config.n_layers,
            n_heads: self.config.n_heads,
            d_model: self.config.d_model,
            d_vocab: self.config.d_vocab,
            device,
            dtype: DTYPE_NAME.to_owned(),
            fingerprint: self.fingerprint.clone(),
        }
    }

    /// Reads the weights as f32 onto `device`, folded where asked.
    ///
    /// # Errors
    /// [`Error::Compute`] where the device refuses (out of memory, say).
    pub fn weights(&self, processing: Processing, device: &Device) -> Result<Weights> {
        let mut weights = self.family.weights(&self.config, &self.tensors)?;
        if processing == Processing::Folded {
            fold::fold(&mut weights)?;
        }
        Ok(weights.to_device(device)?)
    }
}

/// The precision everything is computed in; part of a result's identity.
pub const DTYPE_NAME: &str = "f32";
