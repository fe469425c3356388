//! Prompts cut into chunks: as many rows as one step should compute.

use crate::config::Config;
use crate::plan::EncodedPrompt;
use std::ops::Range;

/// Floating-point operations one step aims at: some tens of milliseconds on a small model.
const FLOPS_A_STEP: usize = 6_000_000_000;
/// Bytes of logits one step may hold.
const LOGIT_BYTES_A_STEP: usize = 64 << 20;
/// Fewer rows than this leave matrix products waiting for memory; more than the upper bound hold too much at once.
const ROWS_A_STEP: Range<usize> = 256..4_096;

/// Consecutive prompts of at most the rows one step should compute, at least one.
pub(super) fn by_work(config: &Config, prompts: &[EncodedPrompt]) -> Vec<Range<usize>> {
    let rows = FLOPS_A_STEP / (2 * config.matmul_weights()).max(1);
    by_rows(prompts, rows.clamp(ROWS_A_STEP.start, ROWS_A_STEP.end))
}

/// Rows of the residual stream whose logits one step should compute, at least one.
pub(super) fn unembedded(config: &Config) -> usize {
    rows_over_the_vocabulary(config, config.d_model)
}

/// Rows of a matrix between tokens, `[d_vocab, d_vocab]` of rank d_head, that one step should compute, at least one.
pub(super) fn token_pairs(config: &Config) -> usize {
    rows_over_the_vocabulary(config, config.d_head)
}

/// Rows of a product of matrices `[rows, d_model]` and `[d_model, width]` that one step should compute, at least one.
pub(super) fn of_width(config: &Config, width: usize) -> usize {
    (FLOPS_A_STEP / (2 * config.d_model * width).max(1)).max(1)
}

/// Rows of a product with a matrix `[inner, d_vocab]`.
fn rows_over_the_vocabulary(config: &Config, inner: usize) -> usize {
    let by_work = FLOPS_A_STEP / (2 * inner * config.d_vocab).max(1);
    by_work.min(LOGIT_BYTES_A_STEP / (4 * config.d_vocab).max(1)).max(1)
}

/// Blocks of a forward pass over one prompt of `n` tokens that one step should run, at least one.
pub(super) fn blocks(config: &Config, n: usize) -> usize {
    let weights = 2 * config.matmul_weights() / config.n_layers;
    let attention = 4 * n * config.d_attn();
    (FLOPS_A_STEP / (n * (weights + attention)).max(1)).max(1)
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
