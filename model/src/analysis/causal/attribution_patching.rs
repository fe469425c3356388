//! Attribution patching (Nanda 2023, neelnanda.io/attribution-patching; Syed et al., arXiv:2310.10348): activation
//! patching to first order, for all sites in two forward passes and one backward pass.
//!
//! Putting the activation a' of one run in place of another run's a changes a measured number m by about (a' − a) · ∂m/∂a.

use super::super::{Job, Step};
use super::activation_patching::{ActivationPatchingJob, Grid, grids};
use super::backward::{Backward, Ends, Group};
use super::comparison::Comparison;
use super::effects::{Effects, Measured};
use super::metric::Measure;
use super::positions::Columns;
use crate::error::Result;
use crate::hook_name::{HookName, Site};
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{AttributionPatching, Direction, EventBody, PatchSite, Progress};
use candle_core::{D, Tensor};
use std::sync::Arc;

/// Pair by pair; then, where asked, activation patching itself.
pub(crate) struct AttributionPatchingJob {
    model: Arc<Transformer>,
    prompts: Arc<[EncodedPrompt]>,
    options: AttributionPatching,
    columns: Columns,
    grids: Vec<Grid>,
    done: Vec<Measured>,
    pair: Option<Pair>,
    comparison: Option<Comparison>,
}

/// A pair on its way.
struct Pair {
    backward: Backward,
    measured: Measured,
}

impl AttributionPatchingJob {
    /// Of prompts whose positions correspond as `columns` says; `labels` are the columns' names.
    pub(crate) fn new(
        model: Arc<Transformer>,
        prompts: Arc<[EncodedPrompt]>,
        options: &AttributionPatching,
        columns: Columns,
        labels: &[String],
    ) -> Self {
        let real = options.patching();
        let grids = grids(model.config(), &real, labels);
        let comparison = options.compare.then(|| {
            let (model, prompts) = (Arc::clone(&model), Arc::clone(&prompts));
            Comparison::new(ActivationPatchingJob::new(model, prompts, &real, columns.clone(), labels))
        });
        Self {
            model,
            prompts,
            options: options.clone(),
            columns,
            grids,
            done: Vec::new(),
            pair: None,
            comparison,
        }
    }

    fn start(&self) -> candle_core::Result<Pair> {
        let EncodedPrompt { ids, corrupted, .. } = &self.prompts[self.done.len()];
        let (base, donor) = match self.options.direction {
            Direction::CleanIntoCorrupted => (corrupted, ids),
            Direction::CorruptedIntoClean => (ids, corrupted),
        };
        let cells = vec![f32::NAN; self.cells()];
        let backward = Backward::new(&self.model, base, donor)?;
        Ok(Pair { backward, measured: Measured { clean: f32::NAN, corrupted: f32::NAN, cells } })
    }

    /// Follows the pair back through some more blocks.
    fn advance(&self, pair: &mut Pair) -> candle_core::Result<()> {
        let Pair { backward, measured } = pair;
        let sites: Vec<Site> = self.grids.iter().map(|grid| hook(grid.site)).collect();
        let group = backward.step(&self.model, &sites, |ends| self.measure(&ends, measured))?;
        let unchanged = match self.options.direction {
            Direction::CleanIntoCorrupted => measured.corrupted,
            Direction::CorruptedIntoClean => measured.clean,
        };
        for grid in &self.grids {
            for layer in group.layers.clone() {
                let effects = self.effects(&group, grid, layer)?;
                let cells = &mut measured.cells[grid.cells.clone()];
                let width = cells.len() / self.model.config().n_layers;
                let cells = &mut cells[layer * width..][..width];
                cells.iter_mut().zip(effects).for_each(|(cell, effect)| *cell = unchanged + effect);
            }
        }
        Ok(())
    }

    /// Measures both ends, and gives the base's as the number that is followed.
    fn measure(&self, ends: &Ends<'_>, measured: &mut Measured) -> candle_core::Result<Tensor> {
        let (base, donor) = (ends.base.detach(), ends.donor);
        let forwards = self.options.direction == Direction::CleanIntoCorrupted;
        let clean = if forwards { donor } else { &base };
        let prompt = &self.prompts[self.done.len()];
        let measure = Measure { metric: self.options.metric, prompt, clean };
        let number = measure.values(&ends.base.unsqueeze(0)?)?.squeeze(0)?;
        let theirs = measure.of(&donor.unsqueeze(0)?)?[0];
        let ours = number.to_scalar()?;
        (measured.clean, measured.corrupted) = if forwards { (theirs, ours) } else { (ours, theirs) };
        Ok(number)
    }

