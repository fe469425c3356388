//! Runs of which nothing but activations is wanted.

use crate::cache::ActivationCache;
use crate::hook_name::HookName;
use crate::hooks::{Recorder, Rows};
use crate::packing::Batch;
use crate::transformer::Transformer;
use candle_core::Result;

/// Runs `sequences`, each by itself (what several begin with is there once for each), and records `names` at every token.
pub(super) fn of_all_tokens(
    model: &Transformer,
    sequences: &[&[u32]],
    names: impl IntoIterator<Item = HookName>,
) -> Result<(Batch, ActivationCache)> {
    let batch = Batch::separate(sequences);
    let mut recorder = Recorder::new(names, &Rows::All);
    // a pass gives some logits: those of one token are the least
    model.forward(&batch, &[0], &mut recorder)?;
    Ok((batch, recorder.into_cache()))
}
