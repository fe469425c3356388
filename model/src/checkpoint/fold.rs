//! Weight processing, as TransformerLens does by default, on canonical weights in f32.
//!
//! 1. Each norm's affine part goes into the weights that read it: b += ln.b W, W *= ln.w; the reading weights are then
//!    centred over d_model, which LayerNorm's own centring makes free.
//! 2. Weights that write to the residual stream are centred over d_model: LayerNorm removes the mean anyway.
//! 3. The unembedding is centred over the vocabulary: softmax does not see a common shift. What it takes off is kept, so
//!    that the original's logits can be shown.
//! 4. Value biases pass unchanged through attention (patterns sum to 1), so b_O += b_V W_O and b_V = 0.
//!
//! Logits become the original's minus their mean over the vocabulary; probabilities stay.

use super::weights::{BlockWeights, Linear, NormWeights, Weights};
use candle_core::{D, Result, Tensor};

pub(super) fn fold(weights: &mut Weights) -> Result<()> {
    for block in &mut weights.blocks {
        fold_norm(block.ln1.take().as_ref(), &mut block.qkv)?;
        fold_norm(block.ln2.take().as_ref(), &mut block.mlp_in)?;
        centre_outputs(&mut block.o)?;
        centre_outputs(&mut block.mlp_out)?;
        fold_value_bias(block)?;
    }
    fold_norm(weights.ln_final.take().as_ref(), &mut weights.unembed)?;
    weights.unembed_mean = Some(output_mean(&weights.unembed)?);
    centre_outputs(&mut weights.unembed)?;
    weights.embed = centred(&weights.embed)?;
    weights.pos_embed = weights.pos_embed.as_ref().map(centred).transpose()?;
    Ok(())
}

/// Steps 1: the norm goes into the linear map that reads it.
fn fold_norm(norm: Option<&NormWeights>, linear: &mut Linear) -> Result<()> {
    let Some(norm) = norm else { return Ok(()) };
    let shift = norm.b.unsqueeze(0)?.matmul(&linear.w)?.squeeze(0)?;
    linear.b = (&linear.b + shift)?;
    // in two steps, so that no more than two copies of a large W exist at a time
    linear.w = linear.w.broadcast_mul(&norm.w.unsqueeze(1)?)?;
    linear.w = linear.w.broadcast_sub(&linear.w.mean_keepdim(0)?)?;
    Ok(())
}

/// Step 2 for a writing map, step 3 for the unembedding: rows of W, and b, get mean zero over the outputs.
fn centre_outputs(linear: &mut Linear) -> Result<()> {
    linear.w = centred(&linear.w)?;
    linear.b = centred(&linear.b)?;
    Ok(())
}

/// The mean of a map's outputs, itself a map.
fn output_mean(linear: &Linear) -> Result<Linear> {
    Ok(Linear { w: linear.w.mean_keepdim(D::Minus1)?, b: linear.b.mean_keepdim(D::Minus1)? })
}

fn centred(x: &Tensor) -> Result<Tensor> {
    x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)
}

/// Step 4.
fn fold_value_bias(block: &mut BlockWeights) -> Result<()> {
    let d_attn = block.o.w.dim(0)?;
    let value_bias = block.qkv.b.narrow(0, 2 * d_attn, d_attn)?;
    block.o.b = (&block.o.b + value_bias.unsqueeze(0)?.matmul(&block.o.w)?.squeeze(0)?)?;
    let query_key = block.qkv.b.narrow(0, 0, 2 * d_attn)?;
    block.qkv.b = Tensor::cat(&[query_key, value_bias.zeros_like()?], 0)?;
    Ok(())
}
