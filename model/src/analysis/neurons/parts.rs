//! The parts of a layer's `mlp_out`, from what one forward pass recorded.

use super::super::direction::Directions;
use super::super::last_tokens::LastTokens;
use crate::hook_name::{HookName, Site};
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use candle_core::Result;

/// One prompt's, at its last token; attributions in logits.
pub(super) struct Parts {
    /// Each neuron's attribution.
    pub(super) neurons: Vec<f32>,
    /// Each neuron's activation, after the activation function.
    pub(super) activations: Vec<f32>,
    /// The attribution of b_out.
    pub(super) bias: f32,
    /// The attribution of `mlp_out` as a whole.
    pub(super) mlp_out: f32,
}

/// Runs `prompts` and takes the parts of `layer`.
pub(super) fn measure(model: &Transformer, prompts: &[EncodedPrompt], layer: usize) -> Result<Vec<Parts>> {
    let [post, out] = [Site::MlpPost, Site::MlpOut].map(|site| HookName::block(layer, site));
    let scale = HookName::top(Site::LnFinalScale);
    let recorded = LastTokens::run(model, prompts, [post, out, scale])?;
    let (post, scale) = (recorded.get(post)?, recorded.get(scale)?);

    let directions = Directions::new(model, prompts)?;
    let mlp_out = &model.weights().blocks[layer].mlp_out;
    // [prompts, d_mlp]: what a unit of each neuron is worth
    let worth = mlp_out.product_transposed(&directions.vectors)?.broadcast_div(&scale)?;
    let neurons = (&post * worth)?.to_vec2::<f32>()?;
    let bias = directions.share(&mlp_out.b.broadcast_as(directions.vectors.shape())?, &scale)?.to_vec1()?;
    let whole = directions.share(&recorded.get(out)?, &scale)?.to_vec1()?;
    let all = neurons.into_iter().zip(post.to_vec2()?).zip(bias).zip(whole);
    Ok(all
        .map(|(((neurons, activations), bias), mlp_out)| Parts { neurons, activations, bias, mlp_out })
        .collect())
}
