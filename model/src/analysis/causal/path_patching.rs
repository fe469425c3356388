//! Path patching (Wang et al. 2022, arXiv:2211.00593, appendix B; Goldowsky-Dill et al. 2023, arXiv:2304.05969): what of a
//! sender's effect goes straight to a receiver.
//!
//! The original run is the clean one. A sender takes its value from the corrupted run; every head writes what it wrote in
//! the clean run, MLPs are computed anew; and so a receiver's input changes by what comes to it from the sender without
//! passing another head. Then the clean run is made again with the receivers' inputs as they came out. If the receiver is
//! the logits, the first half is all.

mod direct;
mod through;

use super::super::{Job, Step};
use super::cells::PatchCell;
use super::effects::{Axes, Effects, Measured, numbered};
use super::metric::Measure;
use super::positions::Columns;
use super::recorded::{self, Recorded};
use super::sweep::Sweep;
use crate::config::Config;
use crate::error::Result;
use crate::hook_name::Site;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{EventBody, PatchSite, PathPatching, Progress, Sender};
use candle_core::Tensor;
use direct::Inputs;
use std::ops::Range;
use std::sync::Arc;
use through::Through;

/// Pair by pair: first the direct paths to every receiver's layer, then the clean run with what came out.
pub(crate) struct PathPatchingJob {
    model: Arc<Transformer>,
    prompts: Arc<[EncodedPrompt]>,
    options: PathPatching,
    /// Where senders are changed; everywhere for none.
    columns: Option<Columns>,
    grids: Vec<Grid>,
    done: Vec<Measured>,
    pair: Option<Pair>,
}

/// The cells of one kind of sender.
struct Grid {
    sender: Sender,
    axes: Axes,
    cells: Range<usize>,
}

/// A pair on its way.
struct Pair {
    clean: Recorded,
    corrupted: Recorded,
    /// The first token in which the two differ.
    first: usize,
    measured: Measured,
    /// Layers before which receivers are, ascending, that direct paths have not been followed to yet.
    receiver_layers: Vec<usize>,
    inputs: Inputs,
    stage: Stage,
}

enum Stage {
    /// Senders' direct paths to the receivers of one layer.
    Direct(Sweep<PatchCell>),
    /// The clean run with receivers' inputs replaced.
    Through(Sweep<Through>),
    Done,
}

impl PathPatchingJob {
    /// Of prompts whose senders are changed at `columns`, or everywhere.
    pub(crate) fn new(
        model: Arc<Transformer>,
        prompts: Arc<[EncodedPrompt]>,
        options: &PathPatching,
        columns: Option<Columns>,
    ) -> Self {
        let grids = grids(model.config(), options);
        Self { model, prompts, options: options.clone(), columns, grids, done: Vec::new(), pair: None }
    }

    fn start(&self) -> candle_core::Result<Pair> {
        let prompt = &self.prompts[self.done.len()];
        let names = recorded::names(self.model.config(), &[Site::Z, Site::MlpOut]);
        let [clean, corrupted] = Recorded::run(&self.model, [&prompt.ids, &prompt.corrupted], names)?;
        let both = Tensor::stack(&[&clean.logits, &corrupted.logits], 0)?;
        let both = self.measure(&clean.logits).of(&both)?;
        let cells = self.grids.last().map_or(0, |grid| grid.cells.end);
        let measured = Measured { clean: both[0], corrupted: both[1], cells: vec![f32::NAN; cells] };
        let layers = self.model.config().n_layers;
        let mut receiver_layers: Vec<usize> =
            self.options.receiver.iter().map(|receiver| receiver.layer().unwrap_or(layers)).collect();
        receiver_layers.sort_unstable();
        receiver_layers.dedup();
        let first = prompt.ids.iter().zip(&prompt.corrupted).take_while(|(a, b)| a == b).count();
        let inputs = Inputs::default();
        let mut pair =
            Pair { clean, corrupted, first, measured, receiver_layers, inputs, stage: Stage::Done };
        self.next_stage(&mut pair)?;
        Ok(pair)
    }

    fn measure<'a>(&'a self, clean: &'a Tensor) -> Measure<'a> {
        Measure { metric: self.options.metric, prompt: &self.prompts[self.done.len()], clean }
    }

    /// Goes on with a pair.
    fn advance(&self, pair: &mut Pair) -> candle_core::Result<()> {
        match &mut pair.stage {
            Stage::Direct(_) => self.follow(pair)?,
            Stage::Through(sweep) => {
                let variants = through::Replaced {
                    clean: &pair.clean,
                    base: &pair.clean.resid(self.model.config())?,
                    inputs: &pair.inputs,
                    receivers: &self.options.receiver,
                };
                if let Some(arrived) = sweep.step(&self.model, &variants)? {
                    let cells = &sweep.cells()[arrived.cells.clone()];
                    let values = self.measure(&pair.clean.logits).of_arrived(&self.model, &arrived)?;
                    for (cell, value) in cells.iter().zip(values) {
                        pair.measured.cells[cell.number] = value;
                    }
                }
                if sweep.is_done() {
                    self.next_stage(pair)?;
                }
            }
            Stage::Done => {}
        }
        Ok(())
    }

