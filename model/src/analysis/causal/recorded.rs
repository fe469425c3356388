//! Whole runs, recorded at every position.

use crate::cache::ActivationCache;
use crate::config::{BlockKind, Config};
use crate::hook_name::{HookName, Site};
use crate::hooks::{Recorder, Rows};
use crate::packing::Batch;
use crate::transformer::Transformer;
use candle_core::{Result, Tensor};
use std::sync::Arc;

/// One sequence's run.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    cache: Arc<ActivationCache>,
    rows: Vec<u32>,
    /// At the last token, `[d_vocab]`.
    pub(super) logits: Tensor,
}

impl Recorded {
    /// Runs `sequences` in one batch, each laid out by itself, and records `names` everywhere.
    pub(super) fn run<const N: usize>(
        model: &Transformer,
        sequences: [&[u32]; N],
        names: impl IntoIterator<Item = HookName>,
    ) -> Result<[Self; N]> {
        let batch = Batch::separate(&sequences);
        let mut recorder = Recorder::new(names, &Rows::All);
        let logits = model.forward(&batch, &batch.last_rows(), &mut recorder)?;
        let cache = Arc::new(recorder.into_cache());
        let logits = (0..N).map(|i| logits.get(i)).collect::<Result<Vec<_>>>()?;
        Ok(std::array::from_fn(|i| Self {
            cache: Arc::clone(&cache),
            rows: batch.prompts[i].clone(),
            logits: logits[i].clone(),
        }))
    }

    /// Number of tokens.
    pub(super) fn tokens(&self) -> usize {
        self.rows.len()
    }

    /// A site at every position, `[position, …]`.
    pub(super) fn get(&self, name: HookName) -> Result<Tensor> {
        self.cache.get(name, &self.rows)
    }

    /// A site of a block at every position, `[position, …]`.
    pub(super) fn at(&self, layer: usize, site: Site) -> Result<Tensor> {
        self.get(HookName::block(layer, site))
    }

    /// The residual stream before each block, and after the last: `n_layers + 1` of `[position, d_model]`.
    pub(super) fn resid(&self, config: &Config) -> Result<Vec<Tensor>> {
        (0..=config.n_layers).map(|layer| self.get(resid_before(config, layer))).collect()
    }

    /// The residual stream before block `layer`, which may be one past the last, `[position, d_model]`.
    pub(super) fn before(&self, config: &Config, layer: usize) -> Result<Tensor> {
        self.get(resid_before(config, layer))
    }
}

/// The site that has the residual stream before block `layer`, which may be one past the last.
pub(super) fn resid_before(config: &Config, layer: usize) -> HookName {
    if layer < config.n_layers {
        HookName::block(layer, Site::ResidPre)
    } else {
        HookName::block(config.n_layers - 1, Site::ResidPost)
    }
}

/// What a run must have recorded so that something in it can be changed: the residual stream between blocks, what
/// attention writes, in a parallel block what the MLP writes too, and further `sites` of each block.
pub(super) fn names(config: &Config, sites: &[Site]) -> Vec<HookName> {
    let mut all = vec![Site::ResidPre, Site::AttnOut];
    if config.block == BlockKind::Parallel {
        all.push(Site::MlpOut);
    }
    all.extend(sites);
    let blocks = (0..config.n_layers).flat_map(|layer| all.iter().map(move |s| HookName::block(layer, *s)));
    blocks.chain([resid_before(config, config.n_layers)]).collect()
}
