//! Sequences that grow by a token a step, many at once in one pass.
//!
//! The first pass computes the prompts, every later one the newest token of each sequence alone: keys and values of the
//! rows before are kept.

use super::super::chunks;
use super::super::interventions::{Changes, Place};
use super::draw::{self, Chosen};
use crate::hooks::Edits;
use crate::keys_values::KeysValues;
use crate::packing::Batch;
use crate::plan::EncodedPrompt;
use crate::transformer::{Pass, Transformer};
use crate::wire::Generate;
use candle_core::{Result, Tensor};
use std::ops::Range;

/// One prompt going on, changed or as the model is.
#[derive(Clone, Debug)]
pub(super) struct Sequence {
    /// The prompt, from 0.
    pub(super) prompt: usize,
    pub(super) changed: bool,
    /// What it went on with.
    pub(super) tokens: Vec<Chosen>,
    /// Rows of its positions, of all passes.
    rows: Vec<Range<usize>>,
    ended: bool,
}

impl Sequence {
    pub(super) fn new(prompt: usize, changed: bool) -> Self {
        Self { prompt, changed, tokens: Vec::new(), rows: Vec::new(), ended: false }
    }

    fn positions(&self) -> usize {
        self.rows.iter().map(ExactSizeIterator::len).sum()
    }

    fn grow(&mut self, row: usize) {
        match self.rows.last_mut() {
            Some(last) if last.end == row => last.end += 1,
            _ => self.rows.push(row..row + 1),
        }
    }
}

/// Sequences that are computed together.
pub(super) struct Sequences {
    pub(super) all: Vec<Sequence>,
    /// Keys and values between two passes.
    past: Option<KeysValues>,
    running: Option<Running>,
}

/// A pass on its way.
struct Running {
    /// Which sequences it computes, in the order of the batch.
    members: Vec<usize>,
    batch: Batch,
    pass: Pass,
    edits: Edits,
}

impl Sequences {
    pub(super) fn new(all: Vec<Sequence>) -> Self {
        Self { all, past: None, running: None }
    }

    /// Whether nothing is left to generate.
    pub(super) fn finished(&self) -> bool {
        self.all.iter().all(|sequence| sequence.ended)
    }

    /// Runs as many blocks as one step should; says whether there is a new token of each sequence.
    pub(super) fn step(
        &mut self,
        model: &Transformer,
        prompts: &[EncodedPrompt],
        changes: &Changes,
        options: &Generate,
        end: Option<u32>,
    ) -> Result<bool> {
        let mut running = match self.running.take() {
            Some(running) => running,
            None => self.start(model, prompts, changes, options)?,
        };
        let layers = model.config().n_layers;
        let until = running.pass.layers_done() + chunks::blocks(model, running.batch.rows());
        while running.pass.layers_done() < until.min(layers) {
            model.advance(&mut running.pass, &mut running.edits)?;
        }
        if running.pass.layers_done() < layers {
            self.running = Some(running);
            return Ok(false);
        }
        let logits = model.finish(&running.pass, &running.batch.last_rows(), &mut running.edits)?;
        self.choose(&logits, &running, options, end)?;
        self.past = running.pass.into_past()?;
        Ok(true)
    }

    /// A pass over the prompts, or over the newest token of each sequence that goes on.
    fn start(
        &mut self,
        model: &Transformer,
        prompts: &[EncodedPrompt],
        changes: &Changes,
        options: &Generate,
    ) -> Result<Running> {
        let members: Vec<usize> = (0..self.all.len()).filter(|i| !self.all[*i].ended).collect();
        let (past, batch) = match self.past.take() {
            Some(past) => self.newest(&members, past),
            None => self.prompts(model, prompts, options)?,
        };
        let mut places = Vec::new();
        for (rows, &i) in batch.prompts.iter().zip(&members) {
            let sequence = &mut self.all[i];
            for &row in rows {
                if sequence.changed {
                    let (prompt, position) = (sequence.prompt, sequence.positions());
                    let prompt_tokens = prompts[prompt].ids.len();
                    places.push(Place { row, prompt, position, prompt_tokens });
                }
                sequence.grow(batch.past + row as usize);
            }
        }
        let mut edits = changes.edits(&places)?;
        let pass = model.start_after(past, &batch, &mut edits)?;
        Ok(Running { members, batch, pass, edits })
    }

    /// The last token of each of `members`.
    fn newest(&self, members: &[usize], past: KeysValues) -> (KeysValues, Batch) {
        let newest = |i: &usize| {
            let sequence = &self.all[*i];
            (sequence.tokens.last().map_or(0, |token| token.id), sequence.rows.as_slice())
        };
        let next: Vec<_> = members.iter().map(newest).collect();
        let batch = Batch::continued(past.rows(), &next);
        (past, batch)
    }

    /// Every prompt, each by itself, and room for all that comes after them.
    fn prompts(
        &self,
        model: &Transformer,
        prompts: &[EncodedPrompt],
        options: &Generate,
    ) -> Result<(KeysValues, Batch)> {
        let ids: Vec<&[u32]> = self.all.iter().map(|one| prompts[one.prompt].ids.as_slice()).collect();
        let room: usize = ids.iter().map(|ids| ids.len() + options.max_tokens - 1).sum();
        Ok((KeysValues::with_room(model, room)?, Batch::separate(&ids)))
    }

    fn choose(
        &mut self,
        logits: &Tensor,
        running: &Running,
        options: &Generate,
        end: Option<u32>,
    ) -> Result<()> {
        for (logits, &i) in logits.to_vec2::<f32>()?.iter().zip(&running.members) {
            let sequence = &mut self.all[i];
            let chosen = draw::next(logits, options, sequence.prompt, sequence.tokens.len());
            sequence.tokens.push(chosen);
            sequence.ended = Some(chosen.id) == end || sequence.tokens.len() >= options.max_tokens;
        }
        Ok(())
    }
}
