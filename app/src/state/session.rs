//! The one result on the page: asked for, opened from a link, given up, closed.

use super::feed::{Following, fail, read};
use super::{RunState, RunStatus, ViewState};
use crate::api::{self, Abort, Watch};
use crate::link::{Link, View};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::wire::{ApiError, Experiment, RunAccepted};
use std::sync::Arc;

/// The result on the page and what can be done with it. Provided as a context by the root component.
#[derive(Clone, Copy)]
pub struct Session {
    /// The run on the page.
    pub run: RunState,
    /// What is shown of it.
    pub view: ViewState,
    /// Whether an experiment is on its way to the server.
    pub asking: RwSignal<bool>,
    /// Why the server did not take the last experiment.
    pub refused: RwSignal<Option<ApiError>>,
    /// The id of a link whose result had to be recomputed, to be compared with the id it came out with.
    pub linked: RwSignal<Option<String>>,
    /// Whether the address the page was opened with has a fragment that cannot be read.
    pub broken_link: RwSignal<bool>,
    following: StoredValue<Option<Following>, LocalStorage>,
    opening: StoredValue<Option<Abort>, LocalStorage>,
}

impl Session {
    /// Nothing on the page yet.
    pub fn new(view: View) -> Self {
        Self {
            run: RunState::new(),
            view: ViewState::new(view),
            asking: RwSignal::new(false),
            refused: RwSignal::new(None),
            linked: RwSignal::new(None),
            broken_link: RwSignal::new(false),
            following: StoredValue::new_local(None),
            opening: StoredValue::new_local(None),
        }
    }

    /// Hands in an experiment. What is on the page stays until the server has taken it.
    pub fn ask(self, experiment: Experiment) {
        self.ask_showing(experiment, View::default());
    }

    /// [`Session::ask`], and what is shown of the result once it is taken; how maps are drawn stays.
    pub fn ask_showing(self, experiment: Experiment, view: View) {
        if self.asking.get_untracked() {
            return;
        }
        self.asking.set(true);
        self.refused.set(None);
        spawn_local(async move {
            let answer = api::submit(&experiment, &Watch::never()).await;
            self.asking.set(false);
            match answer {
                Ok(accepted) => self.begin(accepted, Arc::new(experiment), view),
                Err(error) => self.refused.set(Some(error)),
            }
        });
    }

    /// Opens the result of a link: the stored one, or a run that is still going. Where there is neither, the status
    /// becomes [`RunStatus::Missing`].
    pub fn open(self, link: Link) {
        self.clear();
        self.view.restore(link.view);
        let experiment = match link.experiment {
            Some(Ok(experiment)) => Some(Arc::new(experiment)),
            Some(Err(_)) => {
                self.broken_link.set(true);
                None
            }
            None => None,
        };
        self.run.id.set(Some(link.id.clone()));
        self.run.experiment.set(experiment);
        self.run.status.set(RunStatus::Opening);
        let abort = Abort::new();
        let watch = abort.watch();
        self.opening.set_value(Some(abort));
        spawn_local(async move {
            match read(self.run, &link.id, &watch).await {
                Ok(()) => {}
                Err(error) if error.code == api::NOT_FOUND => self.run.status.set(RunStatus::Missing),
                Err(error) => fail(self.run, error),
            }
        });
    }

    /// Computes the experiment of a link whose result is not here.
    pub fn recompute(self) {
        if let Some(experiment) = self.run.experiment.get_untracked() {
            self.ask(Experiment::clone(&experiment));
        }
    }

    /// Gives up the run on the page; the figures that came stay.
    pub fn cancel(self) {
        self.following.set_value(None);
        self.opening.set_value(None);
        if self.run.status.get_untracked().is_active() {
            self.run.status.set(RunStatus::Cancelled);
        }
    }

    /// Goes back to the start page.
    pub fn close(self) {
        self.clear();
    }

    /// Puts a run on the page. After a link whose result is not here, what the link shows and its id stay.
    fn begin(self, accepted: RunAccepted, experiment: Arc<Experiment>, next: View) {
        let linked =
            self.run.id.get_untracked().filter(|_| self.run.status.get_untracked() == RunStatus::Missing);
        let view = self.view.snapshot_untracked();
        self.clear();
        if linked.is_none() {
            let View { transposed, palette, .. } = view;
            self.view.restore(View { transposed, palette, ..next });
        }
        self.linked.set(linked);
        self.run.experiment.set(Some(experiment.clone()));
        self.following.set_value(Some(Following::start(self.run, accepted, experiment)));
    }

    fn clear(self) {
        self.following.set_value(None);
        self.opening.set_value(None);
        self.linked.set(None);
        self.refused.set(None);
        self.broken_link.set(false);
        self.run.reset();
    }
}
