//! What an ablation puts in.

use super::super::super::chunks;
use super::super::recorded::Recorded;
use crate::hook_name::{HookName, Site};
use crate::hooks::{Recorder, Rows};
use crate::packing::Batch;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{Ablation, AblationMethod, AblationSite};
use candle_core::{Result, Tensor};
use std::collections::VecDeque;
use std::ops::Range;

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
    pub(super) fn new(method: AblationMethod, other: Option<Recorded>, means: &Means) -> Result<Self> {
        Ok(match (method, other) {
            (AblationMethod::Resample, Some(run)) => Self::Run(run),
            (AblationMethod::Mean, _) => Self::Mean(means.layers()?),
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

/// Means over all prompts, summed up chunk by chunk: by position where prompts have one length, else over positions too.
pub(super) struct Means {
    names: Vec<HookName>,
    aligned: bool,
    waiting: VecDeque<Range<usize>>,
    /// By layer, `[position or 1, …]`.
    sums: Vec<Tensor>,
    /// What each entry of `sums` is a sum of.
    counted: usize,
    prompts_done: usize,
}

impl Means {
    /// Nothing to be done where no means are asked for.
    pub(super) fn new(model: &Transformer, prompts: &[EncodedPrompt], options: &Ablation) -> Self {
        let wanted = options.method == AblationMethod::Mean;
        let site = site_of(options.site);
        Self {
            names: (0..model.config().n_layers).map(|layer| HookName::block(layer, site)).collect(),
            aligned: prompts.iter().all(|prompt| prompt.ids.len() == prompts[0].ids.len()),
            waiting: if wanted { chunks::by_work(model.config(), prompts).into() } else { VecDeque::new() },
            sums: Vec::new(),
            counted: 0,
            prompts_done: 0,
        }
    }

    /// Prompts summed up so far.
    pub(super) fn done(&self) -> usize {
        self.prompts_done
    }

    /// Sums up the next chunk, if there is one, and says so.
    pub(super) fn step(&mut self, model: &Transformer, prompts: &[EncodedPrompt]) -> Result<bool> {
        let Some(chunk) = self.waiting.pop_front() else { return Ok(false) };
        let ids: Vec<&[u32]> = prompts[chunk].iter().map(|prompt| &prompt.ids[..]).collect();
        let batch = Batch::separate(&ids);
        let mut recorder = Recorder::new(self.names.iter().copied(), &Rows::All);
        model.forward(&batch, &batch.last_rows(), &mut recorder)?;
        let cache = recorder.into_cache();
        let rows: Vec<u32> = (0..batch.rows() as u32).collect();
        for (layer, name) in self.names.iter().enumerate() {
            let values = cache.get(*name, &rows)?;
            let groups = if self.aligned { ids.len() } else { batch.rows() };
            let mut shape = values.dims().to_vec();
            shape[0] /= groups;
            shape.insert(0, groups);
            let sum = values.reshape(shape)?.sum(0)?;
            match self.sums.get_mut(layer) {
                Some(all) => *all = (&*all + sum)?,
                None => self.sums.push(sum),
            }
            if layer == 0 {
                self.counted += groups;
            }
        }
        self.prompts_done += ids.len();
        Ok(true)
    }

    /// Of each layer, `[position, …]`, or `[1, …]` where positions are not told apart.
    fn layers(&self) -> Result<Vec<Tensor>> {
        self.sums.iter().map(|sum| sum / self.counted as f64).collect()
    }
}
