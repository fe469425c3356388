//! Predictions made from rows of the residual stream.

use super::super::ranking::Prediction;
use super::super::{lens, logits};
use crate::transformer::Transformer;
use crate::wire::Norm;
use candle_core::{Result, Tensor};
use rayon::prelude::*;

/// What is kept of each prediction.
pub(super) struct Wanted {
    pub(super) top_k: usize,
    pub(super) answer: Option<u32>,
    pub(super) distractor: Option<u32>,
}

/// One entry at one position.
pub(super) struct Reading {
    /// The likeliest tokens, in order.
    pub(super) top: Vec<TokenReading>,
    pub(super) answer: Option<TokenReading>,
    pub(super) distractor: Option<TokenReading>,
}

/// One token in a prediction.
#[derive(Clone, Copy)]
pub(super) struct TokenReading {
    pub(super) token: u32,
    pub(super) rank: usize,
    /// The original model's, not centred over the vocabulary.
    pub(super) logit: f32,
    pub(super) probability: f64,
}

/// The final norm's output of every entry, all of `[positions, d_model]`, one below the other; the last entry is the
/// end of the model.
pub(super) fn normalized(model: &Transformer, entries: &[Tensor], norm: Norm) -> Result<Tensor> {
    let eps = model.config().layer_norm_eps;
    let cached = entries.last().map(|end| lens::own_scale(end, eps)).transpose()?;
    let one = |resid: &Tensor| {
        let scale = match &cached {
            Some(cached) => lens::scale(norm, resid, cached, eps)?,
            None => lens::own_scale(resid, eps)?,
        };
        let x = lens::centred(resid)?.broadcast_div(&scale)?;
        match &model.weights().ln_final {
            Some(affine) => x.broadcast_mul(&affine.w)?.broadcast_add(&affine.b),
            None => Ok(x),
        }
    };
    Tensor::cat(&entries.iter().map(one).collect::<Result<Vec<_>>>()?, 0)
}

/// Unembeds `rows` of the final norm's output.
pub(super) fn read(model: &Transformer, rows: &Tensor, wanted: &Wanted) -> Result<Vec<Reading>> {
    let logits = logits::original(model, model.weights().unembed.forward(rows)?, rows)?;
    let width = logits.dim(1)?;
    let logits = logits.flatten_all()?.to_vec1::<f32>()?;
    Ok(logits.par_chunks_exact(width).map(|row| reading(&Prediction::new(row), wanted)).collect())
}

fn reading(prediction: &Prediction<'_>, wanted: &Wanted) -> Reading {
    let at = |token: u32, rank: usize| TokenReading {
        token,
        rank,
        logit: prediction.logit(token),
        probability: prediction.probability(token),
    };
    let ranked = |token: Option<u32>| token.map(|token| at(token, prediction.rank(token)));
    Reading {
        top: prediction
            .top(wanted.top_k)
            .into_iter()
            .enumerate()
            .map(|(rank, token)| at(token, rank))
            .collect(),
        answer: ranked(wanted.answer),
        distractor: ranked(wanted.distractor),
    }
}
