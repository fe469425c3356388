//! What the engine has to know of an accepted experiment, and the real one.

use crate::catalog::Opened;
use crate::hub::{Unfetched, Watch, Weights};
use crate::queue::Lane;
use model::wire::{Analysis, Experiment, Started};
use model::{Device, Error, Job, Limits, Plan, Transformer};
use std::sync::Arc;

/// An experiment the engine can run. Separate from [`Planned`] so that the engine's tests need no model.
pub trait Work: Send + Sync + 'static {
    /// Loaded weights.
    type Model: Send + Sync + 'static;

    /// Experiments with equal keys share one loaded model.
    fn model_key(&self) -> String;
    /// Bytes the loaded model takes.
    fn model_bytes(&self) -> u64;
    /// Brings the model's files onto this machine: done on a thread of its own, for as long as it takes, before
    /// [`load`](Self::load); `None` where they are here.
    fn fetch(&self) -> Option<Fetch>;
    /// Loads the model: seconds of reading and arithmetic, done off the engine's thread.
    fn load(&self) -> Result<Self::Model, Error>;
    /// Makes the steps.
    fn job(&self, model: Arc<Self::Model>) -> Result<Box<dyn Job>, Error>;
    /// Resolved: sets expanded, defaults filled.
    fn experiment(&self) -> &Experiment;
    /// What its run says first; carries the id.
    fn started(&self) -> &Started;
    /// The lane it waits in.
    fn lane(&self) -> Lane;
}

/// A download that can be followed and given up.
pub type Fetch = Box<dyn FnOnce(&mut dyn Watch) -> Result<(), Unfetched> + Send>;

/// A planned experiment on a checkpoint.
pub struct Planned {
    plan: Plan,
    weights: Option<Weights>,
    device: Device,
}

impl Planned {
    /// Plans `experiment`, finding everything that is wrong with it.
    pub fn new(
        opened: &Opened,
        experiment: &Experiment,
        limits: &Limits,
        device: &Device,
    ) -> Result<Self, Error> {
        let plan = Plan::new(&opened.checkpoint, experiment, limits, device)?;
        Ok(Self { plan, weights: opened.weights.clone(), device: device.clone() })
    }
}

impl Work for Planned {
    type Model = Transformer;

    fn model_key(&self) -> String {
        format!("{} {:?}", self.plan.started.model.fingerprint, self.plan.experiment.processing)
    }

    fn model_bytes(&self) -> u64 {
        self.plan.checkpoint().weight_bytes()
    }

    fn fetch(&self) -> Option<Fetch> {
        let weights = self.weights.clone()?;
        Some(Box::new(move |watch| weights.fetch(watch)))
    }

    fn load(&self) -> Result<Transformer, Error> {
        Transformer::load(self.plan.checkpoint(), self.plan.experiment.processing, &self.device)
    }

    fn job(&self, model: Arc<Transformer>) -> Result<Box<dyn Job>, Error> {
        self.plan.job(model)
    }

    fn experiment(&self) -> &Experiment {
        &self.plan.experiment
    }

    fn started(&self) -> &Started {
        &self.plan.started
    }

    fn lane(&self) -> Lane {
        match self.plan.experiment.analysis {
            Analysis::Head(_)
            | Analysis::PositionAttribution(_)
            | Analysis::Attention(_)
            | Analysis::LogitLens(_)
            | Analysis::PromptTest(_) => Lane::Short,
            Analysis::Attribution(_) | Analysis::Neurons(_) | Analysis::Activations(_) => Lane::Long,
        }
    }
}
