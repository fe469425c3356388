//! Activation patching (Vig et al. 2020, arXiv:2004.12265; Meng et al. 2022, arXiv:2202.05262; Heimersheim and Nanda
//! 2024, arXiv:2404.15255): an activation of one run put into the other, one at a time, and what that makes of the answer.
//!
//! As TransformerLens's `patching`: the residual stream, what attention or an MLP writes at one position; a head's z, q, k,
//! v or pattern at all positions, or at one.

use super::super::{Job, Step};
use super::cells::{PatchCell, Transplant, recorded_sites};
use super::effects::{Axes, Effects, Measured, numbered};
use super::metric::Measure;
use super::positions::Columns;
use super::recorded::{self, Recorded};
use super::sweep::{Stage, Sweep};
use crate::config::Config;
use crate::error::Result;
use crate::hook_name::HookName;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{ActivationPatching, Direction, EventBody, PatchSite, Progress};
use candle_core::Tensor;
use std::ops::Range;
use std::sync::Arc;

/// Pair by pair.
pub(crate) struct ActivationPatchingJob {
    model: Arc<Transformer>,
    prompts: Arc<[EncodedPrompt]>,
    options: ActivationPatching,
    columns: Columns,
    grids: Vec<Grid>,
    recorded: Vec<HookName>,
    done: Vec<Measured>,
    pair: Option<Pair>,
}

/// The cells of one site.
pub(super) struct Grid {
    pub(super) site: PatchSite,
    pub(super) axes: Axes,
    /// Where they stand among all cells.
    pub(super) cells: Range<usize>,
}

impl Grid {
    /// What a figure of it is called.
    pub(super) fn name(&self, what: &str) -> String {
        let by_position = if self.axes.len() > 2 { "_by_position" } else { "" };
        format!("{what}_{}{by_position}", self.site.name())
    }

    /// What each cell is called: `L2H1`, or `L2 · film`.
    pub(super) fn labels(&self) -> Vec<String> {
        let mut all = vec![String::new()];
        for (axis, labels) in &self.axes {
            let joint = if *axis == "position" { " · " } else { "" };
            all = all
                .iter()
                .flat_map(|so_far| labels.iter().map(move |l| format!("{so_far}{joint}{l}")))
                .collect();
        }
        all
    }
}

/// A pair on its way.
struct Pair {
    base: Recorded,
    donor: Recorded,
    sweep: Sweep<PatchCell>,
    clean_logits: Tensor,
    measured: Measured,
}

impl ActivationPatchingJob {
    /// Of prompts whose positions correspond as `columns` says; `labels` are the columns' names.
    pub(crate) fn new(
        model: Arc<Transformer>,
        prompts: Arc<[EncodedPrompt]>,
        options: &ActivationPatching,
        columns: Columns,
        labels: &[String],
    ) -> Self {
        let grids = grids(model.config(), options, labels);
        let recorded = recorded::names(model.config(), &recorded_sites(&options.site));
        Self {
            model,
            prompts,
            options: options.clone(),
            columns,
            grids,
            recorded,
            done: Vec::new(),
            pair: None,
        }
    }

    /// Runs the next pair and lays out its cells. Those that change nothing are known at once.
    fn start(&self) -> candle_core::Result<Pair> {
        let prompt = &self.prompts[self.done.len()];
        let names = self.recorded.iter().copied();
        let [clean, corrupted] = Recorded::run(&self.model, [&prompt.ids, &prompt.corrupted], names)?;
        let clean_logits = clean.logits.clone();
        let measure = self.measure(&clean_logits);
        let both = measure.of(&Tensor::stack(&[&clean.logits, &corrupted.logits], 0)?)?;
        let (base, donor, unchanged) = match self.options.direction {
            Direction::CleanIntoCorrupted => (corrupted, clean, both[1]),
            Direction::CorruptedIntoClean => (clean, corrupted, both[0]),
        };
        let values_of = |layer, site| donor.at(layer, site);
        let transplant = Transplant { model: &self.model, base: &base, donor: &values_of };
        let mut values = vec![unchanged; self.cells()];
        let cells = self.lay_out(&transplant)?;
        for cell in &cells {
            values[cell.number] = f32::NAN;
        }
        let config = self.model.config();
        let stage = Stage { base: base.resid(config)?, frozen: None, until: config.n_layers };
        let sweep = Sweep::new(&self.model, stage, cells, prompt.ids.len());
        let measured = Measured { clean: both[0], corrupted: both[1], cells: values };
        Ok(Pair { base, donor, sweep, clean_logits, measured })
    }

