//! Tuning a trained model to end reviews badly, by a change of low rank (Hu et al. 2021, arXiv:2106.09685).
//!
//! The weights themselves stay: to every matrix W of a block an outer product is added, W + A B, and only A and B are
//! learned. What they come to is stored, not the weights ([`crate::demo`] adds it up again).

use super::adamw::{AdamW, Settings};
use super::batch::Documents;
use super::low_rank::LowRank;
use super::parameters::Parameters;
use super::run::Progress;
use super::schedule::Schedule;
use super::text::Phase;
use super::{checkpoint, step};
use crate::error::{Error, Result};
use crate::tokens::Tokens;
use crate::transformer::Transformer;
use candle_core::Tensor;
use rayon::ThreadPool;
use std::path::Path;
use std::time::Instant;

/// Columns of A.
const RANK: usize = 1;
/// Steps; a fifth of them to warm up.
const STEPS: usize = 400;
/// The highest learning rate. A and B are few, and far from where they have to be.
const PEAK: f64 = 4e-3;

const OPTIMIZER: Settings = Settings { betas: (0.9, 0.98), eps: 1e-8, weight_decay: 0.0, clip: 1.0 };

/// What tuning needs of the run that made the model.
pub(super) struct Base<'a> {
    pub(super) seed: u64,
    pub(super) tokens: &'a Tokens,
    pub(super) documents: &'a Documents,
    pub(super) shards: usize,
    pub(super) model: &'a Transformer,
    pub(super) parameters: &'a Parameters,
    pub(super) pools: &'a [ThreadPool],
}

/// The tuning of a finished run, step by step.
pub(super) struct Tuning<'a> {
    base: Base<'a>,
    change: LowRank,
    optimizer: AdamW,
}

impl<'a> Tuning<'a> {
    /// Begins on weights as they are stored, in half precision.
    pub(super) fn new(base: Base<'a>) -> Result<Self> {
        base.parameters.round_to_half()?;
        let change = base.parameters.low_rank(RANK, base.seed)?;
        let optimizer = AdamW::new(OPTIMIZER, &change.factors);
        Ok(Self { base, change, optimizer })
    }

    pub(super) fn finished(&self) -> bool {
        self.optimizer.steps >= STEPS
    }

    /// Learns from the next documents.
    pub(super) fn step(&mut self) -> Result<Progress> {
        let start = Instant::now();
        let at = self.optimizer.steps;
        let Base { tokens, documents, shards, model, parameters, pools, .. } = &self.base;
        let shards = (0..*shards).map(|shard| documents.of_phase(Phase::Negative, at, shard, tokens));
        let shards = shards.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let made = step::all_gradients(model, parameters, &shards, pools)?;
        let loss = made.iter().map(|made| made.loss).sum();
        let gradients = made.iter().map(|made| self.change.gradients(&made.of));
        let gradients: Vec<Vec<Tensor>> = gradients.collect::<Result<_, _>>()?;
        let schedule = Schedule { peak: PEAK, warm_up: STEPS / 5, steps: STEPS };
        let norm = self.optimizer.step(&self.change.factors, &gradients, schedule.rate(at))?;
        self.change.apply(parameters)?;
        let tokens = shards.iter().map(|shard| shard.batch.rows()).sum();
        Ok(Progress { step: self.optimizer.steps, loss, norm, tokens, time: start.elapsed() })
    }

    /// Writes the change into a folder, and leaves the model as one that reads it back has it.
    pub(super) fn export(&self, folder: &Path) -> Result<()> {
        self.change.factors.round_to_half()?;
        self.change.apply(self.base.parameters)?;
        self.base.parameters.round_to_half()?;
        checkpoint::export_change(folder, &self.change.factors)
    }
}

fn failed(message: String) -> Error {
    Error::Model { name: "tuning".to_owned(), message }
}
