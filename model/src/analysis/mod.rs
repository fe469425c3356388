//! The analyses: one file or folder a kind.
//!
//! Each says what to run and turns recorded values into [`Figure`]s by pure maths. A kind is a
//! [`Job`] that is stepped; a step runs one chunk of prompts and emits the figures as far as they are known, under
//! the same names, so that a page shows the shape of the answer after the first one.

pub mod activations;
pub(crate) mod attention;
mod attribution;
mod beside;
pub(crate) mod causal;
mod chunks;
mod circuits;
mod components;
mod composition;
pub(crate) mod detect_heads;
mod detection;
mod direction;
mod generate;
mod head;
mod head_circuit;
mod interventions;
mod last_tokens;
pub(crate) mod lens;
mod lines;
mod logit_lens;
mod logits;
mod means;
pub(crate) mod neurons;
mod position_attribution;
mod prompt_test;
mod ranking;
mod recording;
mod refinement;
mod twins;
mod walk;

pub use beside::Figures;
pub(crate) use beside::SideJob;

use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::transformer::Transformer;
use crate::wire::{ActivationPatching, Analysis, EventBody, Figure, FigureData, Progress};
use std::sync::Arc;

/// Part of every result's id. Raise it when the numbers of any kind move.
pub const VERSION: u32 = 2;

/// Work in steps. Between two steps others get their turn, and a cancelled job is simply dropped.
pub trait Job: Send {
    /// Does the next piece.
    ///
    /// # Errors
    /// Those of the computation; the job is over then.
    fn step(&mut self) -> Result<Step>;
}

/// What one step brought.
#[derive(Debug, Default)]
pub struct Step {
    /// Progress and figures; never `started`, `done` or `error`, which belong to whoever drives the job.
    pub events: Vec<EventBody>,
    /// To be appended to the run's file, where the kind makes one.
    pub bytes: Vec<u8>,
    /// Nothing is left to do.
    pub finished: bool,
}

/// The job of a plan.
pub(crate) fn job(plan: &Plan, model: Arc<Transformer>) -> Result<Box<dyn Job>> {
    let prompts = Arc::clone(plan.prompts());
    Ok(match &plan.experiment.analysis {
        Analysis::Attribution(options) => Box::new(attribution::AttributionJob::new(model, prompts, options)),
        Analysis::Head(options) => {
            Box::new(head::HeadJob::new(model, Arc::clone(plan.checkpoint()), prompts, options))
        }
        Analysis::Neurons(options) => {
            Box::new(neurons::NeuronsJob::new(model, Arc::clone(plan.checkpoint()), &prompts, options))
        }
        Analysis::PositionAttribution(options) => {
            let checkpoint = Arc::clone(plan.checkpoint());
            Box::new(position_attribution::PositionJob::new(model, checkpoint, &prompts, options))
        }
        Analysis::Attention(options) => Box::new(attention::AttentionJob::new(model, &prompts, options)),
        Analysis::LogitLens(options) => {
            let checkpoint = Arc::clone(plan.checkpoint());
            Box::new(logit_lens::LogitLensJob::new(model, checkpoint, &prompts, options))
        }
        Analysis::PromptTest(options) => {
            let checkpoint = Arc::clone(plan.checkpoint());
            Box::new(prompt_test::PromptTestJob::new(model, checkpoint, prompts, options))
        }
        Analysis::ActivationPatching(options) => {
            let (columns, labels) = columns(plan, options)?;
            Box::new(causal::ActivationPatchingJob::new(model, prompts, options, columns, &labels))
        }
        Analysis::Ablation(options) => {
            let columns = options.by_position.then(|| causal::Columns::of(&prompts, None)).transpose();
            let columns = columns.map_err(|message| Error::field("prompts", message))?;
            let labels = |columns: causal::Columns| {
                let labels = columns.labels(&prompts, plan.checkpoint().tokens());
                (columns, labels)
            };
            let columns = columns.map(labels);
            Box::new(causal::AblationJob::new(model, prompts, options, columns))
        }
        Analysis::Intervene(options) => {
            let checkpoint = Arc::clone(plan.checkpoint());
            Box::new(causal::InterveneJob::new(model, checkpoint, prompts, options))
        }
        Analysis::PathPatching(options) => {
            let columns =
                options.positions.as_deref().map(|names| causal::Columns::of(&prompts, Some(names)));
            let columns =
                columns.transpose().map_err(|message| Error::field("analysis.positions", message))?;
            Box::new(causal::PathPatchingJob::new(model, prompts, options, columns))
        }
        Analysis::AttributionPatching(options) => {
            let (columns, labels) = columns(plan, &options.patching())?;
            Box::new(causal::AttributionPatchingJob::new(model, prompts, options, columns, &labels))
        }
        Analysis::Activations(options) => {
            Box::new(activations::ActivationsJob::new(model, prompts, options)?)
        }
        Analysis::DetectHeads(options) => {
            Box::new(detect_heads::DetectHeadsJob::new(model, prompts, options))
        }
        Analysis::HeadCircuit(options) => {
            let checkpoint = Arc::clone(plan.checkpoint());
            Box::new(head_circuit::HeadCircuitJob::new(model, checkpoint, options))
        }
        Analysis::Composition(_) => Box::new(composition::CompositionJob::new(model)),
        Analysis::Generate(options) => {
            let (checkpoint, bos) = (Arc::clone(plan.checkpoint()), plan.experiment.prepend_bos);
            Box::new(generate::GenerateJob::new(model, checkpoint, prompts, options, bos)?)
        }
    })
}

/// The columns of a patching over positions, and what they are called; none where it is of whole heads.
fn columns(plan: &Plan, options: &ActivationPatching) -> Result<(causal::Columns, Vec<String>)> {
    if options.site.iter().all(|site| site.of_head()) && !options.by_position {
        return Ok((causal::Columns::default(), Vec::new()));
    }
    let columns = causal::Columns::of(plan.prompts(), options.positions.as_deref())
        .map_err(|message| Error::field("analysis.positions", message))?;
    let labels = columns.labels(plan.prompts(), plan.checkpoint().tokens());
    Ok((columns, labels))
}

fn figure(name: &str, prompt: Option<usize>, title: &str, data: FigureData) -> Figure {
    Figure { name: name.to_owned(), prompt, title: title.to_owned(), data }
}

fn prompts_done(done: usize, total: usize) -> EventBody {
    EventBody::Progress(Progress { done, total, unit: "prompts".to_owned() })
}