    /// The cells of one layer of a grid, in its order.
    fn effects(&self, group: &Group, grid: &Grid, layer: usize) -> candle_core::Result<Vec<f32>> {
        let pair = self.done.len();
        let name = HookName::block(layer, hook(grid.site));
        let by_element = group.effect(name, self.prompts[pair].ids.len())?;
        let at = |values: &[f32]| -> Vec<f32> {
            self.columns.positions.iter().map(|column| values[column[pair]]).collect()
        };
        if !grid.site.of_head() {
            return Ok(at(&by_element.sum(D::Minus1)?.to_vec1::<f32>()?));
        }
        let by_head = by_element.sum(D::Minus1)?;
        if self.options.by_position {
            let by_head = by_head.t()?.to_vec2::<f32>()?;
            return Ok(by_head.iter().flat_map(|positions| at(positions)).collect());
        }
        by_head.sum(0)?.to_vec1()
    }

    fn cells(&self) -> usize {
        self.grids.last().map_or(0, |grid| grid.cells.end)
    }

    fn is_compared(&self) -> bool {
        self.comparison.as_ref().is_none_or(Comparison::is_done)
    }

    /// With a comparison, cells are counted twice: estimated, and patched.
    fn progress(&self, patched: usize) -> EventBody {
        let known = |pair: &Pair| pair.measured.cells.iter().filter(|value| !value.is_nan()).count();
        let done = self.done.len() * self.cells() + self.pair.as_ref().map_or(0, known) + patched;
        let all = self.prompts.len() * self.cells();
        let total = if self.options.compare { 2 * all } else { all };
        EventBody::Progress(Progress { done, total, unit: "cells".to_owned() })
    }

    fn figures(&self) -> Vec<EventBody> {
        let complete = self.done.len() == self.prompts.len();
        let effects = Effects {
            prompts: &self.prompts,
            pairs: &self.done,
            normalize: self.options.normalize,
            complete,
        };
        let of_grid = |grid: &Grid| {
            let title = format!("Attribution patching: {}", grid.site.name());
            effects.figures(&grid.name("attributed"), &title, grid.cells.clone(), &grid.axes)
        };
        let figures = [effects.summary()].into_iter().chain(self.grids.iter().flat_map(of_grid));
        figures.map(EventBody::Figure).collect()
    }

    /// One step of activation patching, and once it is done, both beside each other.
    fn compare(&mut self) -> Result<Step> {
        let estimated = self.figures();
        let Some(comparison) = &mut self.comparison else {
            return Ok(Step { finished: true, ..Step::default() });
        };
        let mut step = comparison.step(&estimated, &self.grids)?;
        let patched = comparison.patched();
        step.events.push(self.progress(patched));
        step.finished = self.is_compared();
        Ok(step)
    }
}

impl Job for AttributionPatchingJob {
    fn step(&mut self) -> Result<Step> {
        if self.done.len() == self.prompts.len() {
            return self.compare();
        }
        let mut pair = match self.pair.take() {
            Some(pair) => pair,
            None => self.start()?,
        };
        self.advance(&mut pair)?;
        let mut shown = Vec::new();
        if pair.backward.is_done() {
            self.done.push(pair.measured);
            shown = self.figures();
        } else {
            self.pair = Some(pair);
        }
        let mut events = vec![self.progress(0)];
        events.extend(shown);
        let finished = self.done.len() == self.prompts.len() && self.is_compared();
        Ok(Step { events, bytes: Vec::new(), finished })
    }
}

/// Where the forward pass has what is put in.
fn hook(site: PatchSite) -> Site {
    match site {
        PatchSite::ResidPre => Site::ResidPre,
        PatchSite::ResidMid => Site::ResidMid,
        PatchSite::AttnOut => Site::AttnOut,
        PatchSite::MlpOut => Site::MlpOut,
        PatchSite::Z => Site::Z,
        PatchSite::Q => Site::Q,
        PatchSite::K => Site::K,
        PatchSite::V => Site::V,
        PatchSite::Pattern => Site::Pattern,
    }
}
