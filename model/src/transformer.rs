//! The forward pass, as residual-stream algebra over packed rows:
//!
//! ```text
//! resid_pre₀ = embed (+ pos_embed)
//! sequential: resid_mid = resid_pre + attn_out(ln1 resid_pre);  resid_post = resid_mid + mlp_out(ln2 resid_mid)
//! parallel:   resid_post = resid_pre + attn_out(ln1 resid_pre) + mlp_out(ln2 resid_pre)
//! logits = ln_final(resid_post) W_U + b_U
//! ```
//!
//! Every intermediate named in [`Site`] is offered to the [`Hooks`]; the model itself stores nothing.

mod block;

use crate::checkpoint::{Checkpoint, Weights};
use crate::config::{Config, PositionKind};
use crate::hook_name::{HookName, Site};
use crate::hooks::{Hooks, NoHooks};
use crate::keys_values::KeysValues;
use crate::layers::attention::Attention;
use crate::layers::norm::Norm;
use crate::layers::rotary::Rotary;
use crate::packing::{Batch, Segment};
use crate::tap::{Tap, rows_after_keys};
use crate::wire::Variant;
use candle_core::{Device, Result, Tensor, bail};

/// A forward pass between two blocks.
#[derive(Debug)]
pub struct Pass {
    /// The residual stream, `[rows, d_model]`.
    resid: Tensor,
    /// Position of each row in its sequence.
    positions: Vec<u32>,
    rotary: Option<Rotary>,
    segments: Vec<Segment>,
    /// The block that is next.
    layer: usize,
    /// What it continues, with its own keys and values as far as it is.
    past: Option<KeysValues>,
    /// The rows that will be read at the end, where that is known.
    read: Option<Vec<u32>>,
    /// The batch rows that the residual stream still has, where they are not all.
    kept: Option<Vec<u32>>,
}

impl Pass {
    /// How many blocks have run.
    pub fn layers_done(&self) -> usize {
        self.layer
    }

    /// Nothing but the rows `read` will be read once all blocks have run, so that the last one computes no more than
    /// these, and those that hooks want.
    pub fn read_only(&mut self, read: &[u32]) {
        self.read = Some(read.to_vec());
    }

    /// The residual stream before the next block, `[rows, d_model]`.
    pub fn resid(&self) -> &Tensor {
        &self.resid
    }

    /// Position of each row in its sequence.
    pub fn positions(&self) -> &[u32] {
        &self.positions
    }

    /// The keys and values that it continued, its own among them once all blocks have run: what a next pass continues.
    /// `None` where none were kept.
    ///
    /// # Errors
    /// Never on a pass whose residual stream has rows.
    pub fn into_past(self) -> Result<Option<KeysValues>> {
        let rows = self.resid.dim(0)?;
        Ok(self.past.map(|past| past.complete(rows)))
    }
}

/// A model with its weights on a device.
#[derive(Debug)]
pub struct Transformer {
    config: Config,
    weights: Weights,
    device: Device,
}

impl Transformer {
    /// Reads the weights of a checkpoint onto a device, as `variant` has them.
    ///
    /// # Errors
    /// As [`Checkpoint::weights`].
    pub fn load(
        checkpoint: &Checkpoint,
        variant: impl Into<Variant>,
        device: &Device,
    ) -> crate::Result<Self> {
        let weights = checkpoint.weights(variant.into(), device)?;
        Ok(Self { config: checkpoint.config().clone(), weights, device: device.clone() })
    }

    /// Of weights that are at hand, on the device where they are.
    pub fn new(config: Config, weights: Weights) -> Self {
        let device = weights.embed.device().clone();
        Self { config, weights, device }
    }

    /// Its shape.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Its weights.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Where it computes.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Runs a batch and returns the logits `[read, d_vocab]` at the rows `read`; the unembedding and what only it
    /// needs are computed nowhere else, unless a hook asks.
    ///
    /// # Errors
    /// Whatever the device or a hook gives.
    pub fn forward(&self, batch: &Batch, read: &[u32], hooks: &mut dyn Hooks) -> Result<Tensor> {
        let mut pass = self.start(batch, hooks)?;
        pass.read_only(read);
        while pass.layer < self.config.n_layers {
            self.advance(&mut pass, hooks)?;
        }
        self.finish(&pass, read, hooks)
    }

    /// Embeds a batch: the beginning of a [`forward`](Self::forward) in pieces, for those who let others work between
    /// two blocks.
    ///
    /// # Errors
    /// Whatever the device or a hook gives.
    pub fn start(&self, batch: &Batch, hooks: &mut dyn Hooks) -> Result<Pass> {
        let resid = self.embed(batch, &mut Tap::new(hooks))?;
        self.resume(0, resid, batch.positions.clone(), batch.segments.clone())
    }

    /// As [`start`](Self::start), for a batch whose rows come after those of `past`, and see those of them that its
    /// segments name.
    ///
    /// # Errors
    /// Where the batch continues another number of rows, and as [`start`](Self::start).
    pub fn start_after(&self, past: KeysValues, batch: &Batch, hooks: &mut dyn Hooks) -> Result<Pass> {
        if batch.past != past.rows() {
            bail!("the batch continues {} rows, and {} are there", batch.past, past.rows());
        }
        Ok(Pass { past: Some(past), ..self.start(batch, hooks)? })
    }

