//! From an experiment to a job: everything that can be refused is refused here, before anything is computed.
//!
//! [`Plan::new`] expands sets, tokenizes, checks limits and options, and names the result by its content;
//! [`Plan::check`] does the same but collects every problem, for a form that is being filled in. Weights are needed
//! only by [`Plan::job`], so a result already known costs no model.

mod causal;
mod encode;
mod generate;
mod limits;
mod options;
mod pair;
mod positions;
mod warnings;
mod years;

pub use encode::EncodedPrompt;
pub(crate) use encode::text;
pub use limits::Limits;
pub use positions::END;

use crate::analysis::{self, Figures, Job, SideJob};
use crate::checkpoint::Checkpoint;
use crate::error::{Error, Result};
use crate::prompt_sets;
use crate::transformer::Transformer;
use crate::wire::{Checked, Experiment, Problem, Prompts, Started};
use candle_core::Device;
use std::sync::Arc;

/// An experiment that can run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Names the result by its content.
    pub id: String,
    /// Sets expanded and defaults filled in.
    pub experiment: Experiment,
    /// The run's first event.
    pub started: Started,
    prompts: Arc<[EncodedPrompt]>,
    checkpoint: Arc<Checkpoint>,
    /// The same on the model that this one is compared with.
    other: Option<Box<Plan>>,
}

/// Reads an experiment from JSON.
///
/// # Errors
/// [`Error::Experiment`] naming the field, or the line and column of a syntax error.
pub fn parse_experiment(json: &[u8]) -> Result<Experiment> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let experiment = serde_path_to_error::deserialize(&mut deserializer).map_err(|e| {
        let path = e.path().to_string();
        // where the JSON itself breaks off, the path ends in a `?`
        let field = path.trim_end_matches('?').trim_end_matches('.');
        Error::field(if field.is_empty() { "experiment" } else { field }, e.inner().to_string())
    })?;
    deserializer.end().map_err(|e| Error::field("experiment", e.to_string()))?;
    Ok(experiment)
}

impl Plan {
    /// Plans `experiment` on `checkpoint`; what it is compared with is added by [`beside`](Self::beside).
    ///
    /// # Errors
    /// [`Error::Experiment`] with everything that keeps it from running.
    pub fn new(
        checkpoint: &Arc<Checkpoint>,
        experiment: &Experiment,
        limits: &Limits,
        device: &Device,
    ) -> Result<Self> {
        let draft = Draft::new(checkpoint, experiment, limits);
        if !draft.problems.is_empty() {
            return Err(Error::Experiment(draft.problems));
        }
        let id = identify(&draft.experiment, checkpoint.fingerprint()?, None);
        let started = Started {
            id: id.clone(),
            model: checkpoint.info(device, experiment.precision),
            compare_with: None,
            prompts: draft.prompts.iter().map(|p| p.describe(checkpoint.tokens())).collect(),
            warnings: draft.warnings,
        };
        Ok(Self {
            id,
            experiment: draft.experiment,
            started,
            prompts: draft.prompts.into(),
            checkpoint: Arc::clone(checkpoint),
            other: None,
        })
    }

    /// What [`Plan::new`] would say, and [`Plan::beside`] of `other`, all problems together.
    ///
    /// # Errors
    /// [`Error::Model`] where a checkpoint cannot be read whole.
    pub fn check(
        checkpoint: &Checkpoint,
        other: Option<&Checkpoint>,
        experiment: &Experiment,
        limits: &Limits,
    ) -> Result<Checked> {
        let mut draft = Draft::new(checkpoint, experiment, limits);
        if let Some(other) = other {
            draft.check_other(checkpoint, other, limits);
        }
        let fingerprint = |of: &Checkpoint| of.fingerprint().map(ToOwned::to_owned);
        let id = if draft.problems.is_empty() {
            let other = other.map(fingerprint).transpose()?;
            Some(identify(&draft.experiment, checkpoint.fingerprint()?, other.as_deref()))
        } else {
            None
        };
        Ok(Checked {
            id,
            prompts: draft.prompts.iter().map(|p| p.describe(checkpoint.tokens())).collect(),
            experiment: draft.experiment,
            warnings: draft.warnings,
            problems: draft.problems,
        })
    }

    /// The tokenized prompts.
    pub fn prompts(&self) -> &Arc<[EncodedPrompt]> {
        &self.prompts
    }

    /// The checkpoint it was planned on.
    pub fn checkpoint(&self) -> &Arc<Checkpoint> {
        &self.checkpoint
    }

