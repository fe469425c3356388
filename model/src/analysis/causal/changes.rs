//! What a changed activation of one block makes of the residual stream after it.

use super::recorded::Recorded;
use crate::cache::ActivationCache;
use crate::config::{BlockKind, Config, PositionKind};
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
        let unchanged = || self.run.at(self.layer, Site::MlpOut)?.index_select(&index, 0);
        if let Some(mlp_out) = mlp_out.map(Ok).or_else(|| self.parallel().then(unchanged)).transpose()? {
            given = given.with(self.name(Site::MlpOut), mlp_out);
        }
        self.given(resid_pre, at.to_vec(), given)
    }

    /// The residual stream after the block of runs whose residual stream before it is that of `donor` `[position, d_model]` at
    /// the positions `changed`, and this run's elsewhere: one after another, each from its first change on.
    ///
    /// What a position asks and offers, and in a parallel block what its MLP writes, depends on itself alone, so it is
    /// computed once for each of the two; only attention mixes them anew.
    pub(super) fn after(&self, donor: &Tensor, changed: &[Range<usize>]) -> Result<Tensor> {
        let tokens = self.run.tokens();
        let both = Tensor::cat(&[&self.run.at(self.layer, Site::ResidPre)?, donor], 0)?;
        let cache = self.by_position(&both, tokens)?;
        let segments: Vec<_> = changed.iter().flat_map(|changed| mixtures(changed, tokens)).collect();
        let rows: Vec<u32> = segments.iter().flat_map(|s| s.rows.clone()).map(|row| row as u32).collect();
        let all: Vec<u32> = (0..2 * tokens as u32).collect();
        let [q, k, v] = mixed(self.model.config()).map(|site| self.name(site));
        let qkv = [cache.get(q, &rows)?, cache.get(k, &all)?, cache.get(v, &all)?];
        let attn_out = self.model.attn_out(self.layer, qkv.each_ref(), &segments)?;
        let mut given = Given::default().with(self.name(Site::AttnOut), attn_out);
        if self.parallel() {
            given = given.with(self.name(Site::MlpOut), cache.get(self.name(Site::MlpOut), &rows)?);
        }
        let resid_pre = both.index_select(&Tensor::new(&rows[..], self.model.device())?, 0)?;
        self.given(resid_pre, rows.iter().map(|row| row % tokens as u32).collect(), given)
    }

    /// Of two runs of `tokens`, whose residual stream before the block is `both`: queries, keys, values and, in a parallel
    /// block, what its MLP writes.
    fn by_position(&self, both: &Tensor, tokens: usize) -> Result<ActivationCache> {
        let (mut names, mut given) = (mixed(self.model.config()).to_vec(), Given::default());
        if self.parallel() {
            names.push(Site::MlpOut);
        } else {
            given = given.with(self.name(Site::MlpOut), both.zeros_like()?);
        }
        let mut hooks = (given, Recorder::new(names.into_iter().map(|site| self.name(site)), &Rows::All));
        let runs = [0..tokens, tokens..2 * tokens].map(|rows| Segment { rows, context: Vec::new() });
        let positions = (0..2).flat_map(|_| 0..tokens as u32).collect();
        let mut pass = self.model.resume(self.layer, both.clone(), positions, runs.to_vec())?;
        self.model.advance(&mut pass, &mut hooks)?;
        Ok(hooks.1.into_cache())
    }

    fn parallel(&self) -> bool {
        self.model.config().block == BlockKind::Parallel
    }

    /// The residual stream after the block where attention, and maybe the MLP, are given: nothing asks which rows belong
    /// together.
    fn given(&self, resid_pre: Tensor, positions: Vec<u32>, mut given: Given) -> Result<Tensor> {
        let segments = vec![Segment { rows: 0..positions.len(), context: Vec::new() }];
        let mut pass = self.model.resume(self.layer, resid_pre, positions, segments)?;
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

/// What attention mixes: queries, keys and values.
fn mixed(config: &Config) -> [Site; 3] {
    match config.positions {
        PositionKind::Rotary { .. } => [Site::RotQ, Site::RotK, Site::V],
        PositionKind::Learned => [Site::Q, Site::K, Site::V],
    }
}

/// A run of `tokens` with the rows of another one at `changed`, from there on: rows of the one come first, then the other's.
fn mixtures(changed: &Range<usize>, tokens: usize) -> impl Iterator<Item = Segment> + use<> {
    let before = Some(0..changed.start).filter(|before| !before.is_empty());
    let other = tokens + changed.start..tokens + changed.end;
    let after = changed.end..tokens;
    let own = Segment { rows: other.clone(), context: before.iter().cloned().collect() };
    let later = Segment { rows: after, context: before.into_iter().chain([other]).collect() };
    [own, later].into_iter().filter(|segment| !segment.rows.is_empty())
}
