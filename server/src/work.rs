//! What the engine has to know of an accepted experiment, and the real one.

use crate::catalog::{Models, Opened};
use crate::hub::{Unfetched, Watch};
use crate::queue::Lane;
use model::wire::{Analysis, Experiment, Started, Variant};
use model::{Checkpoint, Device, Error, Figures, Job, Limits, Plan, Step, Transformer};
use std::sync::Arc;

/// An experiment the engine can run. Separate from [`Planned`] so that the engine's tests need no model.
///
/// It works with one model or with several in turn, each let go before the next: `turn` counts from 0.
pub trait Work: Send + Sync + 'static {
    /// Loaded weights.
    type Model: Send + Sync + 'static;

    /// How many models it works with.
    fn turns(&self) -> usize;
    /// Experiments with equal keys share one loaded model.
    fn model_key(&self, turn: usize) -> String;
    /// Bytes the loaded model takes.
    fn model_bytes(&self, turn: usize) -> u64;
    /// Brings the model's files onto this machine: done on a thread of its own, for as long as it takes, before
    /// [`load`](Self::load); `None` where they are here.
    fn fetch(&self, turn: usize) -> Option<Fetch>;
    /// Loads the model: seconds of reading and arithmetic, done off the engine's thread.
    fn load(&self, turn: usize) -> Result<Self::Model, Error>;
    /// Makes the steps of a turn; `before` are the figures that came on the turns before.
    fn job(&self, turn: usize, model: Arc<Self::Model>, before: &Figures) -> Result<Box<dyn Job>, Error>;
    /// What it is, for log and metrics.
    fn kind(&self) -> &'static str;
    /// Resolved: sets expanded, defaults filled. `None` where there is no result to keep.
    fn experiment(&self) -> Option<&Experiment>;
    /// What its run says first; carries the id.
    fn started(&self) -> &Started;
    /// The lane it waits in.
    fn lane(&self) -> Lane;
}

/// A download that can be followed and given up.
pub type Fetch = Box<dyn FnOnce(&mut dyn Watch) -> Result<(), Unfetched> + Send>;

/// What an accepted request wants of a model: an experiment, or only that it be loaded.
pub struct Planned {
    /// `None` where it is only to be loaded.
    plan: Option<Plan>,
    started: Started,
    /// Turn by turn.
    models: Vec<Opened>,
    variant: Variant,
    device: Device,
}

/// Names a loaded model: its contents, and what was made of them.
pub fn model_key(fingerprint: &str, variant: Variant) -> String {
    let Variant { processing, precision } = variant;
    format!("{fingerprint} {processing:?} {precision:?}")
}

impl Planned {
    /// Plans `experiment` on its models, finding everything that is wrong with it.
    pub fn new(
        models: Models,
        experiment: &Experiment,
        limits: &Limits,
        device: &Device,
    ) -> Result<Self, Error> {
        let plan = models.plan(experiment, limits, device)?;
        let (started, variant) = (plan.started.clone(), plan.experiment.variant());
        let models = [models.first].into_iter().chain(models.other).collect();
        Ok(Self { plan: Some(plan), started, models, variant, device: device.clone() })
    }

    /// Plans no more than that the model is loaded.
    pub fn only_load(opened: Opened, variant: Variant, device: &Device) -> Result<Self, Error> {
        let fingerprint = opened.checkpoint.fingerprint()?;
        let id = format!("load-{}", model_key(fingerprint, variant).to_lowercase().replace(' ', "-"));
        let model = opened.checkpoint.info(device, variant.precision);
        let started = Started { id, model, compare_with: None, prompts: Vec::new(), warnings: Vec::new() };
        Ok(Self { plan: None, started, models: vec![opened], variant, device: device.clone() })
    }

    fn checkpoint(&self, turn: usize) -> &Arc<Checkpoint> {
        &self.models[turn].checkpoint
    }
}

impl Work for Planned {
    type Model = Transformer;

    fn turns(&self) -> usize {
        self.models.len()
    }

    fn model_key(&self, turn: usize) -> String {
        let info = if turn == 0 { Some(&self.started.model) } else { self.started.compare_with.as_ref() };
        info.map(|info| model_key(&info.fingerprint, self.variant)).unwrap_or_default()
    }

    fn model_bytes(&self, turn: usize) -> u64 {
        self.checkpoint(turn).weight_bytes()
    }

    fn fetch(&self, turn: usize) -> Option<Fetch> {
        let weights = self.models[turn].weights.clone()?;
        Some(Box::new(move |watch| weights.fetch(watch)))
    }

    fn load(&self, turn: usize) -> Result<Transformer, Error> {
        Transformer::load(self.checkpoint(turn), self.variant, &self.device)
    }

    fn job(&self, turn: usize, model: Arc<Transformer>, before: &Figures) -> Result<Box<dyn Job>, Error> {
        match &self.plan {
            Some(plan) => plan.job(turn, model, before),
            None => Ok(Box::new(NothingMore)),
        }
    }

    fn kind(&self) -> &'static str {
        self.plan.as_ref().map_or("load", |plan| plan.experiment.analysis.kind())
    }

    fn experiment(&self) -> Option<&Experiment> {
        self.plan.as_ref().map(|plan| &plan.experiment)
    }

    fn started(&self) -> &Started {
        &self.started
    }

    fn lane(&self) -> Lane {
        let Some(plan) = &self.plan else { return Lane::Short };
        match plan.experiment.analysis {
            Analysis::Head(_)
            | Analysis::PositionAttribution(_)
            | Analysis::Attention(_)
            | Analysis::LogitLens(_)
            | Analysis::PromptTest(_)
            | Analysis::Intervene(_)
            | Analysis::HeadCircuit(_) => Lane::Short,
            Analysis::Generate(ref options) => {
                let tokens = plan.prompts().len().saturating_mul(options.max_tokens);
                if tokens <= TOKENS_AT_ONCE { Lane::Short } else { Lane::Long }
            }
            Analysis::Attribution(_)
            | Analysis::Neurons(_)
            | Analysis::Activations(_)
            | Analysis::ActivationPatching(_)
            | Analysis::AttributionPatching(_)
            | Analysis::PathPatching(_)
            | Analysis::Ablation(_)
            | Analysis::DetectHeads(_)
            | Analysis::Composition(_) => Lane::Long,
        }
    }
}

/// Generated tokens up to which someone watches.
const TOKENS_AT_ONCE: usize = 512;

/// Done when its model is there.
struct NothingMore;

impl Job for NothingMore {
    fn step(&mut self) -> Result<Step, Error> {
        Ok(Step { finished: true, ..Step::default() })
    }
}