    /// The work itself, on a model loaded from the checkpoint of that `turn`, from 0, with the experiment's processing.
    /// `first` are the figures that came on the turn before.
    ///
    /// # Errors
    /// [`Error::Compute`] where what the analysis needs beforehand cannot be computed.
    pub fn job(&self, turn: usize, model: Arc<Transformer>, first: &Figures) -> Result<Box<dyn Job>> {
        let Some(other) = &self.other else { return analysis::job(self, model) };
        Ok(Box::new(match turn {
            0 => SideJob::first(analysis::job(self, model)?),
            _ => SideJob::other(analysis::job(other, model)?, first.clone()),
        }))
    }
}

/// Sets expanded, prompts encoded as far as they can be, and what was found on the way.
struct Draft {
    experiment: Experiment,
    prompts: Vec<EncodedPrompt>,
    warnings: Vec<String>,
    problems: Vec<Problem>,
}

impl Draft {
    fn new(checkpoint: &Checkpoint, experiment: &Experiment, limits: &Limits) -> Self {
        let (list, mut warnings, mut problems) = match &experiment.prompts {
            Prompts::List(list) => (list.clone(), Vec::new(), limits.prompts(&experiment.analysis, list)),
            Prompts::Set(set) => match prompt_sets::expand(set, checkpoint.tokens(), limits.prompts) {
                Ok(list) => {
                    let problems = limits.prompts(&experiment.analysis, &list);
                    (list, prompt_sets::warnings(set), problems)
                }
                Err(problem) => return Self::refused(experiment, problem),
            },
        };
        let (mut prompts, experiment_out);
        if problems.is_empty() {
            prompts = Vec::with_capacity(list.len());
            for (i, prompt) in list.iter().enumerate() {
                prompts.push(encode::prompt(checkpoint, experiment, i, prompt, &mut problems));
            }
            if let Some(lacking) = set_without_twins(experiment) {
                problems.retain(|problem| !problem.field.ends_with("].corrupted"));
                problems.push(lacking);
            }
            problems.extend(limits.tokens(&prompts));
            problems.extend(options::check(checkpoint, experiment, &prompts, limits));
            warnings.splice(0..0, warnings::of(experiment, checkpoint.tokens(), &list, &prompts));
        } else {
            prompts = Vec::new();
        }
        experiment_out = Experiment { prompts: Prompts::List(list), ..experiment.clone() };
        Self { experiment: experiment_out, prompts, warnings, problems }
    }

    /// What keeps the experiment from running on `other` too.
    fn check_other(&mut self, checkpoint: &Checkpoint, other: &Checkpoint, limits: &Limits) {
        let unfit = pair::problems(checkpoint, other, &self.experiment);
        if unfit.is_empty() {
            let second = Self::new(other, &pair::alone(&self.experiment, other), limits);
            let known = |problem: &Problem| self.problems.contains(problem);
            let news: Vec<_> = second.problems.into_iter().filter(|problem| !known(problem)).collect();
            self.problems.extend(news.into_iter().map(|problem| pair::named(problem, other)));
        }
        self.problems.extend(unfit);
    }

    /// An experiment whose set cannot be expanded.
    fn refused(experiment: &Experiment, problem: Problem) -> Self {
        let experiment = experiment.clone();
        Self { experiment, prompts: Vec::new(), warnings: Vec::new(), problems: vec![problem] }
    }
}

/// Of a set whose prompts have no twins, where the analysis needs them, one problem rather than one a prompt.
fn set_without_twins(experiment: &Experiment) -> Option<Problem> {
    let needed = encode::twins(&experiment.analysis) == encode::Twins::Needed;
    match &experiment.prompts {
        Prompts::Set(set) if needed => prompt_sets::lacks_twins(set),
        _ => None,
    }
}

/// Hash of the resolved experiment with the models replaced by their fingerprints, the precision and the version of the
/// analyses: 32 hexadecimal digits.
fn identify(experiment: &Experiment, fingerprint: &str, other: Option<&str>) -> String {
    let named = Experiment {
        model: fingerprint.to_owned(),
        compare_with: other.map(ToOwned::to_owned),
        ..experiment.clone()
    };
    let content = serde_json::json!({
        "experiment": named,
        "dtype": experiment.precision.name(),
        "version": analysis::VERSION,
    });
    blake3::hash(content.to_string().as_bytes()).to_hex()[..32].to_owned()
}
