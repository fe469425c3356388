//! From the residual stream to logits over the whole vocabulary.

use super::lens::centred;
use crate::transformer::Transformer;
use candle_core::{Result, Tensor};

/// What components `[rows, d_model]` of the residual stream, already divided by the final norm's scale, add to every
/// logit, less the mean over the vocabulary: `[rows, d_vocab]`.
pub(super) fn added_by(model: &Transformer, components: &Tensor) -> Result<Tensor> {
    let mut x = centred(components)?;
    if let Some(norm) = &model.weights().ln_final {
        x = x.broadcast_mul(&norm.w)?;
    }
    centred(&model.weights().unembed.product(&x)?)
}

/// The original model's logits, whichever way its weights are processed: adds to `logits` `[rows, d_vocab]` what centring the unembedding took off them: their mean over the vocabulary, a
/// linear function of the final norm's output `normalized` `[rows, d_model]`. Softmax does not see it, but a reader who
/// compares with `transformers` does.
pub(super) fn original(model: &Transformer, logits: Tensor, normalized: &Tensor) -> Result<Tensor> {
    match &model.weights().unembed_mean {
        Some(mean) => logits.broadcast_add(&mean.forward(normalized)?),
        None => Ok(logits),
    }
}
