//! Work cut into steps: as much as the engine should do before it looks whether anyone still waits.

use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use std::ops::Range;

/// Floating-point operations one step aims at on a CPU: some tens of milliseconds on a small model.
const FLOPS_A_STEP: usize = 6_000_000_000;
/// How much more a GPU does in that time; less would leave it waiting for the next launch.
const TIMES_ON_GPU: usize = 128;
/// How much more memory a step may take there: a GPU that runs a model has some gigabytes to spare.
const MEMORY_ON_GPU: usize = 4;
/// Bytes of logits one step may hold on a CPU.
const LOGIT_BYTES_A_STEP: usize = 64 << 20;
/// Fewer rows than this leave a CPU's products waiting for memory; more than the upper bound hold too much at once.
const ROWS_A_STEP: Range<usize> = 256..4_096;

/// Bytes that the rows of one walk of a sweep may take at their widest on a CPU.
const BYTES_A_WALK: usize = 384 << 20;
/// More rows than this leave a CPU's caches, and their cells would be shown late.
const ROWS_A_WALK: usize = 1_024;
/// How many times as many a GPU goes through at once.
const WALK_ON_GPU: usize = 16;
/// Rows of a walk for each of those that all its cells have in common, and that every walk computes.
const WALK_TO_BASE: usize = 32;

/// Of what a step may take on a CPU, how many times that it may on the model's device: of work, and of memory.
fn times(model: &Transformer) -> (usize, usize) {
    if model.device().is_cpu() { (1, 1) } else { (TIMES_ON_GPU, MEMORY_ON_GPU) }
}

/// Of a budget in bytes, or in rows, for a CPU: what it is on the model's device.
pub(super) fn memory(model: &Transformer, on_cpu: usize) -> usize {
    on_cpu * times(model).1
}

/// Consecutive prompts of at most the rows one step should compute, at least one.
pub(super) fn by_work(model: &Transformer, prompts: &[EncodedPrompt]) -> Vec<Range<usize>> {
    let (work, memory) = times(model);
    let rows = work * FLOPS_A_STEP / (2 * model.config().matmul_weights()).max(1);
    by_rows(prompts, rows.clamp(ROWS_A_STEP.start, memory * ROWS_A_STEP.end))
}

/// Rows of one walk of a sweep over a run of so many tokens, at least one: the widest a row gets is in the MLP, its hidden
/// layer twice beside the residual stream and what is written into it.
pub(super) fn walk(model: &Transformer, tokens: usize) -> usize {
    let config = model.config();
    let row = 4 * (3 * config.d_attn() + 2 * config.d_mlp + 6 * config.d_model);
    let enough = if model.device().is_cpu() { ROWS_A_WALK } else { WALK_ON_GPU * ROWS_A_WALK };
    (memory(model, BYTES_A_WALK) / row).min(enough.max(WALK_TO_BASE * tokens)).max(1)
}

/// Rows of the residual stream whose logits one step should compute, at least one.
pub(super) fn unembedded(model: &Transformer) -> usize {
    rows_over_the_vocabulary(model, model.config().d_model)
}

/// Rows of a matrix between tokens, `[d_vocab, d_vocab]` of rank d_head, that one step should compute, at least one.
pub(super) fn token_pairs(model: &Transformer) -> usize {
    rows_over_the_vocabulary(model, model.config().d_head)
}

/// Rows of a product of matrices `[rows, d_model]` and `[d_model, width]` that one step should compute, at least one.
pub(super) fn of_width(model: &Transformer, width: usize) -> usize {
    (times(model).0 * FLOPS_A_STEP / (2 * model.config().d_model * width).max(1)).max(1)
}

/// Rows of a product with a matrix `[inner, d_vocab]`.
fn rows_over_the_vocabulary(model: &Transformer, inner: usize) -> usize {
    let (work, memory) = times(model);
    let d_vocab = model.config().d_vocab;
    let by_work = work * FLOPS_A_STEP / (2 * inner * d_vocab).max(1);
    by_work.min(memory * LOGIT_BYTES_A_STEP / (4 * d_vocab).max(1)).max(1)
}

/// Blocks of a forward pass over one prompt of `n` tokens that one step should run, at least one.
pub(super) fn blocks(model: &Transformer, n: usize) -> usize {
    let config = model.config();
    let weights = 2 * config.matmul_weights() / config.n_layers;
    let attention = 4 * n * config.d_attn();
    (times(model).0 * FLOPS_A_STEP / (n * (weights + attention)).max(1)).max(1)
}

/// Consecutive prompts of at most `rows` rows together, at least one.
pub(super) fn by_rows(prompts: &[EncodedPrompt], rows: usize) -> Vec<Range<usize>> {
    let mut chunks: Vec<Range<usize>> = Vec::new();
    let mut filled = 0;
    for (i, prompt) in prompts.iter().enumerate() {
        match chunks.last_mut() {
            Some(chunk) if filled + prompt.rows() <= rows => chunk.end = i + 1,
            _ => {
                chunks.push(i..i + 1);
                filled = 0;
            }
        }
        filled += prompt.rows();
    }
    chunks
}
