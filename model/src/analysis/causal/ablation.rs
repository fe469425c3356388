//! Ablation: the clean run with one part of it replaced by zeros, by its mean over the prompts, or by what another run has
//! there (Wang et al. 2022, arXiv:2211.00593; Chan et al. 2022, “Causal Scrubbing”).

mod donor;
mod grid;

use super::super::means::Means;
use super::super::{Job, Step};
use super::cells::{PatchCell, Transplant};
use super::effects::{Axes, Effects, Measured};
use super::metric::Measure;
use super::positions::Columns;
use super::recorded::{self, Recorded};
use super::sweep::{Stage, Sweep};
use crate::error::Result;
use crate::hook_name::Site;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{Ablation, AblationMethod, AblationSite, EventBody, Progress};
use candle_core::Tensor;
use donor::{Donor, averaged, site_of};
use grid::{axes, lay_out, top_neurons};
use std::sync::Arc;

/// First the means, where they are asked for; then prompt by prompt.
pub(crate) struct AblationJob {
    model: Arc<Transformer>,
    prompts: Arc<[EncodedPrompt]>,
    options: Ablation,
    /// Where, one position at a time; everywhere for none.
    columns: Option<Columns>,
    axes: Axes,
    means: Means,
    done: Vec<Measured>,
    running: Option<Running>,
}

/// A prompt on its way.
struct Running {
    clean: Recorded,
    donor: Donor,
    sweep: Sweep<PatchCell>,
    measured: Measured,
}

impl AblationJob {
    /// Of prompts that are changed at one of `columns` at a time, which `labels` name, or everywhere.
    pub(crate) fn new(
        model: Arc<Transformer>,
        prompts: Arc<[EncodedPrompt]>,
        options: &Ablation,
        columns: Option<(Columns, Vec<String>)>,
    ) -> Self {
        let (columns, labels): (Option<Columns>, Option<Vec<String>>) = columns.unzip();
        let axes = axes(model.config(), options, labels);
        let by_position = prompts.iter().all(|prompt| prompt.ids.len() == prompts[0].ids.len());
        let means = Means::new(&model, &prompts, averaged(model.config(), options), by_position);
        let options = options.clone();
        Self { model, prompts, options, columns, axes, means, done: Vec::new(), running: None }
    }

    fn start(&self) -> candle_core::Result<Running> {
        let number = self.done.len();
        let prompt = &self.prompts[number];
        let mut sites = vec![site_of(self.options.site)];
        if self.options.site == AblationSite::Neuron {
            // the rest of what the layer writes
            sites.push(Site::MlpOut);
        }
        let names = recorded::names(self.model.config(), &sites);
        let [clean] = Recorded::run(&self.model, [&prompt.ids], names.iter().copied())?;
        let other_ids = self.other_ids(number);
        let other =
            other_ids.map(|ids| Recorded::run(&self.model, [ids], names)).transpose()?.map(|[run]| run);
        let measure = self.measure(&clean.logits);
        let value_of = |run: &Recorded| measure.of(&run.logits.unsqueeze(0)?).map(|values| values[0]);
        let clean_value = value_of(&clean)?;
        let twin = other.as_ref().filter(|_| !prompt.corrupted.is_empty());
        let corrupted = twin.map_or(Ok(f32::NAN), value_of)?;
        let first = match (self.options.method, other_ids) {
            (AblationMethod::Resample, Some(ids)) => {
                prompt.ids.iter().zip(ids).take_while(|(a, b)| a == b).count()
            }
            _ => 0,
        };
        let cells = self.lay_out(number, first);
        let mut values = vec![clean_value; self.cells()];
        for cell in &cells {
            values[cell.number] = f32::NAN;
        }
        let config = self.model.config();
        let stage = Stage { base: clean.resid(config)?, frozen: None, until: config.n_layers };
        let sweep = Sweep::new(&self.model, stage, cells, prompt.ids.len());
        let donor = Donor::new(config, &self.options, other, &self.means)?;
        Ok(Running {
            clean,
            donor,
            sweep,
            measured: Measured { clean: clean_value, corrupted, cells: values },
        })
    }

