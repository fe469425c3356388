//! The runs of this server: who asked for them, which live, and how the last ones ended.
//!
//! A run is named by its experiment's content, so asking for a live one again joins it. Every asker gets a ticket; the
//! run is cancelled when the last one is given back. Merely closing an event stream gives nothing back: a page that
//! reloads or loses its connection finds the run going on.

mod run;

pub use run::Run;

use crate::engine::{End, Engine, Resident};
use crate::error::AppError;
use crate::log::Log;
use crate::queue::Queue;
use crate::store::ResultStore;
use crate::work::Work;
use model::wire::{EventBody, Experiment, Failure, Finished, RunAccepted, StoredResult};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Notify;

/// Logs of failed and cancelled runs that are kept for whoever comes late; finished ones are in the store.
const ENDED_KEPT: u64 = 64;

/// Live runs by id.
type Live<W> = Mutex<HashMap<String, Arc<Run<W>>>>;

/// The registry of runs. One for each server.
pub struct Runs<W: Work> {
    live: Arc<Live<W>>,
    ended: moka::sync::Cache<String, Arc<Log>>,
    queue: Arc<dyn Queue<Arc<Run<W>>>>,
    engine: Engine<W>,
    store: Arc<dyn ResultStore>,
    /// Set, under the lock of `live`, once no more runs are taken.
    closed: AtomicBool,
    /// Rung whenever a run is no longer live.
    one_ended: Arc<Notify>,
}

/// What [`Runs`] is made from.
pub struct Parts<W: Work> {
    /// Where accepted runs wait.
    pub queue: Arc<dyn Queue<Arc<Run<W>>>>,
    /// Where finished ones are kept.
    pub store: Arc<dyn ResultStore>,
    /// Name of the engine's device, for its thread.
    pub device: String,
    /// Bytes of loaded models.
    pub model_budget: u64,
}

impl<W: Work> Runs<W> {
    /// Starts the engine. Must be called inside a tokio runtime, which then stores what finishes.
    pub fn start(parts: Parts<W>) -> std::io::Result<Self> {
        let Parts { queue, store, device, model_budget } = parts;
        let live = Arc::new(Live::default());
        let ended = moka::sync::Cache::new(ENDED_KEPT);
        let runtime = Handle::current();
        let one_ended = Arc::new(Notify::new());
        let ender = Ender {
            live: live.clone(),
            ended: ended.clone(),
            store: store.clone(),
            one_ended: one_ended.clone(),
        };
        let on_end = Box::new(move |run, end| drop(runtime.spawn(ender.clone().end(run, end))));
        let engine = Engine::start(&device, model_budget, queue.clone(), store.files().clone(), on_end)?;
        Ok(Self { live, ended, queue, engine, store, closed: AtomicBool::new(false), one_ended })
    }

    /// Joins the live run of the same id, or finds the result known, or queues a new run.
    ///
    /// # Errors
    /// [`AppError::Busy`] where too many wait, [`AppError::Unavailable`] while the server shuts down.
    pub async fn submit(&self, work: W) -> Result<RunAccepted, AppError> {
        let id = work.started().id.clone();
        if let Some(ticket) = self.join(&id) {
            return Ok(RunAccepted { id, ticket });
        }
        if self.store.contains(&id).await? {
            return Ok(RunAccepted { id, ticket: String::new() });
        }
        self.enqueue(id, work)
    }

    fn join(&self, id: &str) -> Option<String> {
        self.live.lock().get(id).and_then(|run| run.issue_ticket())
    }

    fn enqueue(&self, id: String, work: W) -> Result<RunAccepted, AppError> {
        let mut live = self.live.lock();
        if self.closed.load(Ordering::Relaxed) {
            return Err(AppError::Unavailable);
        }
        // someone may have asked for the same while the store was looked into
        if let Some(ticket) = live.get(&id).and_then(|run| run.issue_ticket()) {
            return Ok(RunAccepted { id, ticket });
        }
        let (run, ticket) = Run::new(work);
        let run = Arc::new(run);
        self.queue.push(run.clone()).map_err(|crate::queue::Full| AppError::Busy)?;
        metrics::counter!("hooklens_runs_total", "kind" => run.kind()).increment(1);
        self.ended.invalidate(&id);
        live.insert(id.clone(), run);
        self.engine.look();
        Ok(RunAccepted { id, ticket })
    }

    /// Gives a ticket back; with the last one the run is cancelled. What has ended has no tickets: nothing happens.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an unknown run, or a ticket that was never issued or is already back.
    pub async fn release(&self, id: &str, ticket: &str) -> Result<(), AppError> {
        let run = self.live.lock().get(id).cloned();
        match run {
            Some(run) => {
                if !run.return_ticket(ticket) {
                    return Err(AppError::NotFound(format!(
                        "run {id} has no such ticket, or it is already given up"
                    )));
                }
                self.engine.look();
                Ok(())
            }
            None if self.ended.contains_key(id) || self.store.contains(id).await? => Ok(()),
            None => Err(AppError::no_run(id)),
        }
    }

