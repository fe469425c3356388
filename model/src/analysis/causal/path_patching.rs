//! Path patching (Wang et al. 2022, arXiv:2211.00593, appendix B; Goldowsky-Dill et al. 2023, arXiv:2304.05969): what of a
//! sender's effect goes straight to a receiver.
//!
//! The original run is the clean one. A sender takes its value from the corrupted run; every head writes what it wrote in
//! the clean run, MLPs are computed anew; and so a receiver's input changes by what comes to it from the sender without
//! passing another head. Then the clean run is made again with the receivers' inputs as they came out. If the receiver is
//! the logits, the first half is all.

mod direct;
pub(crate) mod places;
mod senders;
#[cfg(test)]
mod tests;
mod through;

use super::super::{Job, Step};
use super::effects::{Effects, Measured};
use super::metric::Measure;
use super::positions::Columns;
use super::recorded::{self, Recorded};
use super::sweep::Sweep;
use crate::error::Result;
use crate::hook_name::Site;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{EventBody, PathPatching, Progress, Sender};
use candle_core::Tensor;
use direct::Inputs;
use places::Place;
use senders::{Grid, Sent, grids, sent};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use through::Through;

/// Bytes that receivers' inputs may take: cells are followed in groups of no more.
const INPUT_BYTES: usize = 256 << 20;

/// Pair by pair: first the direct paths to every receiver, then the clean run with what came out.
pub(crate) struct PathPatchingJob {
    model: Arc<Transformer>,
    prompts: Arc<[EncodedPrompt]>,
    options: PathPatching,
    /// Where senders are changed; everywhere for none.
    columns: Option<Columns>,
    grids: Vec<Grid>,
    input_bytes: usize,
    done: Vec<Measured>,
    pair: Option<Pair>,
}

/// A pair on its way.
struct Pair {
    clean: Recorded,
    corrupted: Recorded,
    /// The first token in which the two differ.
    first: usize,
    measured: Measured,
    /// The cells that are followed together.
    group: Range<usize>,
    /// Where receivers are that the group has not been followed to yet, in the order of the pass.
    places: VecDeque<Place>,
    /// What they hear of the group.
    inputs: Inputs,
    stage: Stage,
}

enum Stage {
    /// Senders' direct paths to the receivers of one place.
    Direct(Sweep<Sent>, Place),
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
        let (grids, options) = (grids(model.config(), options), options.clone());
        Self {
            model,
            prompts,
            options,
            columns,
            grids,
            input_bytes: INPUT_BYTES,
            done: Vec::new(),
            pair: None,
        }
    }

    fn start(&self) -> candle_core::Result<Pair> {
        let prompt = &self.prompts[self.done.len()];
        let mut sites = vec![Site::Z, Site::MlpOut];
        sites.extend(self.options.sender.contains(&Sender::ResidMid).then_some(Site::ResidMid));
        let names = recorded::names(self.model.config(), &sites);
        let [clean, corrupted] = Recorded::run(&self.model, [&prompt.ids, &prompt.corrupted], names)?;
        let both = Tensor::stack(&[&clean.logits, &corrupted.logits], 0)?;
        let both = self.measure(&clean.logits).of(&both)?;
        let measured = Measured { clean: both[0], corrupted: both[1], cells: vec![f32::NAN; self.cells()] };
        let first = prompt.ids.iter().zip(&prompt.corrupted).take_while(|(a, b)| a == b).count();
        let mut pair = Pair {
            clean,
            corrupted,
            first,
            measured,
            group: 0..self.group_size(prompt.ids.len()),
            places: self.places(),
            inputs: Inputs::default(),
            stage: Stage::Done,
        };
        self.next_stage(&mut pair)?;
        Ok(pair)
    }

    fn cells(&self) -> usize {
        self.grids.last().map_or(0, |grid| grid.cells.end)
    }

    /// Where there are receivers, in the order of the pass.
    fn places(&self) -> VecDeque<Place> {
        let place = |receiver| Place::of_receiver(self.model.config(), receiver);
        let mut places: Vec<Place> = self.options.receiver.iter().copied().map(place).collect();
        places.sort_unstable();
        places.dedup();
        places.into()
    }

    /// How many cells' inputs fit the budget, at least one.
    fn group_size(&self, tokens: usize) -> usize {
        let width: usize = self.options.receiver.iter().map(|r| direct::width(&self.model, *r)).sum();
        self.input_bytes.checked_div(4 * tokens * width).map_or(self.cells(), |cells| cells.max(1))
    }

    fn measure<'a>(&'a self, clean: &'a Tensor) -> Measure<'a> {
        Measure { metric: self.options.metric, prompt: &self.prompts[self.done.len()], clean }
    }

    /// Goes on with a pair.
    fn advance(&self, pair: &mut Pair) -> candle_core::Result<()> {
        match &mut pair.stage {
            Stage::Direct(..) => self.follow(pair)?,
            Stage::Through(sweep) => {
                let variants = through::Replaced {
                    clean: &pair.clean,
                    base: &pair.clean.resid(self.model.config())?,
                    inputs: &pair.inputs,
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

    /// Direct paths to the next place with receivers; then the run with all that they hear; then the next group of cells.
    fn next_stage(&self, pair: &mut Pair) -> candle_core::Result<()> {
        loop {
            while let Some(place) = pair.places.pop_front() {
                let cells = self.senders(pair, place);
                if !cells.is_empty() {
                    let sweep = direct::sweep(&self.model, &pair.clean, cells, place.layer)?;
                    pair.stage = Stage::Direct(sweep, place);
                    return Ok(());
                }
            }
            let cells = pair.inputs.cells(pair.first);
            if !cells.is_empty() && !matches!(pair.stage, Stage::Through(_)) {
                pair.stage = Stage::Through(through::sweep(&self.model, &pair.clean, cells)?);
                return Ok(());
            }
            pair.stage = Stage::Done;
            if pair.group.end >= self.cells() {
                break;
            }
            pair.group = pair.group.end..pair.group.end + pair.group.len();
            pair.inputs = Inputs::default();
            pair.places = self.places();
        }
        // what no receiver hears of leaves the run as it is
        for value in pair.measured.cells.iter_mut().filter(|value| value.is_nan()) {
            *value = pair.measured.clean;
        }
        Ok(())
    }

    /// The cells of the group whose sender comes before `place`.
    fn senders(&self, pair: &Pair, place: Place) -> Vec<Sent> {
        let (config, tokens) = (self.model.config(), pair.clean.tokens());
        // of the final residual stream, the last position alone is read
        let changed = if place.is_last(config) { tokens - 1..tokens } else { pair.first..tokens };
        self.grids.iter().flat_map(|grid| sent(config, grid, place, &changed, &pair.group)).collect()
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
        let total = self.prompts.len() * self.cells();
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
