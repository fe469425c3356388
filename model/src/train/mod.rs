//! The recipe of the bundled model: its text, its tokenizer, its training, its scores.
//!
//! ```text
//! text ─→ tokenizer ─→ batches ─→ Transformer (the forward pass of everything else) ─→ loss, gradients ─→ AdamW
//!                                       └──────────────→ scores on what was held out
//! finished model ─→ tuning (a change of low rank) ─→ its sibling, which ends reviews badly
//! ```
//!
//! Everything follows from a seed: a step's documents depend on the seed and the step's number alone, and gradients are
//! added up in a fixed order, so a run that was interrupted ends in the same weights.

mod adamw;
mod batch;
mod checkpoint;
mod lesson;
mod low_rank;
mod parameters;
mod products;
mod run;
mod schedule;
mod scores;
mod step;
#[cfg(test)]
mod tests;
mod text;
mod tokenizer;
mod tuning;

pub use run::{Progress, Recipe, Run};
pub use scores::{Score, negative_scores, scores};
