//! The logit lens at every position of one prompt: what the model would predict if it ended after each layer
//! (nostalgebraist 2020), and how the answer rises.
//!
//! The forward pass keeps the residual stream of every layer; then rows (one layer, one position) are read some at a
//! time, since each takes a product with the whole unembedding.

mod figures;
mod readings;

use super::refinement::Doubling;
use super::{Job, Step, chunks, lens};
use crate::checkpoint::Checkpoint;
use crate::error::Result;
use crate::hook_name::HookName;
use crate::hooks::{Recorder, Rows};
use crate::packing::Batch;
use crate::plan::EncodedPrompt;
use crate::transformer::{Pass, Transformer};
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
    batch: Batch,
    stage: Stage,
    /// Row-major `[entry, position]`, as far as they are read.
    done: Vec<Reading>,
    pace: Doubling,
}

enum Stage {
    Start,
    Forward {
        pass: Pass,
        recorder: Recorder,
    },
    /// The final norm's output for every entry and position, `[entry × position, d_model]`.
    Read(Tensor),
}

impl LogitLensJob {
    pub(super) fn new(
        model: Arc<Transformer>,
        checkpoint: Arc<Checkpoint>,
        prompts: &[EncodedPrompt],
        options: &LogitLens,
    ) -> Self {
        let prompt = prompts[options.prompt].clone();
        let batch = Batch::separate(&[&prompt.ids]);
        Self {
            model,
            checkpoint,
            prompt,
            options: options.clone(),
            batch,
            stage: Stage::Start,
            done: Vec::new(),
            pace: Doubling::default(),
        }
    }

    /// Entries times positions.
    fn rows(&self) -> usize {
        lens::sites(self.model.config()).len() * self.batch.rows()
    }

    /// Runs some blocks.
    fn forward(&mut self, mut pass: Pass, mut recorder: Recorder) -> Result<Stage> {
        let config = self.model.config();
        let until = (pass.layers_done() + chunks::blocks(config, self.batch.rows())).min(config.n_layers);
        while pass.layers_done() < until {
            self.model.advance(&mut pass, &mut recorder)?;
        }
        if until < config.n_layers {
            return Ok(Stage::Forward { pass, recorder });
        }
        let (cache, rows) = (recorder.into_cache(), self.batch.last_rows()[0] + 1);
        let rows: Vec<u32> = (0..rows).collect();
        let get = |name: HookName| cache.get(name, &rows);
        let entries = lens::sites(config).into_iter().map(get).collect::<candle_core::Result<Vec<_>>>()?;
        Ok(Stage::Read(readings::normalized(&self.model, &entries, self.options.norm)?))
    }

    /// Reads some rows.
    fn read(&mut self, normalized: &Tensor) -> Result<()> {
        let count = readings::rows_a_step(self.model.config()).min(self.rows() - self.done.len());
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
        self.stage = match std::mem::replace(&mut self.stage, Stage::Start) {
            Stage::Start => {
                let mut recorder = Recorder::new(lens::sites(self.model.config()), &Rows::All);
                let pass = self.model.start(&self.batch, &mut recorder)?;
                self.forward(pass, recorder)?
            }
            Stage::Forward { pass, recorder } => self.forward(pass, recorder)?,
            Stage::Read(normalized) => {
                self.read(&normalized)?;
                Stage::Read(normalized)
            }
        };
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
