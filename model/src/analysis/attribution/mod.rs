//! Where logit(answer) − logit(distractor) at the last token comes from: direct logit attribution by layer and head,
//! and the logit lens (nostalgebraist 2020; Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits").
//!
//! Complete: embeddings, heads, attention biases, MLPs and the unembedding bias add up to the difference; the summary
//! shows by how much they fail to.

mod figures;
mod parts;

use super::{Job, Step, chunks, prompts_done};
use crate::error::Result;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{Attribution, EventBody};
use parts::Parts;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// Runs the prompts chunk by chunk, keeping a few hundred numbers of each.
pub(super) struct AttributionJob {
    model: Arc<Transformer>,
    prompts: Arc<[EncodedPrompt]>,
    options: Attribution,
    waiting: VecDeque<Range<usize>>,
    done: Vec<Parts>,
}

impl AttributionJob {
    pub(super) fn new(model: Arc<Transformer>, prompts: Arc<[EncodedPrompt]>, options: &Attribution) -> Self {
        let waiting = chunks::by_work(&model, &prompts).into();
        Self { model, prompts, options: options.clone(), waiting, done: Vec::new() }
    }
}

impl Job for AttributionJob {
    fn step(&mut self) -> Result<Step> {
        if let Some(chunk) = self.waiting.pop_front() {
            self.done.extend(parts::measure(&self.model, &self.prompts[chunk], self.options.norm)?);
        }
        let figures = figures::all(self.model.config(), &self.prompts, &self.done, self.options.per_prompt);
        let mut events = vec![prompts_done(self.done.len(), self.prompts.len())];
        events.extend(figures.into_iter().map(EventBody::Figure));
        Ok(Step { events, bytes: Vec::new(), finished: self.waiting.is_empty() })
    }
}
