//! A forward pass recorded at the prompts' last tokens.

use crate::cache::ActivationCache;
use crate::hook_name::HookName;
use crate::hooks::{Recorder, Rows};
use crate::packing::Batch;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use candle_core::{Result, Tensor};

/// What was recorded at the last token of each prompt.
pub(super) struct LastTokens {
    /// `[prompts, d_vocab]`.
    pub(super) logits: Tensor,
    cache: ActivationCache,
    rows: Vec<u32>,
}

impl LastTokens {
    /// Runs the prompts, common beginnings once, recording `names` at their last tokens.
    pub(super) fn run(
        model: &Transformer,
        prompts: &[EncodedPrompt],
        names: impl IntoIterator<Item = HookName>,
    ) -> Result<Self> {
        let ids: Vec<&[u32]> = prompts.iter().map(|p| p.ids.as_slice()).collect();
        let batch = Batch::shared(&ids);
        let rows = batch.last_rows();
        let mut wanted = rows.clone();
        wanted.sort_unstable();
        // the same prompt twice has one row
        wanted.dedup();
        let mut recorder = Recorder::new(names, &Rows::Only(wanted));
        let logits = model.forward(&batch, &rows, &mut recorder)?;
        Ok(Self { logits, cache: recorder.into_cache(), rows })
    }

    /// A site's values, `[prompts, …]`.
    pub(super) fn get(&self, name: HookName) -> Result<Tensor> {
        self.cache.get(name, &self.rows)
    }
}
