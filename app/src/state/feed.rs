//! Feeds a run's events into its signals, over broken connections and restarted servers.

#![allow(
    unsafe_code,
    clippy::unnecessary_wraps,
    reason = "what `wasm_split` asks of functions and makes of them"
)]

use super::{RunState, RunStatus};
use crate::api::{self, Abort, Notice, Watch};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use model::wire::{ApiError, Experiment, RunAccepted};
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

/// A run that is being followed. Dropping it stops following and, where the run is not finished, gives up this page's
/// interest in it, so that the server need not compute what nobody waits for.
pub(super) struct Following {
    run: RunState,
    accepted: Rc<RefCell<RunAccepted>>,
    _abort: Abort,
}

impl Following {
    /// Follows an accepted run. The experiment is handed in again where the server has forgotten the run.
    pub(super) fn start(run: RunState, accepted: RunAccepted, experiment: Arc<Experiment>) -> Self {
        let id = accepted.id.clone();
        run.status.set(RunStatus::Opening);
        run.id.set(Some(id.clone()));
        let abort = Abort::new();
        let watch = abort.watch();
        let accepted = Rc::new(RefCell::new(accepted));
        let ticket = accepted.clone();
        spawn_local(async move {
            while let Err(error) = listen(run, &id, &watch).await {
                if error.code != api::NOT_FOUND || watch.is_aborted() {
                    return fail(run, error);
                }
                match api::submit(&experiment, &watch).await {
                    Ok(again) => *ticket.borrow_mut() = again,
                    Err(error) => return fail(run, error),
                }
                run.rewind();
            }
        });
        Self { run, accepted, _abort: abort }
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let RunAccepted { id, ticket } = self.accepted.borrow().clone();
        let active = self.run.status.try_get_untracked().is_some_and(|status| status.is_active());
        if active && !ticket.is_empty() {
            spawn_local(async move { api::give_up(&id, &ticket).await });
        }
    }
}

/// Hands in an experiment and follows its run for as long as what is given back lives.
pub fn watch_run(run: RunState, experiment: Arc<Experiment>) -> Watching {
    let watching = Watching(Rc::default());
    let kept = Rc::downgrade(&watching.0);
    spawn_local(async move {
        match api::submit(&experiment, &Watch::never()).await {
            Ok(accepted) => match kept.upgrade() {
                Some(kept) => drop(kept.replace(Some(Following::start(run, accepted, experiment)))),
                None => api::give_up(&accepted.id, &accepted.ticket).await,
            },
            Err(error) if kept.strong_count() > 0 => fail(run, error),
            Err(_) => {}
        }
    });
    watching
}

/// Keeps [`watch_run`] going.
pub struct Watching(Rc<RefCell<Option<Following>>>);

/// Applies the events of a run to its end.
async fn listen(run: RunState, id: &str, watch: &Watch) -> Result<(), ApiError> {
    finish(listening(run, id.to_owned(), watch.clone()).await).await
}

/// Reads a run from its id: what it computes, where that is not known, and its events.
pub(super) async fn read(run: RunState, id: &str, watch: &Watch) -> Result<(), ApiError> {
    if run.experiment.with_untracked(Option::is_none) {
        match api::describe(id, watch).await {
            Ok(described) => run.experiment.set(Some(Arc::new(described.experiment))),
            // a run that failed has no more than its events
            Err(error) if error.code == api::NOT_FOUND => {}
            Err(error) => return Err(error),
        }
    }
    listen(run, id, watch).await
}

/// Reads a stored result into a run of its own; that it is not there becomes its status.
pub fn show_stored(run: RunState, id: String) {
    spawn_local(async move {
        if let Err(error) = read(run, &id, &Watch::never()).await {
            fail(run, error);
        }
    });
}

/// What goes on in the module that is loaded later: reading events takes a good part of the page's code, and is first
/// needed when the figures are.
type Later = Result<Pin<Box<dyn Future<Output = Result<(), ApiError>>>>, SplitLoaderError>;

async fn finish(later: Later) -> Result<(), ApiError> {
    match later {
        Ok(work) => work.await,
        Err(_) => {
            Err(api::unreachable("a part of the page did not arrive: check the connection and try again"))
        }
    }
}

#[wasm_split(figures, wasm_split_path = ::leptos::wasm_split, fallible)]
fn listening(run: RunState, id: String, watch: Watch) -> Later {
    Ok(Box::pin(async move {
        let now = move || run.status.try_get_untracked().unwrap_or_default();
        let mut before = now();
        let heard = |notice| match notice {
            Notice::Event(event) => run.apply(*event),
            Notice::Lost => {
                before = now();
                run.status.set(RunStatus::Disconnected);
            }
            Notice::Resumed => run.status.set(before.clone()),
        };
        api::follow(&id, run.next_seq(), &watch, heard).await
    }))
}

/// Says a failure as the run's status; that the page itself gave the run up is none.
pub(super) fn fail(run: RunState, error: ApiError) {
    if error.code != api::ABORTED {
        run.status.set(RunStatus::Failed { code: error.code, message: error.message });
    }
}
