//! What a changed activation of one block makes of the residual stream after it.

use super::recorded::Recorded;
use crate::config::BlockKind;
use crate::hook_name::{HookName, Site};
use crate::hooks::{Given, Patch, Recorder, Rows};
use crate::packing::Segment;
use crate::transformer::Transformer;
use candle_core::{Result, Tensor};
use std::ops::Range;

/// One block of a recorded run.
pub(super) struct Block<'a> {
    pub(super) model: &'a Transformer,
    pub(super) run: &'a Recorded,
    pub(super) layer: usize,
}

impl Block<'_> {
    fn name(&self, site: Site) -> HookName {
        HookName::block(self.layer, site)
    }

    /// The residual stream after the block, `[rows, d_model]`, at rows of the run's positions `at` where attention wrote
    /// `attn_out` `[rows, d_model]` instead, and the MLP, where that is given, `mlp_out`.
    ///
    /// In a parallel block the MLP does not see what attention writes, so the run's own `mlp_out` is taken.
    pub(super) fn written(&self, at: &[u32], attn_out: Tensor, mlp_out: Option<Tensor>) -> Result<Tensor> {
        let index = Tensor::new(at, self.model.device())?;
        let resid_pre = self.run.at(self.layer, Site::ResidPre)?.index_select(&index, 0)?;
        let mut given = Given::default().with(self.name(Site::AttnOut), attn_out);
        let parallel = self.model.config().block == BlockKind::Parallel;
        let unchanged = || self.run.at(self.layer, Site::MlpOut)?.index_select(&index, 0);
        if let Some(mlp_out) = mlp_out.map(Ok).or_else(|| parallel.then(unchanged)).transpose()? {
            given = given.with(self.name(Site::MlpOut), mlp_out);
        }
        // attention is given, so nothing asks which rows belong together
        let segments = vec![Segment { rows: 0..at.len(), context: Vec::new() }];
        let mut pass = self.model.resume(self.layer, resid_pre, at.to_vec(), segments)?;
        self.model.advance(&mut pass, &mut given)?;
        Ok(pass.resid().clone())
    }

    /// z `[position, head, d_head]` of all heads where `site` (q, k, v or pattern) has `values` `[rows, …]` at the
    /// positions `at` instead.
    pub(super) fn z_with(&self, site: Site, at: Vec<u32>, values: Tensor) -> Result<Tensor> {
        let tokens = self.run.tokens();
        let resid_pre = self.run.at(self.layer, Site::ResidPre)?;
        let segments = vec![Segment { rows: 0..tokens, context: Vec::new() }];
        let positions = (0..tokens as u32).collect();
        // nothing reads what the MLP would write
        let silent = Given::default().with(self.name(Site::MlpOut), resid_pre.zeros_like()?);
        let change = Patch::default().with(self.name(site), at, values);
        let mut hooks = ((change, silent), Recorder::new([self.name(Site::Z)], &Rows::All));
        let mut pass = self.model.resume(self.layer, resid_pre, positions, segments)?;
        self.model.advance(&mut pass, &mut hooks)?;
        let rows: Vec<u32> = (0..tokens as u32).collect();
        hooks.1.into_cache().get(self.name(Site::Z), &rows)
    }

    /// What each head writes more than in the run if its z is `z` `[position, head, d_head]` at `positions`:
    /// `[head, positions, d_model]`.
    pub(super) fn written_more(&self, z: &Tensor, positions: Range<usize>) -> Result<Tensor> {
        let config = self.model.config();
        let change = (z - self.run.at(self.layer, Site::Z)?)?;
        let by_head = change.narrow(0, positions.start, positions.len())?.transpose(0, 1)?.contiguous()?;
        let w_o = self.model.weights().blocks[self.layer].o.matrix()?;
        by_head.matmul(&w_o.reshape((config.n_heads, config.d_head, config.d_model))?)
    }
}
