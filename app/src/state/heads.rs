//! Runs beside the one on the page: of the `head` analysis, one a head and prompt looked at, kept so that going back to one
//! is immediate, and one of `detect_heads` for all heads of the result.

use super::feed::{Watching, watch_run};
use super::{RunState, RunStatus};
use leptos::prelude::*;
use model::wire::{Analysis, Attention, DetectHeads, Experiment, Head, Prompts};
use std::sync::Arc;

/// How many results are kept.
const KEPT: usize = 64;
/// Cells a side, at most, of the patterns of all heads.
const PATTERN_CELLS: usize = 64;

/// The heads looked at. Provided as a context by the root component.
#[derive(Clone, Copy)]
pub struct Heads {
    owner: StoredValue<Owner>,
    kept: StoredValue<Vec<Kept>>,
    current: StoredValue<Option<Watching>, LocalStorage>,
    wanted: StoredValue<Option<String>>,
    scores: StoredValue<Option<Scores>, LocalStorage>,
}

/// The scores of the heads of one result.
struct Scores {
    experiment: Arc<Experiment>,
    run: RunState,
    _watching: Watching,
    _owner: Owner,
}

/// Runs with heads switched off, kept and given up like those of [`Heads`]. Provided as a context by the root component.
#[derive(Clone, Copy, Default)]
pub struct Ablations(pub Heads);

/// One result, with the owner of its signals.
struct Kept {
    key: String,
    run: RunState,
    owner: Owner,
}

impl Default for Heads {
    fn default() -> Self {
        Self::new()
    }
}

impl Heads {
    /// None yet. Their signals belong to the current reactive owner, not to whoever asks for one.
    pub fn new() -> Self {
        Self {
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
            kept: StoredValue::new(Vec::new()),
            current: StoredValue::new_local(None),
            wanted: StoredValue::new(None),
            scores: StoredValue::new_local(None),
        }
    }

    /// The run that says of all heads of an experiment's model what kind they are, on its prompts: the one before where
    /// it is of the same prompts.
    pub fn scores(&self, experiment: &Experiment) -> RunState {
        let experiment = Arc::new(scored(experiment));
        let found = self.scores.with_value(|scores| {
            scores.as_ref().filter(|scores| scores.experiment == experiment).map(|scores| scores.run)
        });
        if let Some(run) = found {
            return run;
        }
        let owner = self.owner.with_value(Owner::child);
        let run = owner.with(RunState::new);
        run.experiment.set(Some(experiment.clone()));
        run.status.set(RunStatus::Opening);
        let watching = watch_run(run, experiment.clone());
        self.scores.set_value(Some(Scores { experiment, run, _watching: watching, _owner: owner }));
        run
    }

    /// The run of one head on one prompt of an experiment: the kept one, or one started now, in which case a run that
    /// is still going for another head is given up.
    pub fn run(&self, experiment: &Experiment, layer: usize, head: usize, prompt: usize) -> RunState {
        self.of(experiment, Analysis::Head(Head { layer, head, prompt }))
    }

    /// The run of all heads' patterns on one prompt, for an experiment whose prompts have no answers; kept as those of
    /// single heads are.
    pub fn patterns(&self, experiment: &Experiment, prompt: usize) -> RunState {
        self.of(experiment, Analysis::Attention(Attention { prompt, size: Some(PATTERN_CELLS) }))
    }

    /// The run of a small analysis of the same prompts and the first model: the kept one, or one started now, in the place of the one that is
    /// still going.
    pub fn of(&self, experiment: &Experiment, analysis: Analysis) -> RunState {
        let experiment = Arc::new(Experiment { analysis, ..alone(experiment) });
        let key = serde_json::to_string(&*experiment).unwrap_or_default();
        if let Some(run) = self.find(&key) {
            return run;
        }
        let run = self.keep(&key);
        run.experiment.set(Some(experiment.clone()));
        run.status.set(RunStatus::Opening);
        self.wanted.set_value(Some(key));
        self.current.set_value(Some(watch_run(run, experiment)));
        run
    }

    /// A kept run that is finished or still going; one that was given up or failed is started again.
    fn find(&self, key: &str) -> Option<RunState> {
        self.kept.with_value(|kept| {
            let run = kept.iter().find(|kept| kept.key == key)?.run;
            let going = self.wanted.with_value(|wanted| wanted.as_deref() == Some(key));
            let good = matches!(run.status.get_untracked(), RunStatus::Done { .. });
            (good || (going && run.status.get_untracked().is_active())).then_some(run)
        })
    }

    /// Signals for a new run; those of the oldest go.
    fn keep(&self, key: &str) -> RunState {
        let owner = self.owner.with_value(Owner::child);
        let run = owner.with(RunState::new);
        self.kept.update_value(|kept| {
            kept.retain(|kept| kept.key != key);
            if kept.len() >= KEPT {
                kept.remove(0).owner.cleanup();
            }
            kept.push(Kept { key: key.to_owned(), run, owner });
        });
        run
    }
}

/// The same question to the first model alone: what is asked beside a result is about that one.
pub fn alone(experiment: &Experiment) -> Experiment {
    Experiment { compare_with: None, ..experiment.clone() }
}

/// What kind the heads are, on the prompts of an experiment; their corrupted twins have no part in it.
fn scored(experiment: &Experiment) -> Experiment {
    let mut experiment = alone(experiment);
    if let Prompts::List(prompts) = &mut experiment.prompts {
        for prompt in prompts {
            prompt.corrupted = None;
        }
    }
    experiment.analysis =
        Analysis::DetectHeads(DetectHeads { copying_score: true, ..DetectHeads::default() });
    experiment
}

/// [`Heads::run`] on the context.
pub fn head_run(experiment: &Experiment, layer: usize, head: usize, prompt: usize) -> RunState {
    expect_context::<Heads>().run(experiment, layer, head, prompt)
}
