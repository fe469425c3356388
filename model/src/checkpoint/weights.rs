//! Canonical weights: the same names and layouts for every family.

use super::linear::Linear;
use candle_core::{Device, Result, Tensor};

/// All weights of a model.
#[derive(Clone, Debug)]
pub struct Weights {
    /// W_E, `[d_vocab, d_model]`.
    pub embed: Tensor,
    /// W_pos, `[n_ctx, d_model]`; absent with rotary positions.
    pub pos_embed: Option<Tensor>,
    /// One a layer.
    pub blocks: Vec<BlockWeights>,
    /// The final norm; `None` once folded into the unembedding.
    pub ln_final: Option<NormWeights>,
    /// W_U and b_U, d_model → d_vocab.
    pub unembed: Linear,
    /// What centring the unembedding took off every logit, d_model → 1; `None` where it was not centred.
    pub unembed_mean: Option<Linear>,
}

/// The weights of one block.
#[derive(Clone, Debug)]
pub struct BlockWeights {
    /// Norm before attention; `None` once folded.
    pub ln1: Option<NormWeights>,
    /// Norm before the MLP; `None` once folded.
    pub ln2: Option<NormWeights>,
    /// W_Q, W_K, W_V side by side, d_model → 3 · n_heads · d_head, heads in order within each.
    pub qkv: Linear,
    /// W_O, n_heads · d_head → d_model.
    pub o: Linear,
    /// W_in, d_model → d_mlp.
    pub mlp_in: Linear,
    /// W_out, d_mlp → d_model.
    pub mlp_out: Linear,
}

/// The affine part of a LayerNorm.
#[derive(Clone, Debug)]
pub struct NormWeights {
    /// `[d_model]`.
    pub w: Tensor,
    /// `[d_model]`.
    pub b: Tensor,
}

impl NormWeights {
    fn to_device(&self, device: &Device) -> Result<Self> {
        Ok(Self { w: self.w.to_device(device)?, b: self.b.to_device(device)? })
    }
}

impl BlockWeights {
    fn to_device(&self, device: &Device) -> Result<Self> {
        Ok(Self {
            ln1: self.ln1.as_ref().map(|n| n.to_device(device)).transpose()?,
            ln2: self.ln2.as_ref().map(|n| n.to_device(device)).transpose()?,
            qkv: self.qkv.to_device(device)?,
            o: self.o.to_device(device)?,
            mlp_in: self.mlp_in.to_device(device)?,
            mlp_out: self.mlp_out.to_device(device)?,
        })
    }
}

impl Weights {
    /// The maps of the blocks multiply in bf16 from now on. Embedding and unembedding stay as they are, so that logits are
    /// still the sum of their parts.
    pub(super) fn round(&mut self) {
        for BlockWeights { qkv, o, mlp_in, mlp_out, .. } in &mut self.blocks {
            for map in [qkv, o, mlp_in, mlp_out] {
                map.round();
            }
        }
    }

    /// The same weights on `device`; those already there are shared, not copied.
    pub(super) fn to_device(&self, device: &Device) -> Result<Self> {
        Ok(Self {
            embed: self.embed.to_device(device)?,
            pos_embed: self.pos_embed.as_ref().map(|t| t.to_device(device)).transpose()?,
            blocks: self.blocks.iter().map(|b| b.to_device(device)).collect::<Result<_>>()?,
            ln_final: self.ln_final.as_ref().map(|n| n.to_device(device)).transpose()?,
            unembed: self.unembed.to_device(device)?,
            unembed_mean: self.unembed_mean.as_ref().map(|m| m.to_device(device)).transpose()?,
        })
    }
}
