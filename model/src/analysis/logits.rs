//! The original model's logits, whichever way its weights are processed.

use crate::transformer::Transformer;
use candle_core::{Result, Tensor};

/// Adds to `logits` `[rows, d_vocab]` what centring the unembedding took off them: their mean over the vocabulary, a
/// linear function of the final norm's output `normalized` `[rows, d_model]`. Softmax does not see it, but a reader who
/// compares with `transformers` does.
pub(super) fn original(model: &Transformer, logits: Tensor, normalized: &Tensor) -> Result<Tensor> {
    match &model.weights().unembed_mean {
        Some(mean) => logits.broadcast_add(&mean.forward(normalized)?),
        None => Ok(logits),
    }
}
