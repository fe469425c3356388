//! Bringing a model's files here, followed by every run that waits for them and given up when none does.

use super::Signal;
use super::models::{Arrival, Arrived};
use super::need::Need;
use crate::hub::{Pace, Unfetched, Watch};
use crate::work::{Fetch, Work};
use model::wire::{EventBody, Failure, Progress};
use parking_lot::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread::Builder;

/// The runs that wait for one model.
pub(super) struct Demand<W: Work> {
    needs: Mutex<Vec<Need<W>>>,
    over: AtomicBool,
    given_up: AtomicBool,
}

impl<W: Work> Demand<W> {
    pub(super) fn new(need: &Need<W>) -> Self {
        let needs = Mutex::new(vec![need.clone()]);
        Self { needs, over: AtomicBool::new(false), given_up: AtomicBool::new(false) }
    }

    /// One more run waits.
    pub(super) fn join(&self, need: &Need<W>) {
        let mut needs = self.needs.lock();
        if !needs.iter().any(|waiting| Arc::ptr_eq(&waiting.run, &need.run)) {
            needs.push(need.clone());
        }
    }

    /// A run that still waits.
    pub(super) fn someone(&self) -> Option<Need<W>> {
        self.needs.lock().iter().find(|need| !need.run.is_cancelled()).cloned()
    }

    pub(super) fn is_wanted(&self) -> bool {
        !self.over.load(Ordering::Relaxed) && self.someone().is_some()
    }

    /// Nobody waits any more, whatever their tickets say: the engine ends.
    pub(super) fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Whether the download ended because nobody wanted it.
    pub(super) fn was_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    fn say(&self, progress: &Progress) {
        for need in self.needs.lock().iter() {
            need.run.log.push(EventBody::Progress(progress.clone()));
        }
    }
}

/// Tells the runs that wait.
struct Reporter<W: Work> {
    demand: Arc<Demand<W>>,
    pace: Pace,
}

impl<W: Work> Watch for Reporter<W> {
    fn bytes(&mut self, done: u64, total: u64) {
        if let Some(progress) = self.pace.report(done, total) {
            self.demand.say(&progress);
        }
    }

    fn is_wanted(&mut self) -> bool {
        self.demand.is_wanted()
    }
}

/// Fetches on a thread of its own, and tells the engine how it ended.
pub(super) fn start<W: Work>(
    key: String,
    fetch: Fetch,
    demand: Arc<Demand<W>>,
    signals: Sender<Signal<W::Model>>,
) {
    let (failed_key, failed_signals) = (key.clone(), signals.clone());
    let spawned = Builder::new().name("model-fetcher".to_owned()).spawn(move || {
        let mut reporter = Reporter { demand: demand.clone(), pace: Pace::default() };
        let fetched = catch_unwind(AssertUnwindSafe(|| fetch(&mut reporter)));
        let outcome = match fetched {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Unfetched::GivenUp)) => {
                demand.given_up.store(true, Ordering::Relaxed);
                Err(Failure { code: "cancelled".to_owned(), message: "the download was given up".to_owned() })
            }
            Ok(Err(Unfetched::Failed(message))) => Err(Failure { code: "bad_model".to_owned(), message }),
            Err(_panic) => Err(internal("the download stopped on a fault of the program; please report it")),
        };
        // fails only once the engine is gone
        let _ = signals.send(Signal::Model(Arrival { key, stage: Arrived::Fetched(outcome) }));
    });
    if let Err(error) = spawned {
        let failure = internal(&format!("no thread for a download can be started: {error}"));
        let stage = Arrived::Fetched(Err(failure));
        let _ = failed_signals.send(Signal::Model(Arrival { key: failed_key, stage }));
    }
}

fn internal(message: &str) -> Failure {
    Failure { code: "internal".to_owned(), message: message.to_owned() }
}
