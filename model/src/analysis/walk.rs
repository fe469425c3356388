//! A forward pass over a few prompts, some blocks a step.

use super::chunks;
use crate::hooks::Hooks;
use crate::packing::Batch;
use crate::transformer::{Pass, Transformer};
use candle_core::{Result, Tensor, bail};

/// Bytes of attention patterns made at a time on a CPU; a layer's scores and their copies take a few times as much.
const PATTERN_BYTES: usize = 16 << 20;

/// A pass on its way, and what looks at it.
pub(super) struct Walk<H> {
    batch: Batch,
    pass: Option<Pass>,
    hooks: H,
}

impl<H: Hooks> Walk<H> {
    /// Over `ids`, with attention patterns made for some queries at a time. Rows are positions.
    pub(super) fn new(model: &Transformer, ids: &[u32], hooks: H) -> Self {
        Self::over(model, &[ids], hooks)
    }

    /// Over several prompts, each by itself, one after the other.
    pub(super) fn over(model: &Transformer, prompts: &[&[u32]], hooks: H) -> Self {
        let longest = prompts.iter().map(|ids| ids.len()).max().unwrap_or_default();
        let row_bytes = 4 * model.config().n_heads * longest;
        Self {
            batch: Batch::in_pieces(prompts, chunks::memory(model, PATTERN_BYTES) / row_bytes.max(1)),
            pass: None,
            hooks,
        }
    }

    /// Number of tokens.
    pub(super) fn tokens(&self) -> usize {
        self.batch.rows()
    }

    /// Runs as many blocks as one step should, and says how many have run.
    pub(super) fn step(&mut self, model: &Transformer) -> Result<usize> {
        let mut pass = match self.pass.take() {
            Some(pass) => pass,
            None => model.start(&self.batch, &mut self.hooks)?,
        };
        let until = pass.layers_done() + chunks::blocks(model, self.tokens());
        while pass.layers_done() < until.min(model.config().n_layers) {
            model.advance(&mut pass, &mut self.hooks)?;
        }
        Ok(self.pass.insert(pass).layers_done())
    }

    /// The logits at the last token `[1, d_vocab]`, once all blocks have run.
    pub(super) fn finish(&mut self, model: &Transformer) -> Result<Tensor> {
        let Some(pass) = &self.pass else { bail!("no block has run") };
        model.finish(pass, &self.batch.last_rows(), &mut self.hooks)
    }

    pub(super) fn hooks(&self) -> &H {
        &self.hooks
    }

    pub(super) fn hooks_mut(&mut self) -> &mut H {
        &mut self.hooks
    }
}
