//! The engine's thread: it waits for signals, ends what is over, and gives its turns to the runs (`turns`).

use super::active::Active;
use super::models::{Arrival, Arrived, Models};
use super::{End, OnEnd, Signal};
use crate::allocator;
use crate::queue::{Lane, Queue};
use crate::runs::Run;
use crate::store::Files;
use crate::work::Work;
use model::wire::Failure;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// How long an idle engine keeps the memory that runs worked with.
const MEMORY_IS_KEPT: Duration = Duration::from_secs(10);

/// What the thread holds.
pub(super) struct Thread<W: Work> {
    pub(super) queue: Arc<dyn Queue<Arc<Run<W>>>>,
    pub(super) inbox: Receiver<Signal<W::Model>>,
    pub(super) models: Models<W>,
    pub(super) files: Files,
    pub(super) on_end: OnEnd<W>,
    pub(super) active: Vec<Active<W>>,
    /// Where in `active` the round goes on.
    pub(super) next: usize,
    /// Short steps since the last long one.
    pub(super) since_long: usize,
}

impl<W: Work> Thread<W> {
    /// Works until it is told to stop.
    pub(super) fn run(&mut self) {
        loop {
            metrics::gauge!("hooklens_runs_active").set(self.active.len() as f64);
            self.end_cancelled();
            self.admit();
            self.announce_waiting();
            let idle = !self.active.iter().any(Active::is_ready);
            // with nothing to step, sleep until something happens
            let mut signal = if idle { self.sleep() } else { self.inbox.try_recv().ok() };
            let nothing_new = signal.is_none();
            while let Some(received) = signal {
                match received {
                    Signal::Look => {}
                    Signal::Model(arrival) => self.receive_model(arrival),
                    // whoever asked may have gone
                    Signal::Unload(key, answer) => drop(answer.send(self.models.unload(&key))),
                    Signal::Stop => return self.end_all(),
                }
                signal = self.inbox.try_recv().ok();
            }
            if nothing_new {
                self.step();
            }
        }
    }

    /// Waits for the next signal; `None` once nobody can send one. Memory that the last runs left is kept for the next ones
    /// that come soon, and returned when none do.
    fn sleep(&self) -> Option<Signal<W::Model>> {
        match self.inbox.recv_timeout(MEMORY_IS_KEPT) {
            Err(RecvTimeoutError::Timeout) => {
                allocator::return_free();
                self.inbox.recv().ok()
            }
            received => received.ok(),
        }
    }

    fn receive_model(&mut self, arrival: Arrival<W::Model>) {
        let key = arrival.key.clone();
        let is_loaded = matches!(arrival.stage, Arrived::Loaded(Ok(_)));
        match self.models.receive(arrival) {
            Ok(()) if is_loaded => {
                self.active
                    .iter()
                    .filter(|active| active.waits_for(&key))
                    .for_each(|active| active.say_loading(1));
            }
            Ok(()) => {}
            Err(failure) => {
                let (waiting, rest): (Vec<_>, _) =
                    self.active.drain(..).partition(|active| active.waits_for(&key));
                self.active = rest;
                for active in waiting {
                    self.end(&active.run, End::Failed(failure.clone()));
                }
            }
        }
    }

    fn end_cancelled(&mut self) {
        for run in self.queue.take_cancelled() {
            self.end(&run, End::Failed(run.cancellation()));
        }
        let (cancelled, rest): (Vec<_>, _) =
            self.active.drain(..).partition(|active| active.run.is_cancelled());
        self.active = rest;
        for active in cancelled {
            self.end(&active.run, End::Failed(active.run.cancellation()));
        }
    }

    fn end_all(&mut self) {
        let waiting = [Lane::Short, Lane::Long].into_iter().flat_map(|lane| {
            let queue = &self.queue;
            std::iter::from_fn(move || queue.pop(lane))
        });
        let runs: Vec<_> = self.active.drain(..).map(|active| active.run).chain(waiting).collect();
        for run in runs {
            let message = "the server is shutting down; run the experiment again once it is back".to_owned();
            self.end(&run, End::Failed(Failure { code: "cancelled".to_owned(), message }));
        }
    }

    pub(super) fn end(&self, run: &Arc<Run<W>>, end: End) {
        (self.on_end)(run.clone(), end);
    }
}
