//! Which source tokens one prompt's logit(answer) − logit(distractor) comes from.
//!
//! At the last token a head writes Σ_key pattern[last, key] · v_key W_O, so the attention of every layer splits exactly over
//! source tokens (Elhage et al. 2021); embeddings and MLPs write at the last token itself. What no token carries, the
//! attention biases and the unembedding's, is shown beside; all of it adds up to the difference.

mod figures;
mod parts;

use super::walk::Walk;
use super::{Job, Step};
use crate::checkpoint::Checkpoint;
use crate::error::Result;
use crate::hooks::Recorder;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{EventBody, PositionAttribution, Progress};
use std::sync::Arc;

/// Walks through the layers; the figures come at the end, since they need the final norm's scale.
pub(super) struct PositionJob {
    model: Arc<Transformer>,
    checkpoint: Arc<Checkpoint>,
    prompt: EncodedPrompt,
    number: usize,
    walk: Walk<Recorder>,
}

impl PositionJob {
    pub(super) fn new(
        model: Arc<Transformer>,
        checkpoint: Arc<Checkpoint>,
        prompts: &[EncodedPrompt],
        options: &PositionAttribution,
    ) -> Self {
        let prompt = prompts[options.prompt].clone();
        let walk = Walk::new(&model, &prompt.ids, parts::recorder(model.config(), prompt.ids.len()));
        Self { model, checkpoint, prompt, number: options.prompt, walk }
    }
}

impl Job for PositionJob {
    fn step(&mut self) -> Result<Step> {
        let (done, total) = (self.walk.step(&self.model)?, self.model.config().n_layers);
        let mut events = vec![EventBody::Progress(Progress { done, total, unit: "layers".to_owned() })];
        if done == total {
            let logits = self.walk.finish(&self.model)?;
            let cache = std::mem::take(self.walk.hooks_mut()).into_cache();
            let parts = parts::from_recorded(&self.model, &self.prompt, &logits, &cache)?;
            let labels = self.checkpoint.tokens().strings(&self.prompt.ids);
            let figures = figures::all(self.model.config(), &parts, &labels, self.number);
            events.extend(figures.into_iter().map(EventBody::Figure));
        }
        Ok(Step { events, bytes: Vec::new(), finished: done == total })
    }
}
