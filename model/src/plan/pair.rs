//! The same experiment on another model of the same vocabulary.

use super::{Limits, Plan, identify};
use crate::checkpoint::Checkpoint;
use crate::error::{Error, Result};
use crate::wire::{Analysis, Experiment, Problem, Prompts};
use candle_core::Device;
use std::sync::Arc;

impl Plan {
    /// Plans the same on `other`, the experiment's `compare_with`: the run has its figures too, and the differences.
    ///
    /// # Errors
    /// [`Error::Experiment`] where the two cannot be compared, or the other one cannot do what is asked.
    pub fn beside(mut self, other: &Arc<Checkpoint>, limits: &Limits, device: &Device) -> Result<Self> {
        let problems = problems(&self.checkpoint, other, &self.experiment);
        if !problems.is_empty() {
            return Err(Error::Experiment(problems));
        }
        let second = Self::new(other, &alone(&self.experiment, other), limits, device)
            .map_err(|e| of_other(e, other))?;
        self.id = identify(&self.experiment, self.checkpoint.fingerprint()?, Some(other.fingerprint()?));
        self.started.id.clone_from(&self.id);
        let known = &self.started.warnings;
        let news: Vec<_> =
            second.started.warnings.iter().filter(|warning| !known.contains(warning)).cloned().collect();
        self.started.warnings.extend(news);
        self.started.warnings.extend(other_shape(&self.checkpoint, other));
        self.started.compare_with = Some(second.started.model.clone());
        self.other = Some(Box::new(second));
        Ok(self)
    }
}

/// The same question to the other model only.
pub(super) fn alone(experiment: &Experiment, other: &Checkpoint) -> Experiment {
    Experiment { model: other.name().to_owned(), compare_with: None, ..experiment.clone() }
}

/// What keeps two models from being compared, each by what it is about. `experiment` has its sets expanded.
pub(super) fn problems(first: &Checkpoint, other: &Checkpoint, experiment: &Experiment) -> Vec<Problem> {
    let about = |field: &str, message: String| Problem { field: field.to_owned(), prompt: None, message };
    let mut found = Vec::new();
    if first.name() == other.name() {
        found.push(about("compare_with", "this is the model itself; choose another one".to_owned()));
    }
    if matches!(experiment.analysis, Analysis::Activations(_)) {
        let message = "activations are a file of one model; ask for each model's by itself".to_owned();
        found.push(about("compare_with", message));
    }
    let Prompts::List(list) = &experiment.prompts else { return found };
    let texts = list.iter().map(|prompt| prompt.text.as_str());
    if let Err(why) = first.tokens().same_as(other.tokens(), texts) {
        let message = format!(
            "`{}` has another vocabulary than `{}` ({why}); choose a model of the same one",
            other.name(),
            first.name()
        );
        found.push(about("compare_with", message));
    }
    found
}

/// A failure of the other model's plan, saying whose it is.
pub(super) fn of_other(error: Error, other: &Checkpoint) -> Error {
    match error {
        Error::Experiment(problems) => {
            Error::Experiment(problems.into_iter().map(|problem| named(problem, other)).collect())
        }
        error => error,
    }
}

pub(super) fn named(problem: Problem, other: &Checkpoint) -> Problem {
    Problem {
        message: format!("of `{}`, which it is compared with: {}", other.name(), problem.message),
        ..problem
    }
}

/// That some figures have no difference.
fn other_shape(first: &Checkpoint, other: &Checkpoint) -> Option<String> {
    let shape = |checkpoint: &Checkpoint| (checkpoint.config().n_layers, checkpoint.config().n_heads);
    let ((layers, heads), (layers_other, heads_other)) = (shape(first), shape(other));
    (shape(first) != shape(other)).then(|| {
        format!(
            "{} has {layers} layers of {heads} heads, {} {layers_other} of {heads_other}: figures whose rows or columns \
             are not the same have no difference.",
            first.name(),
            other.name()
        )
    })
}
