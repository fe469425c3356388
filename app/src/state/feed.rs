//! Feeds a run's events into its signals, over broken connections and restarted servers.

use super::{RunState, RunStatus};
use crate::api::{self, Abort, Notice, Watch};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::wire::{ApiError, Experiment, RunAccepted};
use std::cell::RefCell;
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
pub(super) async fn listen(run: RunState, id: &str, watch: &Watch) -> Result<(), ApiError> {
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
    api::follow(id, run.next_seq(), watch, heard).await
}

/// Says a failure as the run's status; that the page itself gave the run up is none.
pub(super) fn fail(run: RunState, error: ApiError) {
    if error.code != api::ABORTED {
        run.status.set(RunStatus::Failed { code: error.code, message: error.message });
    }
}