    /// The other run of a prompt: its twin; for a resampling without twins, the next prompt.
    fn other_ids(&self, number: usize) -> Option<&[u32]> {
        let prompt = &self.prompts[number];
        if !prompt.corrupted.is_empty() {
            return Some(&prompt.corrupted);
        }
        let next = (number + 1) % self.prompts.len();
        (self.options.method == AblationMethod::Resample).then(|| &self.prompts[next].ids[..])
    }

    fn lay_out(&self, number: usize, first: usize) -> Vec<PatchCell> {
        let positions: Vec<Option<usize>> = match &self.columns {
            None => vec![None],
            Some(columns) => columns.positions.iter().map(|column| Some(column[number])).collect(),
        };
        let tokens = self.prompts[number].ids.len();
        lay_out(self.model.config(), &self.options, &positions, tokens, first)
    }

    fn cells(&self) -> usize {
        self.axes.iter().map(|(_, labels)| labels.len()).product()
    }

    fn measure<'a>(&'a self, clean: &'a Tensor) -> Measure<'a> {
        Measure { metric: self.options.metric, prompt: &self.prompts[self.done.len()], clean }
    }

    /// Goes on with a prompt, and says whether cells arrived.
    fn advance(&self, running: &mut Running) -> candle_core::Result<bool> {
        let Running { clean, donor, sweep, measured } = running;
        let values_of = |layer, site| donor.values(&self.model, clean, layer, site);
        let transplant = Transplant { model: &self.model, base: clean, donor: &values_of };
        let Some(arrived) = sweep.step(&self.model, &transplant)? else { return Ok(false) };
        let cells = &sweep.cells()[arrived.cells.clone()];
        let values = self.measure(&clean.logits).of_arrived(&self.model, &arrived)?;
        for (cell, value) in cells.iter().zip(values) {
            measured.cells[cell.number] = value;
        }
        Ok(true)
    }

    fn figures(&self) -> Vec<EventBody> {
        let first = self.running.iter().map(|running| running.measured.clone()).collect::<Vec<_>>();
        let pairs = if self.done.is_empty() { &first } else { &self.done };
        let complete = self.done.len() == self.prompts.len();
        let effects = Effects { prompts: &self.prompts, pairs, normalize: self.options.normalize, complete };
        let by_position = if self.columns.is_some() { "_by_position" } else { "" };
        let name = format!("ablated_{}{by_position}", self.options.site.name());
        let title = format!("Ablation: {}", self.options.site.name());
        let mut figures = effects.figures(&name, &title, 0..self.cells(), &self.axes);
        if let ([(_, neurons)], AblationSite::Neuron) = (&self.axes[..], self.options.site) {
            figures.push(top_neurons(&effects, neurons));
        }
        [effects.summary()].into_iter().chain(figures).map(EventBody::Figure).collect()
    }
}

impl Job for AblationJob {
    fn step(&mut self) -> Result<Step> {
        if self.means.step(&self.model, &self.prompts)? {
            let progress = Progress {
                done: self.means.prompts(),
                total: self.prompts.len(),
                unit: "prompts averaged".to_owned(),
            };
            return Ok(Step { events: vec![EventBody::Progress(progress)], ..Step::default() });
        }
        // the first prompt is shown as it goes, then whole prompts
        let mut shown = true;
        self.running = Some(match self.running.take() {
            None => self.start()?,
            Some(mut running) => {
                shown = self.advance(&mut running)? && self.done.is_empty();
                running
            }
        });
        if let Some(running) = self.running.take_if(|running| running.sweep.is_done()) {
            self.done.push(running.measured);
            shown = true;
        }
        let (done, total) = (self.done.len(), self.prompts.len());
        let mut events = vec![EventBody::Progress(Progress { done, total, unit: "prompts".to_owned() })];
        if shown {
            events.extend(self.figures());
        }
        Ok(Step { events, bytes: Vec::new(), finished: done == total })
    }
}
