//! What an ablation puts in.

use super::super::super::means::Means;
use super::super::recorded::Recorded;
use crate::config::Config;
use crate::hook_name::{HookName, Site};
use crate::transformer::Transformer;
use crate::wire::{Ablation, AblationMethod, AblationSite};
use candle_core::{Result, Tensor};

/// The site of the forward pass.
pub(super) fn site_of(site: AblationSite) -> Site {
    match site {
        AblationSite::Z => Site::Z,
        AblationSite::AttnOut => Site::AttnOut,
        AblationSite::MlpOut => Site::MlpOut,
        AblationSite::Neuron => Site::MlpPost,
    }
}

/// Where a prompt's values come from.
pub(super) enum Donor {
    /// No contribution: heads with z = b_V, which is 0 where value biases are folded into b_O; else zeros.
    Nothing,
    /// By layer, `[position, …]`.
    Mean(Vec<Tensor>),
    /// Another run.
    Run(Recorded),
}

impl Donor {
    /// Of a prompt; `other` is its other run, where it has one.
    pub(super) fn new(
        config: &Config,
        options: &Ablation,
        other: Option<Recorded>,
        means: &Means,
    ) -> Result<Self> {
        Ok(match (options.method, other) {
            (AblationMethod::Resample, Some(run)) => Self::Run(run),
            (AblationMethod::Mean, _) => {
                let layers = names(config, options).filter_map(|name| means.of(name).transpose());
                Self::Mean(layers.collect::<Result<_>>()?)
            }
            _ => Self::Nothing,
        })
    }

    /// The values of a site in a layer, `[position, …]`.
    pub(super) fn values(
        &self,
        model: &Transformer,
        clean: &Recorded,
        layer: usize,
        site: Site,
    ) -> Result<Tensor> {
        match self {
            Self::Run(run) => run.at(layer, site),
            Self::Mean(layers) => layers[layer].broadcast_as(clean.at(layer, site)?.shape())?.contiguous(),
            Self::Nothing if site == Site::Z => {
                let (config, b) = (model.config(), &model.weights().blocks[layer].qkv.b);
                let b_v = b.narrow(0, 2 * config.d_attn(), config.d_attn())?;
                let b_v = b_v.reshape((1, config.n_heads, config.d_head))?;
                b_v.broadcast_as((clean.tokens(), config.n_heads, config.d_head))?.contiguous()
            }
            Self::Nothing => clean.at(layer, site)?.zeros_like(),
        }
    }
}

/// What is averaged: nothing where no means are asked for.
pub(super) fn averaged(config: &Config, options: &Ablation) -> Vec<HookName> {
    match options.method {
        AblationMethod::Mean => names(config, options).collect(),
        AblationMethod::Zero | AblationMethod::Resample => Vec::new(),
    }
}

/// The site in every layer.
fn names(config: &Config, options: &Ablation) -> impl Iterator<Item = HookName> {
    let site = site_of(options.site);
    (0..config.n_layers).map(move |layer| HookName::block(layer, site))
}