    /// What a live run computes; none where that is no experiment.
    pub fn experiment(&self, id: &str) -> Option<Experiment> {
        self.live.lock().get(id)?.work.experiment().cloned()
    }

    /// The events of a run that lives or failed lately.
    pub fn log(&self, id: &str) -> Option<Arc<Log>> {
        let live = self.live.lock().get(id).map(|run| run.log.clone());
        live.or_else(|| self.ended.get(id))
    }

    /// The models in memory and on their way there.
    pub fn models(&self) -> Vec<Resident> {
        self.engine.models()
    }

    /// Lets a model go by its key; how many bytes that frees, and whether a run still works with it.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] while the server shuts down.
    pub async fn unload(&self, key: String) -> Result<Option<(u64, bool)>, AppError> {
        self.engine.unload(key).await.map_err(|_gone| AppError::Unavailable)
    }

    /// Whether the run is under way.
    pub fn is_live(&self, id: &str) -> bool {
        self.live.lock().contains_key(id)
    }

    /// Whether the engine can take work.
    pub fn is_healthy(&self) -> bool {
        self.engine.is_alive()
    }

    /// Takes no more runs, ends the live ones, and waits at most `patience` until every end is known and stored.
    pub async fn shut_down(&self, patience: Duration) {
        {
            let _live = self.live.lock();
            self.closed.store(true, Ordering::Relaxed);
        }
        self.engine.stop();
        let all_ended = async {
            while !self.live.lock().is_empty() {
                self.one_ended.notified().await;
            }
        };
        if tokio::time::timeout(patience, all_ended).await.is_err() {
            tracing::warn!("gave up waiting for runs to end");
        }
    }
}

/// Makes the end of a run known, after it is stored where it is complete.
struct Ender<W: Work> {
    live: Arc<Live<W>>,
    ended: moka::sync::Cache<String, Arc<Log>>,
    store: Arc<dyn ResultStore>,
    one_ended: Arc<Notify>,
}

// derived, it would ask for `W: Clone`
impl<W: Work> Clone for Ender<W> {
    fn clone(&self) -> Self {
        Self {
            live: self.live.clone(),
            ended: self.ended.clone(),
            store: self.store.clone(),
            one_ended: self.one_ended.clone(),
        }
    }
}

impl<W: Work> Ender<W> {
    async fn end(self, run: Arc<Run<W>>, end: End) {
        let last = match end {
            End::Complete => self.store(&run).await,
            End::Failed(failure) => EventBody::Error(failure),
        };
        report(&run, &last);
        // readers of the log see the end only once the run can no longer be joined
        let mut live = self.live.lock();
        // given up and asked for again at once, the same id may already be another run
        if live.get(run.id()).is_some_and(|current| Arc::ptr_eq(current, &run)) {
            live.remove(run.id());
            // the events of all others are in the store
            if matches!(last, EventBody::Error(_)) || run.work.experiment().is_none() {
                self.ended.insert(run.id().to_owned(), run.log.clone());
            }
        }
        run.log.push(last);
        drop(live);
        self.one_ended.notify_one();
    }

    /// Stores a complete run where it has a result; the event to end with.
    async fn store(&self, run: &Run<W>) -> EventBody {
        let done = EventBody::Done(Finished { elapsed_ms: run.age().as_secs_f64() * 1e3 });
        let Some(experiment) = run.work.experiment() else { return done };
        let result = StoredResult {
            experiment: experiment.clone(),
            model: run.work.started().model.clone(),
            events: run.log.with(done.clone()),
        };
        match self.store.put(run.id(), result).await {
            Ok(()) => done,
            Err(error) => EventBody::Error(Failure {
                code: "not_stored".to_owned(),
                message: format!("the result is computed but cannot be stored: {error}; is the disk full?"),
            }),
        }
    }
}

/// Writes the end of a run into log and metrics.
fn report<W: Work>(run: &Run<W>, last: &EventBody) {
    let outcome = match last {
        EventBody::Error(failure) => failure.code.clone(),
        _ => "done".to_owned(),
    };
    let (id, kind, age) = (run.id(), run.kind(), run.age());
    tracing::info!(id, kind, outcome, seconds = age.as_secs_f64(), "run ended");
    metrics::counter!("hooklens_runs_ended_total", "kind" => kind, "outcome" => outcome).increment(1);
    metrics::histogram!("hooklens_run_seconds", "kind" => kind).record(age);
}
