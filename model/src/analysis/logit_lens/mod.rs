//! The logit lens at every position of one prompt: what the model would predict if it ended after each layer
//! (nostalgebraist 2020), and how the answer rises.
//!
//! The forward pass keeps the residual stream of every layer; then rows (one layer, one position) are read some at a
//! time, since each takes a product with the whole unembedding.

mod figures;
mod readings;

use super::refinement::Growth;
use super::walk::Walk;
use super::{Job, Step, chunks, lens};
use crate::checkpoint::Checkpoint;
use crate::error::Result;
use crate::hooks::{Recorder, Rows};
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{EventBody, LogitLens, Progress};
use candle_core::Tensor;
use readings::{Reading, Wanted};
use std::sync::Arc;

/// First the forward pass, then the rows.
pub(super) struct LogitLensJob {
    model: Arc<Transformer>,
    checkpoint: Arc<Checkpoint>,
    prompt: EncodedPrompt,
    options: LogitLens,
    walk: Walk<Recorder>,
    /// Once the walk is at its end: the final norm's output for every entry and position, `[entry × position, d_model]`.
    normalized: Option<Tensor>,
    /// Row-major `[entry, position]`, as far as they are read.
    done: Vec<Reading>,
    pace: Growth,
}

impl LogitLensJob {
    pub(super) fn new(
        model: Arc<Transformer>,
        checkpoint: Arc<Checkpoint>,
        prompts: &[EncodedPrompt],
        options: &LogitLens,
    ) -> Self {
        let prompt = prompts[options.prompt].clone();
        let recorder = Recorder::new(lens::sites(model.config()), &Rows::All);
        let walk = Walk::new(&model, &prompt.ids, recorder);
        Self {
            model,
            checkpoint,
            prompt,
            options: options.clone(),
            walk,
            normalized: None,
            done: Vec::new(),
            pace: Growth::default(),
        }
    }

    /// Entries times positions.
    fn rows(&self) -> usize {
        lens::sites(self.model.config()).len() * self.prompt.ids.len()
    }

    /// What the forward pass recorded, normalized.
    fn normalize(&self, recorder: Recorder) -> Result<Tensor> {
        let cache = recorder.into_cache();
        let rows: Vec<u32> = (0..self.prompt.ids.len() as u32).collect();
        let sites = lens::sites(self.model.config()).into_iter();
        let entries = sites.map(|name| cache.get(name, &rows)).collect::<candle_core::Result<Vec<_>>>()?;
        Ok(readings::normalized(&self.model, &entries, self.options.norm)?)
    }

    /// Runs some blocks, or reads some rows.
    fn advance(&mut self) -> Result<()> {
        if let Some(normalized) = self.normalized.clone() {
            return self.read(&normalized);
        }
        if self.walk.step(&self.model)? == self.model.config().n_layers {
            let recorded = std::mem::take(self.walk.hooks_mut());
            self.normalized = Some(self.normalize(recorded)?);
        }
        Ok(())
    }

    /// Reads some rows.
    fn read(&mut self, normalized: &Tensor) -> Result<()> {
        let count = chunks::unembedded(&self.model).min(self.rows() - self.done.len());
        let rows = normalized.narrow(0, self.done.len(), count)?;
        let wanted = Wanted {
            top_k: self.options.top_k,
            answer: self.prompt.answer,
            distractor: self.prompt.distractor,
        };
        self.done.extend(readings::read(&self.model, &rows, &wanted)?);
        Ok(())
    }
}

impl Job for LogitLensJob {
    fn step(&mut self) -> Result<Step> {
        self.advance()?;
        let (done, total) = (self.done.len(), self.rows());
        let mut events = vec![EventBody::Progress(Progress { done, total, unit: "positions".to_owned() })];
        if self.pace.is_due(done, total) {
            let tokens = self.checkpoint.tokens();
            let entries = lens::labels(self.model.config());
            let figures = figures::all(&entries, &self.prompt, self.options.prompt, &self.done, tokens);
            events.extend(figures.into_iter().map(EventBody::Figure));
        }
        Ok(Step { events, bytes: Vec::new(), finished: done == total })
    }
}