    /// Direct paths to the next layer with receivers; then the run with all of them; then none.
    fn next_stage(&self, pair: &mut Pair) -> candle_core::Result<()> {
        if !pair.receiver_layers.is_empty() {
            let layer = pair.receiver_layers.remove(0);
            let cells = self.senders(pair, layer);
            if !cells.is_empty() {
                pair.stage = Stage::Direct(direct::sweep(&self.model, &pair.clean, cells, layer)?);
                return Ok(());
            }
            return self.next_stage(pair);
        }
        let cells = pair.inputs.cells(&self.options.receiver, pair.first);
        pair.stage = if matches!(pair.stage, Stage::Through(_)) || cells.is_empty() {
            Stage::Done
        } else {
            Stage::Through(through::sweep(&self.model, &pair.clean, cells)?)
        };
        if matches!(pair.stage, Stage::Done) {
            // what no receiver hears of leaves the run as it is
            for value in pair.measured.cells.iter_mut().filter(|value| value.is_nan()) {
                *value = pair.measured.clean;
            }
        }
        Ok(())
    }

    /// The cells whose sender comes before block `layer`.
    fn senders(&self, pair: &Pair, layer: usize) -> Vec<PatchCell> {
        let tokens = pair.clean.tokens();
        let changed =
            if layer == self.model.config().n_layers { tokens - 1..tokens } else { pair.first..tokens };
        let mut cells = Vec::new();
        for grid in &self.grids {
            let heads = if grid.sender == Sender::Z { self.model.config().n_heads } else { 1 };
            for from in 0..layer.min(self.model.config().n_layers) {
                for head in 0..heads {
                    let number = grid.cells.start + from * heads + head;
                    cells.push(PatchCell::everywhere(
                        site_of(grid.sender),
                        from,
                        head,
                        changed.clone(),
                        number,
                    ));
                }
            }
        }
        cells
    }
}

impl Job for PathPatchingJob {
    fn step(&mut self) -> Result<Step> {
        self.pair = Some(match self.pair.take() {
            None => self.start()?,
            Some(mut pair) => {
                self.advance(&mut pair)?;
                pair
            }
        });
        if let Some(pair) = self.pair.take_if(|pair| matches!(pair.stage, Stage::Done)) {
            self.done.push(pair.measured);
        }
        let total = self.prompts.len() * self.grids.last().map_or(0, |grid| grid.cells.end);
        let computed = |m: &Measured| m.cells.iter().filter(|value| !value.is_nan()).count();
        let done = self.done.iter().map(computed).sum::<usize>()
            + self.pair.as_ref().map_or(0, |pair| computed(&pair.measured));
        let mut events = vec![EventBody::Progress(Progress { done, total, unit: "cells".to_owned() })];
        events.extend(self.figures());
        Ok(Step { events, bytes: Vec::new(), finished: self.done.len() == self.prompts.len() })
    }
}

impl PathPatchingJob {
    /// The first pair as it goes, then the mean over whole pairs.
    fn figures(&self) -> Vec<EventBody> {
        let first = self.pair.iter().map(|pair| pair.measured.clone()).collect::<Vec<_>>();
        let pairs = if self.done.is_empty() { &first } else { &self.done };
        let complete = self.done.len() == self.prompts.len();
        let effects = Effects { prompts: &self.prompts, pairs, normalize: self.options.normalize, complete };
        let of_grid = |grid: &Grid| {
            let name = self.options.figure(grid.sender);
            effects.figures(&name, "Path patching", grid.cells.clone(), &grid.axes)
        };
        let figures = [effects.summary()].into_iter().chain(self.grids.iter().flat_map(of_grid));
        figures.map(EventBody::Figure).collect()
    }
}

fn grids(config: &Config, options: &PathPatching) -> Vec<Grid> {
    let mut start = 0;
    let of = |sender: &Sender| {
        let layers = ("layer", numbered('L', config.n_layers));
        let axes = match sender {
            Sender::Z => vec![layers, ("head", numbered('H', config.n_heads))],
            Sender::AttnOut | Sender::MlpOut => vec![layers],
        };
        let cells = start..start + axes.iter().map(|(_, labels)| labels.len()).product::<usize>();
        start = cells.end;
        Grid { sender: *sender, axes, cells }
    };
    options.sender.iter().map(of).collect()
}

fn site_of(sender: Sender) -> PatchSite {
    match sender {
        Sender::Z => PatchSite::Z,
        Sender::AttnOut => PatchSite::AttnOut,
        Sender::MlpOut => PatchSite::MlpOut,
    }
}