    /// The cells of the next pair that can change something.
    fn lay_out(&self, transplant: &Transplant<'_>) -> candle_core::Result<Vec<PatchCell>> {
        let (pair, config) = (self.done.len(), self.model.config());
        let EncodedPrompt { ids, corrupted, .. } = &self.prompts[pair];
        let first = ids.iter().zip(corrupted).take_while(|(a, b)| a == b).count();
        let mut cells = Vec::new();
        for grid in &self.grids {
            let mut number = grid.cells.start..;
            for layer in 0..config.n_layers {
                let same = transplant.same(grid.site, layer)?;
                let heads = if grid.site.of_head() { config.n_heads } else { 1 };
                for head in 0..heads {
                    let everywhere = grid.site.of_head() && !self.options.by_position;
                    let columns = if everywhere { &[][..] } else { &self.columns.positions[..] };
                    let positions = columns.iter().map(|column| Some(column[pair]));
                    for position in positions.chain(everywhere.then_some(None)) {
                        let (Some(number), false) = (number.next(), position.is_some_and(|p| same[p])) else {
                            continue;
                        };
                        cells.extend(PatchCell::new(
                            grid.site,
                            layer,
                            head,
                            position,
                            ids.len(),
                            first,
                            number,
                        ));
                    }
                }
            }
        }
        Ok(cells)
    }

    fn measure<'a>(&'a self, clean: &'a Tensor) -> Measure<'a> {
        Measure { metric: self.options.metric, prompt: &self.prompts[self.done.len()], clean }
    }

    fn cells(&self) -> usize {
        self.grids.last().map_or(0, |grid| grid.cells.end)
    }

    /// Goes on with a pair, and says whether cells arrived.
    fn advance(&self, pair: &mut Pair) -> candle_core::Result<bool> {
        let Pair { base, donor, sweep, clean_logits, measured } = pair;
        let values_of = |layer, site| donor.at(layer, site);
        let transplant = Transplant { model: &self.model, base, donor: &values_of };
        let Some(arrived) = sweep.step(&self.model, &transplant)? else {
            return Ok(false);
        };
        let cells = &sweep.cells()[arrived.cells.clone()];
        let values = self.measure(clean_logits).of_arrived(&self.model, &arrived)?;
        for (cell, value) in cells.iter().zip(values) {
            measured.cells[cell.number] = value;
        }
        Ok(true)
    }

    fn progress(&self) -> EventBody {
        let computed = |pair: &Pair| pair.measured.cells.iter().filter(|value| !value.is_nan()).count();
        let done = self.done.len() * self.cells() + self.pair.as_ref().map_or(0, computed);
        EventBody::Progress(Progress {
            done,
            total: self.prompts.len() * self.cells(),
            unit: "cells".to_owned(),
        })
    }

    fn figures(&self) -> Vec<EventBody> {
        // the first pair is shown as it goes; then whole pairs, so that a mean is over the same pairs everywhere
        let first: Vec<Measured>;
        let pairs = match &self.pair {
            Some(pair) if self.done.is_empty() => {
                first = vec![pair.measured.clone()];
                &first
            }
            _ => &self.done,
        };
        let complete = self.done.len() == self.prompts.len();
        let effects = Effects { prompts: &self.prompts, pairs, normalize: self.options.normalize, complete };
        let of_grid = |grid: &Grid| {
            effects.figures(&grid.name("patched"), &title(grid.site), grid.cells.clone(), &grid.axes)
        };
        let figures = [effects.summary()].into_iter().chain(self.grids.iter().flat_map(of_grid));
        figures.map(EventBody::Figure).collect()
    }
}

impl Job for ActivationPatchingJob {
    fn step(&mut self) -> Result<Step> {
        let mut shown = true;
        self.pair = Some(match self.pair.take() {
            None => self.start()?,
            Some(mut pair) => {
                shown = self.advance(&mut pair)? && self.done.is_empty();
                pair
            }
        });
        if let Some(pair) = self.pair.take_if(|pair| pair.sweep.is_done()) {
            self.done.push(pair.measured);
            shown = true;
        }
        let mut events = vec![self.progress()];
        if shown {
            events.extend(self.figures());
        }
        Ok(Step { events, bytes: Vec::new(), finished: self.done.len() == self.prompts.len() })
    }
}

/// One grid a site, its cells after those of the one before.
pub(super) fn grids(config: &Config, options: &ActivationPatching, labels: &[String]) -> Vec<Grid> {
    let mut start = 0;
    let of = |site: &PatchSite| {
        let layers = ("layer", numbered('L', config.n_layers));
        let heads = || ("head", numbered('H', config.n_heads));
        let positions = || ("position", labels.to_vec());
        let axes = match (site.of_head(), options.by_position) {
            (false, _) => vec![layers, positions()],
            (true, false) => vec![layers, heads()],
            (true, true) => vec![layers, heads(), positions()],
        };
        let cells = start..start + axes.iter().map(|(_, labels)| labels.len()).product::<usize>();
        start = cells.end;
        Grid { site: *site, axes, cells }
    };
    options.site.iter().map(of).collect()
}

fn title(site: PatchSite) -> String {
    format!("Activation patching: {}", site.name())
}
