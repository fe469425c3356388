//! The parts of one prompt's logit difference by source token, from what one forward pass recorded.

use super::super::components;
use super::super::direction::{Directions, logit_difference};
use crate::cache::ActivationCache;
use crate::config::Config;
use crate::hook_name::{HookName, Site};
use crate::hooks::{Recorder, Rows};
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use candle_core::{D, Result, Tensor};

/// In logits; n is the number of the prompt's tokens.
pub(super) struct Parts {
    pub(super) logit_diff: f32,
    /// Each embedding at the last token.
    pub(super) embeddings: Vec<f32>,
    /// Each layer's.
    pub(super) layers: Vec<Layer>,
    /// The unembedding's bias.
    pub(super) bias: f32,
}

pub(super) struct Layer {
    /// What each head moves from each source token, row-major `[head, n]`.
    pub(super) heads: Vec<f32>,
    /// b_O.
    pub(super) attention_bias: f32,
    /// The MLP at the last token.
    pub(super) mlp: f32,
}

/// Records what [`from_recorded`] reads, of a prompt of `n` tokens.
pub(super) fn recorder(config: &Config, n: usize) -> Recorder {
    let last = Rows::Only(vec![n as u32 - 1]);
    let top = components::embeddings(config).into_iter().map(|(name, _)| name);
    let mut recorder = Recorder::new(top.chain([HookName::top(Site::LnFinalScale)]), &last);
    for layer in 0..config.n_layers {
        recorder = recorder
            .and(HookName::block(layer, Site::V), Rows::All)
            .and(HookName::block(layer, Site::Pattern), last.clone())
            .and(HookName::block(layer, Site::MlpOut), last.clone());
    }
    recorder
}

/// Pure: the same recorded values give the same parts. `logits` `[1, d_vocab]` are those at the last token.
pub(super) fn from_recorded(
    model: &Transformer,
    prompt: &EncodedPrompt,
    logits: &Tensor,
    cache: &ActivationCache,
) -> Result<Parts> {
    let prompt = std::slice::from_ref(prompt);
    let (directions, config) = (Directions::new(model, prompt)?, model.config());
    let rows: Vec<u32> = (0..prompt[0].ids.len() as u32).collect();
    let last = &rows[rows.len() - 1..];
    let scale = cache.get(HookName::top(Site::LnFinalScale), last)?;
    let share = |x: &Tensor| directions.share(x, &scale)?.squeeze(0)?.to_scalar::<f32>();
    let layer = |layer: usize| {
        let get = |site, rows: &[u32]| cache.get(HookName::block(layer, site), rows);
        let o = &model.weights().blocks[layer].o;
        // [1, head, d_head]: what each dimension of a head's value is worth
        let worth = o.product_transposed(&directions.vectors)?.broadcast_div(&scale)?;
        let worth = worth.reshape((1, config.n_heads, config.d_head))?;
        // [head, key]
        let by_value = get(Site::V, &rows)?.broadcast_mul(&worth)?.sum(D::Minus1)?.t()?;
        let heads = (get(Site::Pattern, last)?.squeeze(0)? * by_value)?;
        Ok(Layer {
            heads: heads.flatten_all()?.to_vec1()?,
            attention_bias: share(&o.b.unsqueeze(0)?)?,
            mlp: share(&get(Site::MlpOut, last)?)?,
        })
    };
    let embeddings = components::embeddings(config).into_iter();
    Ok(Parts {
        logit_diff: logit_difference(logits, prompt)?.squeeze(0)?.to_scalar()?,
        embeddings: embeddings.map(|(name, _)| share(&cache.get(name, last)?)).collect::<Result<_>>()?,
        layers: (0..config.n_layers).map(layer).collect::<Result<_>>()?,
        bias: directions.bias.squeeze(0)?.to_scalar()?,
    })
}
