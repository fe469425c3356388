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

//!
//! All of it happens in place, panel by panel: a folded model is never there twice.

use super::linear::Linear;
use super::weights::{BlockWeights, NormWeights, Weights};
use crate::kernels::{self, Panels};
use candle_core::{D, Result, Tensor, bail};

pub(super) fn fold(weights: &mut Weights) -> Result<()> {
    for block in &mut weights.blocks {
        fold_norm(block.ln1.take().as_ref(), &mut block.qkv)?;
        fold_norm(block.ln2.take().as_ref(), &mut block.mlp_in)?;
        centre_outputs(&mut block.o)?;
        centre_outputs(&mut block.mlp_out)?;
        fold_value_bias(block)?;
    }
    fold_norm(weights.ln_final.take().as_ref(), &mut weights.unembed)?;
    weights.unembed_mean = Some(centre_outputs(&mut weights.unembed)?);
    kernels::centre_rows(&weights.embed)?;
    weights.pos_embed.as_ref().map(kernels::centre_rows).transpose()?;
    Ok(())
}

/// Step 1: the norm goes into the linear map that reads it.
fn fold_norm(norm: Option<&NormWeights>, linear: &mut Linear) -> Result<()> {
    let Some(norm) = norm else { return Ok(()) };
    let shift = linear.product(&norm.b.unsqueeze(0)?)?.squeeze(0)?;
    linear.b = (&linear.b + shift)?;
    let scale: Vec<f32> = norm.w.to_vec1()?;
    panels(linear)?.update(|_, width, panel| {
        let mut means = vec![0.0_f32; width];
        for (row, scale) in panel.chunks_exact_mut(width).zip(&scale) {
            for w in row.iter_mut() {
                *w *= scale;
            }
            means.iter_mut().zip(row).for_each(|(mean, w)| *mean += *w);
        }
        for mean in &mut means {
            *mean /= scale.len() as f32;
        }
        for row in panel.chunks_exact_mut(width) {
            row.iter_mut().zip(&means).for_each(|(w, mean)| *w -= mean);
        }
    });
    Ok(())
}

/// Step 2 for a writing map, step 3 for the unembedding: rows of W, and b, get mean zero over the outputs. Gives what was
/// taken off, itself a map.
fn centre_outputs(linear: &mut Linear) -> Result<Linear> {
    let panels = panels(linear)?;
    let means = panels.mean_column();
    panels.update(|_, width, panel| {
        for (row, mean) in panel.chunks_exact_mut(width).zip(&means) {
            for w in row.iter_mut() {
                *w -= mean;
            }
        }
    });
    let mean = linear.b.mean_keepdim(D::Minus1)?;
    linear.b = linear.b.broadcast_sub(&mean)?;
    Ok(Linear::packed(Panels::of_rows(means.len(), 1, &means), mean))
}

/// Step 4.
fn fold_value_bias(block: &mut BlockWeights) -> Result<()> {
    let d_attn = block.o.inputs();
    let value_bias = block.qkv.b.narrow(0, 2 * d_attn, d_attn)?;
    block.o.b = (&block.o.b + block.o.product(&value_bias.unsqueeze(0)?)?.squeeze(0)?)?;
    let query_key = block.qkv.b.narrow(0, 0, 2 * d_attn)?;
    block.qkv.b = Tensor::cat(&[query_key, value_bias.zeros_like()?], 0)?;
    Ok(())
}

/// Weights are folded where they were read: in the CPU's memory, before anyone else has them.
fn panels(linear: &mut Linear) -> Result<&mut Panels> {
    match linear.panels_mut() {
        Some(panels) => Ok(panels),
        None => bail!("weights are folded before they are used"),
    }
}
