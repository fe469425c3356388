//! The residual stream from layer to layer, as a logit lens reads it (nostalgebraist 2020).

use crate::config::{BlockKind, Config};
use crate::hook_name::{HookName, Site};
use crate::wire::Norm;
use candle_core::{D, Result, Tensor};

/// Where the residual stream is read: before each layer (and between its halves), and at the end.
pub(crate) fn sites(config: &Config) -> Vec<HookName> {
    let halves: &[Site] = match config.block {
        BlockKind::Sequential => &[Site::ResidPre, Site::ResidMid],
        BlockKind::Parallel => &[Site::ResidPre],
    };
    let layers =
        (0..config.n_layers).flat_map(|layer| halves.iter().map(move |s| HookName::block(layer, *s)));
    layers.chain([HookName::block(config.n_layers - 1, Site::ResidPost)]).collect()
}

/// `0_pre`, (`0_mid`,) `1_pre`, …, `final_post`: TransformerLens's labels of [`sites`].
pub(super) fn labels(config: &Config) -> Vec<String> {
    let label = |name: HookName| match (name.site, name.layer) {
        (Site::ResidPre, Some(layer)) => format!("{layer}_pre"),
        (Site::ResidMid, Some(layer)) => format!("{layer}_mid"),
        _ => "final_post".to_owned(),
    };
    sites(config).into_iter().map(label).collect()
}

/// What `resid` `[rows, d_model]` is divided by, `[rows, 1]`: `cached`, the final norm's scale of the same rows, or its
/// own.
pub(super) fn scale(norm: Norm, resid: &Tensor, cached: &Tensor, eps: f64) -> Result<Tensor> {
    match norm {
        Norm::Cached => Ok(cached.clone()),
        Norm::Recomputed => own_scale(resid, eps),
    }
}

/// √(mean (x − mean x)² + eps) of each row.
pub(super) fn own_scale(resid: &Tensor, eps: f64) -> Result<Tensor> {
    (centred(resid)?.sqr()?.mean_keepdim(D::Minus1)? + eps)?.sqrt()
}

/// Each row less its mean.
pub(super) fn centred(x: &Tensor) -> Result<Tensor> {
    x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)
}
