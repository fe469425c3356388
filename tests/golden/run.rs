//! Runs an experiment in this process, as the command line does.

use crate::device::device;
use crate::expected;
use model::checkpoint::Source;
use model::wire::{EventBody, Experiment, Figure, PromptTokens};
use model::{Checkpoint, Device, Error, Figures, Limits, Plan, Transformer};
use std::path::Path;
use std::sync::Arc;

/// What a finished run said.
pub(crate) struct Outcome {
    pub(crate) prompts: Vec<PromptTokens>,
    /// The last of every name and prompt.
    pub(crate) figures: Vec<Figure>,
    /// The file of an `activations` run.
    pub(crate) bytes: Vec<u8>,
}

impl Outcome {
    /// The figure of that name.
    pub(crate) fn figure(&self, name: &str) -> &Figure {
        self.find(name, None)
    }

    /// The figure of that name, and of that prompt where one is asked for.
    pub(crate) fn find(&self, name: &str, prompt: Option<usize>) -> &Figure {
        let found = self
            .figures
            .iter()
            .find(|figure| figure.name == name && (prompt.is_none() || figure.prompt == prompt));
        found.unwrap_or_else(|| panic!("no figure {name} {prompt:?}"))
    }
}

/// Opens a committed checkpoint.
pub(crate) fn open(name: &str) -> Arc<Checkpoint> {
    open_folder(&expected::checkpoint(name)).unwrap()
}

/// Opens any folder.
pub(crate) fn open_folder(folder: &Path) -> Result<Arc<Checkpoint>, Error> {
    Checkpoint::open("tiny", &Source::Folder(folder.to_owned())).map(Arc::new)
}

/// Runs `experiment` on `checkpoint`, whatever model it names.
pub(crate) fn run(checkpoint: &Arc<Checkpoint>, experiment: &Experiment) -> Outcome {
    run_on(device(), checkpoint, experiment)
}

/// Runs it on another device than the tests' own.
pub(crate) fn run_on(device: &Device, checkpoint: &Arc<Checkpoint>, experiment: &Experiment) -> Outcome {
    let plan = Plan::new(checkpoint, experiment, &Limits::default(), device).unwrap();
    let model = Transformer::load(checkpoint, experiment.variant(), device).unwrap();
    let mut job = plan.job(0, Arc::new(model), &Figures::default()).unwrap();
    let mut outcome = Outcome { prompts: plan.started.prompts.clone(), figures: vec![], bytes: vec![] };
    loop {
        let step = job.step().unwrap();
        for event in step.events {
            if let EventBody::Figure(figure) = event {
                outcome.figures.retain(|old| (&old.name, old.prompt) != (&figure.name, figure.prompt));
                outcome.figures.push(figure);
            }
        }
        outcome.bytes.extend(step.bytes);
        if step.finished {
            return outcome;
        }
    }
}
