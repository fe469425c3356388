//! One block: attention and MLP read the residual stream and write to it, one after the other or side by side.

use super::Transformer;
use crate::checkpoint::BlockWeights;
use crate::config::BlockKind;
use crate::hook_name::{HookName, Site};
use crate::kernels;
use crate::layers::attention::Attention;
use crate::layers::mlp;
use crate::layers::norm::Norm;
use crate::tap::Tap;
use candle_core::{Result, Tensor};

impl Transformer {
    /// `resid` `[rows, d_model]` as it is after block `layer`.
    pub(super) fn block(
        &self,
        layer: usize,
        weights: &BlockWeights,
        attention: &Attention<'_>,
        resid: Tensor,
        tap: &mut Tap<'_>,
    ) -> Result<Tensor> {
        let name = |site| HookName::block(layer, site);
        let eps = self.config.layer_norm_eps;
        let ln1 = Norm {
            weights: weights.ln1.as_ref(),
            eps,
            scale: name(Site::Ln1Scale),
            normalized: name(Site::Ln1Normalized),
        };
        let ln2 = Norm {
            weights: weights.ln2.as_ref(),
            eps,
            scale: name(Site::Ln2Scale),
            normalized: name(Site::Ln2Normalized),
        };

        let resid_pre = tap.at(name(Site::ResidPre), resid)?;
        let attn_out = match tap.given(name(Site::AttnOut)) {
            Some(given) => given,
            None => attention.forward(&ln1.forward(&resid_pre, tap)?, tap)?,
        };
        let attn_out = tap.at(name(Site::AttnOut), attn_out)?;
        let resid_pre = tap.kept(resid_pre)?;
        let mlp_input = match self.config.block {
            BlockKind::Sequential => tap.at(name(Site::ResidMid), sum([&resid_pre, &attn_out])?)?,
            BlockKind::Parallel => resid_pre,
        };
        let mlp_out = if let Some(given) = tap.given(name(Site::MlpOut)) {
            given
        } else {
            let normalized = ln2.forward(&mlp_input, tap)?;
            mlp::forward(weights, self.config.activation, layer, &normalized, tap)?
        };
        let mlp_out = tap.at(name(Site::MlpOut), mlp_out)?;
        let resid_post = match self.config.block {
            BlockKind::Sequential => sum([&mlp_input, &mlp_out])?,
            BlockKind::Parallel => sum([&mlp_input, &attn_out, &mlp_out])?,
        };
        tap.at(name(Site::ResidPost), resid_post)
    }
}

/// What is written to the residual stream, added up from the first to the last.
fn sum<const N: usize>(parts: [&Tensor; N]) -> Result<Tensor> {
    if let Some(sum) = kernels::sum(parts)? {
        return Ok(sum);
    }
    let mut total = parts[0].clone();
    for part in &parts[1..] {
        total = (total + *part)?;
    }
    Ok(total)
}
