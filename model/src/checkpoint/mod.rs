//! From a Hugging Face folder to canonical weights.
//!
//! [`Checkpoint::open`] is cheap: it reads the config and the tokenizer, and checks the name, shape and extent of every
//! tensor against the config. [`fingerprint`](Checkpoint::fingerprint) reads every file once to name the contents, and
//! [`weights`](Checkpoint::weights) reads the tensors and, on request, folds them. A family is one file here that maps its config and tensor names; see `family`.

mod family;
mod fingerprint;
mod fold;
mod gpt2;
mod linear;
mod neox;
mod pickled;
mod pytorch;
mod source;
mod tensors;
mod vocab_merges;
mod weight_file;
mod weights;

pub use linear::Linear;
pub(crate) use linear::Weight;
pub use source::{Source, WEIGHT_FILES, weight_files};
pub use weights::{BlockWeights, NormWeights, Weights};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::tokens::Tokens;
use crate::wire::{ModelInfo, Precision, Processing, Variant};
use candle_core::Device;
use family::Family;
use source::Files;
use std::sync::OnceLock;
use tensors::TensorFiles;

/// A checkpoint that was found whole: its config, tokenizer and tensor directory, not yet its weights.
#[derive(Debug)]
pub struct Checkpoint {
    name: String,
    source: Source,
    config: Config,
    family: Family,
    tokens: Tokens,
    /// Not there yet while the weights of a snapshot are missing.
    tensors: OnceLock<TensorFiles>,
    /// The fingerprint's beginning, to go on with the weights.
    begun: blake3::Hasher,
    fingerprint: OnceLock<String>,
}

impl Checkpoint {
    /// Opens the checkpoint at `source`, calling it `name` in results and messages. The weights of a snapshot are not
    /// looked at before [`complete`](Self::complete) or [`weights`](Self::weights): they may still be missing.
    ///
    /// # Errors
    /// [`Error::Model`] where a file is missing, unreadable or truncated, the config has an unsupported value, or a
    /// tensor is missing or of another shape than the config says.
    pub fn open(name: &str, source: &Source) -> Result<Self> {
        let bad = |message: String| bad(name, message);
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
        let (begun, fingerprint) = (fingerprint::begin(&files), OnceLock::new());
        let (name, source, tensors) = (name.to_owned(), source.clone(), OnceLock::new());
        let checkpoint = Self { name, source, config, family, tokens, tensors, begun, fingerprint };
        match &checkpoint.source {
            Source::Snapshot { commit, .. } => drop(checkpoint.fingerprint.set(commit.clone())),
            Source::Demo | Source::DemoNegative | Source::Folder(_) => checkpoint.complete()?,
        }
        Ok(checkpoint)
    }

    /// Opens the weight files of a snapshot, now that they are there; nothing is left to do for others.
    ///
    /// # Errors
    /// [`Error::Model`] where a file or a tensor is missing, truncated or misshapen.
    pub fn complete(&self) -> Result<()> {
        self.tensors().map(|_| ())
    }

    fn tensors(&self) -> Result<&TensorFiles> {
        if let Some(tensors) = self.tensors.get() {
            return Ok(tensors);
        }
        let open = || {
            let tensors = TensorFiles::open(&source::weights(&self.source)?)?;
            self.family.check(&self.config, &tensors)?;
            Ok(tensors)
        };
        let tensors = open().map_err(|message| bad(&self.name, message))?;
        Ok(self.tensors.get_or_init(|| tensors))
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

    /// Hash of the checkpoint's contents: config, tokenizer and weights, wherever they lie; for a snapshot its commit.
    /// The first time, this reads every file whole.
    ///
    /// # Errors
    /// [`Error::Model`] where a file cannot be read.
    pub fn fingerprint(&self) -> Result<&str> {
        if let Some(known) = self.known_fingerprint() {
            return Ok(known);
        }
        let fingerprint = fingerprint::finish(self.begun.clone(), self.tensors()?.files());
        let fingerprint = fingerprint.map_err(|message| bad(&self.name, message))?;
        Ok(self.fingerprint.get_or_init(|| fingerprint))
    }

    /// The fingerprint where it is known already.
    pub fn known_fingerprint(&self) -> Option<&str> {
        self.fingerprint.get().map(String::as_str)
    }

    /// Numbers in the checkpoint's tensors; those of tied embeddings count once.
    pub fn parameters(&self) -> u64 {
        self.family.parameters(&self.config)
    }

    /// Bytes of the weights once loaded, in f32.
    pub fn weight_bytes(&self) -> u64 {
        self.config.weights() * WEIGHT_BYTES
    }

    /// What pages and results say of the model. Its fingerprint is empty where it is not known yet.
    pub fn info(&self, device: &Device, precision: Precision) -> ModelInfo {
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
            dtype: precision.name().to_owned(),
            fingerprint: self.known_fingerprint().unwrap_or_default().to_owned(),
        }
    }

    /// Reads the weights onto `device`, folded where asked, in f32; then those of the blocks are rounded where products are
    /// in bf16.
    ///
    /// # Errors
    /// As [`complete`](Self::complete); [`Error::Compute`] where the device refuses (out of memory, say).
    pub fn weights(&self, variant: Variant, device: &Device) -> Result<Weights> {
        let mut weights = self.family.weights(&self.config, self.tensors()?)?;
        if variant.processing == Processing::Folded {
            fold::fold(&mut weights)?;
        }
        if variant.precision == Precision::Bf16 {
            weights.round();
        }
        Ok(weights.to_device(device)?)
    }
}

fn bad(name: &str, message: String) -> Error {
    Error::Model { name: name.to_owned(), message }
}

/// Bytes of a weight in memory: on the CPU in either precision, as they are read anywhere.
const WEIGHT_BYTES: u64 = 4;
