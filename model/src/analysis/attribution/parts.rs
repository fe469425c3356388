//! The parts of each prompt's logit difference, from what one forward pass recorded.

use super::super::components;
use super::super::direction::{Directions, logit_difference};
use super::super::last_tokens::LastTokens;
use super::super::lens;
use crate::checkpoint::Linear;
use crate::config::Config;
use crate::hook_name::{HookName, Site};
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::Norm;
use candle_core::{D, Result, Tensor};

/// One prompt's logit difference and its parts, in logits.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parts {
    /// logit(answer) − logit(distractor), from the logits themselves.
    pub(super) logit_diff: f32,
    /// The residual stream's share before each layer (and between its halves), and at the end.
    pub(super) lens: Vec<f32>,
    /// Embeddings, then each layer's attention and MLP, then the bias.
    pub(super) layers: Vec<f32>,
    /// Row-major, layers × heads.
    pub(super) heads: Vec<f32>,
    /// b_O of each layer.
    pub(super) attention_biases: Vec<f32>,
}

/// Runs `prompts` and takes the parts at each one's last token.
pub(super) fn measure(model: &Transformer, prompts: &[EncodedPrompt], norm: Norm) -> Result<Vec<Parts>> {
    let recorded = LastTokens::run(model, prompts, sites(model))?;
    from_recorded(model, prompts, &recorded, norm)
}

/// The sites the maths below reads.
fn sites(model: &Transformer) -> Vec<HookName> {
    let config = model.config();
    let mut names: Vec<HookName> = embeddings(config).collect();
    names.push(HookName::top(Site::LnFinalScale));
    for layer in 0..config.n_layers {
        names.extend([Site::Z, Site::AttnOut, Site::MlpOut].map(|site| HookName::block(layer, site)));
    }
    names.extend(lens::sites(config));
    names
}

fn embeddings(config: &Config) -> impl Iterator<Item = HookName> {
    components::embeddings(config).into_iter().map(|(name, _)| name)
}

/// Pure: the same recorded values give the same parts.
fn from_recorded(
    model: &Transformer,
    prompts: &[EncodedPrompt],
    recorded: &LastTokens,
    norm: Norm,
) -> Result<Vec<Parts>> {
    let config = model.config();
    let directions = Directions::new(model, prompts)?;
    let scale = recorded.get(HookName::top(Site::LnFinalScale))?;
    let share = |name: HookName| directions.share(&recorded.get(name)?, &scale);

    let entry = |name: HookName| {
        let resid = recorded.get(name)?;
        directions.share(&resid, &lens::scale(norm, &resid, &scale, config.layer_norm_eps)?)
    };

    let lens = lens::sites(config).into_iter().map(entry).collect::<Result<Vec<_>>>()?;
    let mut layers = embeddings(config).map(share).collect::<Result<Vec<_>>>()?;
    let (mut heads, mut biases) = (Vec::new(), Vec::new());
    for layer in 0..config.n_layers {
        let name = |site| HookName::block(layer, site);
        layers.push(share(name(Site::AttnOut))?);
        layers.push(share(name(Site::MlpOut))?);
        let o = &model.weights().blocks[layer].o;
        heads.push(by_head(&recorded.get(name(Site::Z))?, &directions, o, &scale)?);
        biases.push(directions.share(&o.b.broadcast_as(directions.vectors.shape())?, &scale)?);
    }
    layers.push(directions.bias.clone());

    let differences = logit_difference(&recorded.logits, prompts)?.to_vec1::<f32>()?;
    let [lens, layers, biases] =
        [&lens, &layers, &biases].map(|columns| by_prompt(&Tensor::stack(columns, 1)?));
    let heads = by_prompt(&Tensor::cat(&heads, 1)?)?;
    let (lens, layers, biases) = (lens?, layers?, biases?);
    let all = differences.into_iter().zip(lens).zip(layers).zip(heads).zip(biases);
    Ok(all
        .map(|((((logit_diff, lens), layers), heads), attention_biases)| Parts {
            logit_diff,
            lens,
            layers,
            heads,
            attention_biases,
        })
        .collect())
}

fn by_prompt(x: &Tensor) -> Result<Vec<Vec<f32>>> {
    x.to_vec2()
}

/// Each head's share `[prompts, head]`: z · (W_O direction)/scale, without making the heads' results.
fn by_head(z: &Tensor, directions: &Directions, o: &Linear, scale: &Tensor) -> Result<Tensor> {
    let (prompts, heads, d_head) = z.dims3()?;
    let through = o.product_transposed(&directions.vectors)?.reshape((prompts, heads, d_head))?;
    (z * through)?.sum(D::Minus1)?.broadcast_div(scale)
}
