//! One head on one prompt: where it looks, what it moves, and what that does to the logits.
//!
//! At the last token the head writes Σ_key pattern[last, key] · v_key W_O, so its attribution splits exactly over
//! source tokens. `value_weighted` shows pattern · ‖v_key W_O‖₂: how much is moved, not only where the head looks
//! (Kobayashi et al., arXiv:2004.10102). `promoted` and `suppressed` are the head's direct effect on all logits.

mod figures;
mod inspect;

use super::direction::Directions;
use super::last_tokens::LastTokens;
use super::{Job, Step, chunks, prompts_done};
use crate::checkpoint::Checkpoint;
use crate::error::Result;
use crate::hook_name::{HookName, Site};
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{EventBody, Head};
use candle_core::D;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// First the prompt in question, then the head's attribution on every prompt.
pub(super) struct HeadJob {
    model: Arc<Transformer>,
    checkpoint: Arc<Checkpoint>,
    prompts: Arc<[EncodedPrompt]>,
    head: Head,
    waiting: VecDeque<Range<usize>>,
    /// This prompt's attribution, once it is inspected.
    attribution: Option<f32>,
    /// Every prompt's, as far as they are done.
    attributions: Vec<f32>,
}

impl HeadJob {
    pub(super) fn new(
        model: Arc<Transformer>,
        checkpoint: Arc<Checkpoint>,
        prompts: Arc<[EncodedPrompt]>,
        options: &Head,
    ) -> Self {
        let waiting = chunks::by_work(&model, &prompts).into();
        let head = options.clone();
        Self { model, checkpoint, prompts, head, waiting, attribution: None, attributions: Vec::new() }
    }

    fn inspect(&mut self) -> Result<Step> {
        let prompt = &self.prompts[self.head.prompt];
        let inspected = inspect::inspect(&self.model, prompt, &self.head)?;
        self.attribution = Some(inspected.attribution);
        let mut events = vec![prompts_done(0, self.prompts.len())];
        let figures = figures::inspected(&inspected, self.checkpoint.tokens(), prompt, &self.head);
        events.extend(figures.into_iter().map(EventBody::Figure));
        events.push(self.summary());
        Ok(Step { events, ..Step::default() })
    }

    fn compare(&mut self) -> Result<Step> {
        if let Some(chunk) = self.waiting.pop_front() {
            self.attributions.extend(attributions(&self.model, &self.prompts[chunk], &self.head)?);
        }
        let per_prompt = figures::per_prompt(&self.prompts, &self.attributions);
        let events = vec![
            prompts_done(self.attributions.len(), self.prompts.len()),
            EventBody::Figure(per_prompt),
            self.summary(),
        ];
        Ok(Step { events, bytes: Vec::new(), finished: self.waiting.is_empty() })
    }

    fn summary(&self) -> EventBody {
        EventBody::Figure(figures::summary(self.attribution, &self.attributions))
    }
}

impl Job for HeadJob {
    fn step(&mut self) -> Result<Step> {
        if self.attribution.is_none() { self.inspect() } else { self.compare() }
    }
}

/// The head's attribution at the last token of each prompt, in logits.
fn attributions(
    model: &Transformer,
    prompts: &[EncodedPrompt],
    head: &Head,
) -> candle_core::Result<Vec<f32>> {
    let (z, scale) = (HookName::block(head.layer, Site::Z), HookName::top(Site::LnFinalScale));
    let recorded = LastTokens::run(model, prompts, [z, scale])?;
    let written = recorded.get(z)?.narrow(1, head.head, 1)?.squeeze(1)?;
    let through = Directions::new(model, prompts)?.vectors.matmul(&inspect::w_o(model, head)?.t()?)?;
    let shares = (written * through)?.sum_keepdim(D::Minus1)?.div(&recorded.get(scale)?)?;
    shares.squeeze(1)?.to_vec1()
}
