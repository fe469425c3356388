//! Residual directions: what a vector in the residual stream adds to logit(answer) − logit(distractor).
//!
//! With the final norm's scale taken as given, the logits are linear in the residual stream:
//! difference = (resid − mean resid)/scale · w∘u + b·u + Δb_U, where u is the answer's column of W_U minus the
//! distractor's (minus the mean column where there is no distractor), and w, b the final norm's affine part (1 and 0
//! once folded). Centring and w are moved into the direction, so a component's share is one dot product.

use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use candle_core::{D, Result, Tensor};

/// The directions of several prompts.
pub(super) struct Directions {
    /// Centred w∘u, `[prompts, d_model]`.
    pub(super) vectors: Tensor,
    /// b·u + Δb_U, which no component carries, `[prompts]`.
    pub(super) bias: Tensor,
}

impl Directions {
    /// Of prompts that all have an answer.
    pub(super) fn new(model: &Transformer, prompts: &[EncodedPrompt]) -> Result<Self> {
        let unembed = &model.weights().unembed;
        let columns = |ids: &[u32]| unembed.columns(ids);
        let biases =
            |ids: &[u32]| unembed.b.index_select(&Tensor::new(ids, unembed.b.device())?, 0)?.unsqueeze(1);
        let columns = difference(prompts, columns, || unembed.mean_column()?.unsqueeze(0))?;
        let mut bias = difference(prompts, biases, || unembed.b.mean_keepdim(0)?.unsqueeze(1))?.squeeze(1)?;
        let mut vectors = columns.clone();
        if let Some(norm) = &model.weights().ln_final {
            vectors = columns.broadcast_mul(&norm.w)?;
            bias = (bias + columns.broadcast_mul(&norm.b)?.sum(D::Minus1)?)?;
        }
        vectors = vectors.broadcast_sub(&vectors.mean_keepdim(D::Minus1)?)?;
        Ok(Self { vectors, bias })
    }

    /// What components `[prompts, d_model]` add, given the final scale `[prompts, 1]`: `[prompts]`.
    pub(super) fn share(&self, component: &Tensor, scale: &Tensor) -> Result<Tensor> {
        (component * &self.vectors)?.sum_keepdim(D::Minus1)?.div(scale)?.squeeze(1)
    }
}

/// The logit difference of each prompt `[prompts]`, from its logits `[prompts, d_vocab]`.
pub(super) fn logit_difference(logits: &Tensor, prompts: &[EncodedPrompt]) -> Result<Tensor> {
    let pick = |ids: Vec<u32>| logits.gather(&Tensor::from_vec(ids, (prompts.len(), 1), logits.device())?, 1);
    let answer = pick(prompts.iter().map(answer).collect())?;
    let distractor = pick(prompts.iter().map(|p| p.distractor.unwrap_or(0)).collect())?;
    let baseline = or_mean(distractor, prompts, || logits.mean_keepdim(1))?;
    (answer - baseline)?.squeeze(1)
}

/// Answer minus distractor, `[prompts, …]`, where `of` looks up tokens and `mean` is the mean over all of them, `[1, …]`.
fn difference(
    prompts: &[EncodedPrompt],
    of: impl Fn(&[u32]) -> Result<Tensor>,
    mean: impl FnOnce() -> Result<Tensor>,
) -> Result<Tensor> {
    let answers = of(&prompts.iter().map(answer).collect::<Vec<_>>())?;
    let distractors = of(&prompts.iter().map(|p| p.distractor.unwrap_or(0)).collect::<Vec<_>>())?;
    let shape = distractors.shape().clone();
    answers - or_mean(distractors, prompts, || mean()?.broadcast_as(&shape))?
}

/// Row i of `distractor` where prompt i has one, else row i of the mean over the vocabulary (made only if needed).
fn or_mean(
    distractor: Tensor,
    prompts: &[EncodedPrompt],
    mean: impl FnOnce() -> Result<Tensor>,
) -> Result<Tensor> {
    if prompts.iter().all(|p| p.distractor.is_some()) {
        return Ok(distractor);
    }
    let has: Vec<u8> = prompts.iter().map(|p| u8::from(p.distractor.is_some())).collect();
    let has =
        Tensor::from_vec(has, (prompts.len(), 1), distractor.device())?.broadcast_as(distractor.shape())?;
    has.where_cond(&distractor, &mean()?.contiguous()?)
}

/// Planning refuses prompts without an answer for every kind that comes here.
fn answer(prompt: &EncodedPrompt) -> u32 {
    prompt.answer.unwrap_or(0)
}