    /// A pass that goes on before block `layer` with the residual stream of another one: `resid` `[rows, d_model]`, with
    /// the rows' positions and the segments they belong to.
    ///
    /// # Errors
    /// Whatever the device gives.
    pub fn resume(
        &self,
        layer: usize,
        resid: Tensor,
        positions: Vec<u32>,
        segments: Vec<Segment>,
    ) -> Result<Pass> {
        let rotary = self.rotary(&positions)?;
        Ok(Pass { resid, positions, rotary, segments, layer, past: None, read: None, kept: None })
    }

    /// Further rows join a pass before its next block: `resid` `[rows, d_model]`, their positions, and the segments they
    /// belong to, whose context may be rows that are already there.
    ///
    /// # Errors
    /// Whatever the device gives.
    pub fn join(
        &self,
        pass: &mut Pass,
        resid: &Tensor,
        positions: &[u32],
        segments: impl IntoIterator<Item = Segment>,
    ) -> Result<()> {
        if let Some(kept) = &mut pass.kept {
            let first = pass.positions.len() as u32;
            kept.extend(first..first + positions.len() as u32);
        }
        pass.resid = Tensor::cat(&[&pass.resid, resid], 0)?;
        pass.positions.extend(positions);
        pass.segments.extend(segments);
        pass.rotary = self.rotary(&pass.positions)?;
        Ok(())
    }

    fn rotary(&self, positions: &[u32]) -> Result<Option<Rotary>> {
        match self.config.positions {
            PositionKind::Rotary { dims, base } => Rotary::new(dims, base, positions, &self.device).map(Some),
            PositionKind::Learned => Ok(None),
        }
    }

    /// Runs the next block.
    ///
    /// # Errors
    /// Whatever the device or a hook gives; after the last block, that there is none.
    pub fn advance(&self, pass: &mut Pass, hooks: &mut dyn Hooks) -> Result<()> {
        let Some(weights) = self.weights.blocks.get(pass.layer) else { bail!("all blocks have run") };
        let read = pass.read.as_deref().filter(|_| pass.layer + 1 == self.config.n_layers);
        let kept = read.and_then(|read| rows_after_keys(hooks, pass.layer, read));
        let attention = Attention {
            config: &self.config,
            weights,
            layer: pass.layer,
            rotary: pass.rotary.as_ref(),
            segments: &pass.segments,
            past: pass.past.as_ref(),
            read: kept.as_deref(),
        };
        pass.resid = self.block(pass.layer, weights, &attention, pass.resid.clone(), &mut Tap::new(hooks))?;
        pass.layer += 1;
        pass.kept = kept;
        Ok(())
    }

    /// attn_out of a layer, `[queries, d_model]`, from queries, keys and values `[rows, head, d_head]` after rotary. Queries
    /// are those of the segments, in order, which count keys and values.
    ///
    /// # Errors
    /// Whatever the device gives.
    pub(crate) fn attn_out(&self, layer: usize, qkv: [&Tensor; 3], segments: &[Segment]) -> Result<Tensor> {
        let (config, weights) = (&self.config, &self.weights.blocks[layer]);
        let attention = Attention { config, weights, layer, rotary: None, segments, past: None, read: None };
        attention.of(qkv, &mut Tap::new(&mut NoHooks))
    }

    /// The logits `[read, d_vocab]` at the rows `read`, once all blocks have run.
    ///
    /// # Errors
    /// Whatever the device or a hook gives.
    pub fn finish(&self, pass: &Pass, read: &[u32], hooks: &mut dyn Hooks) -> Result<Tensor> {
        self.weights.unembed.forward(&self.ln_final(pass, read, hooks)?)
    }

    /// The logits of some tokens alone, `[read, tokens]`, at the rows `read`, once all blocks have run.
    ///
    /// # Errors
    /// Whatever the device gives.
    pub fn finish_at(&self, pass: &Pass, read: &[u32], tokens: &[u32]) -> Result<Tensor> {
        self.weights.unembed.forward_at(&self.ln_final(pass, read, &mut NoHooks)?, tokens)
    }

    fn embed(&self, batch: &Batch, tap: &mut Tap<'_>) -> Result<Tensor> {
        let look_up = |table: &Tensor, at: &[u32]| table.index_select(&Tensor::new(at, &self.device)?, 0);
        let embed = tap.at(HookName::top(Site::Embed), look_up(&self.weights.embed, &batch.ids)?)?;
        let Some(pos_embed) = &self.weights.pos_embed else { return Ok(embed) };
        let pos_embed = tap.at(HookName::top(Site::PosEmbed), look_up(pos_embed, &batch.positions)?)?;
        embed + pos_embed
    }

    /// The final norm at `read`, `[read, d_model]`; at every row where a hook wants more than that.
    fn ln_final(&self, pass: &Pass, read: &[u32], hooks: &mut dyn Hooks) -> Result<Tensor> {
        let (resid, tap) = (&pass.resid, &mut Tap::new(hooks));
        if let Some(rows) = &pass.kept {
            tap.keep(rows.clone());
        }
        let norm = Norm {
            weights: self.weights.ln_final.as_ref(),
            eps: self.config.layer_norm_eps,
            scale: HookName::top(Site::LnFinalScale),
            normalized: HookName::top(Site::LnFinalNormalized),
        };
        let read_index = Tensor::new(tap.places(read)?, &self.device)?;
        let hooked = tap.wants(norm.scale) || tap.wants(norm.normalized);
        if hooked {
            return norm.forward(resid, tap)?.index_select(&read_index, 0);
        }
        norm.forward(&resid.index_select(&read_index, 0)?, tap)
    }
}
