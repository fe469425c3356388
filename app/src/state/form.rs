//! The form: what is typed, and what the server says about it before it is run.

use super::storage::{self, DRAFT};
use crate::api::{self, Abort};
use crate::draft::{Comparison, Draft, Source, compare};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::wire::{ApiError, Checked, Experiment, Problem, PromptTokens};
use std::sync::Arc;

/// Rest of the keyboard after which the draft is checked, in milliseconds.
const DEBOUNCE_MS: u32 = 200;

/// The form as signals. Provided as a context by the root component.
#[derive(Clone, Copy)]
pub struct Form {
    /// What is typed. Stored in the browser whenever it changes.
    pub draft: RwSignal<Draft>,
    /// What the server said last about a draft; stays while the next check is on its way.
    pub check: RwSignal<Option<Arc<Check>>>,
    /// Why the draft could not be checked at all: no such model, no server.
    pub failure: RwSignal<Option<ApiError>>,
    /// Whether `check` is not of what is typed now.
    pub checking: RwSignal<bool>,
    /// Whether the form beside a result is folded away.
    pub folded: RwSignal<bool>,
    experiment: Memo<Option<Experiment>>,
}

/// The answer to a check, by prompt.
pub struct Check {
    /// As the server gave it.
    pub checked: Checked,
    /// Each prompt among the others.
    pub comparisons: Vec<Comparison>,
    /// Whether these are the user's rows rather than a set.
    pub own: bool,
    /// The row of the form of each prompt, where they are own prompts.
    pub rows: Vec<usize>,
}

impl Check {
    fn new(checked: Checked, draft: &Draft) -> Self {
        let own = draft.source == Source::Own;
        let rows = if own { draft.filled() } else { Vec::new() };
        Self { comparisons: compare(&checked.prompts), own, rows, checked }
    }

    /// The number of the prompt in a row of the form.
    pub fn prompt_of_row(&self, row: usize) -> Option<usize> {
        self.rows.iter().position(|r| *r == row)
    }

    /// A prompt's tokens, where it could be tokenized.
    pub fn tokens(&self, prompt: usize) -> Option<&PromptTokens> {
        self.checked.prompts.get(prompt).filter(|prompt| !prompt.tokens.is_empty())
    }

    /// What is wrong with one prompt.
    pub fn problems(&self, prompt: usize) -> impl Iterator<Item = &Problem> {
        self.checked.problems.iter().filter(move |problem| problem.prompt == Some(prompt))
    }
}

impl Form {
    /// The stored draft, checked now and whenever it changes.
    pub fn new() -> Self {
        let draft = RwSignal::new(storage::load::<Draft>(DRAFT).unwrap_or_default());
        let form = Self {
            draft,
            check: RwSignal::new(None),
            failure: RwSignal::new(None),
            checking: RwSignal::new(false),
            folded: RwSignal::new(false),
            experiment: Memo::new(move |_| draft.with(Draft::experiment)),
        };
        Effect::new(move || draft.with(|draft| storage::save(DRAFT, draft)));
        let request = StoredValue::new_local(None::<Abort>);
        Effect::new(move |before: Option<()>| {
            let abort = Abort::new();
            let watch = abort.watch();
            request.set_value(Some(abort));
            let Some(experiment) = form.experiment.get() else {
                form.check.set(None);
                form.failure.set(None);
                return form.checking.set(false);
            };
            form.checking.set(true);
            spawn_local(async move {
                if before.is_some() {
                    TimeoutFuture::new(DEBOUNCE_MS).await;
                }
                if watch.is_aborted() {
                    return;
                }
                form.take(api::check(&experiment, &watch).await);
            });
        });
        form
    }

    /// What Run would hand in. Tracks.
    pub fn experiment(&self) -> Option<Experiment> {
        self.experiment.get()
    }

    /// [`Form::experiment`] without tracking.
    pub fn experiment_untracked(&self) -> Option<Experiment> {
        self.experiment.get_untracked()
    }

    /// The id that Run would come out with, once the draft is checked and has no problems. Tracks.
    pub fn id(&self) -> Option<String> {
        if self.checking.get() {
            return None;
        }
        self.check.with(|check| check.as_ref()?.checked.id.clone())
    }

    fn take(self, answer: Result<Checked, ApiError>) {
        match answer {
            Ok(checked) => {
                let check = self.draft.with_untracked(|draft| Check::new(checked, draft));
                self.failure.set(None);
                self.check.set(Some(Arc::new(check)));
            }
            Err(error) if error.code == api::ABORTED => return,
            Err(error) => self.failure.set(Some(error)),
        }
        self.checking.set(false);
    }
}

impl Default for Form {
    fn default() -> Self {
        Self::new()
    }
}
