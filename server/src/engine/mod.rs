//! The engine: one named thread a device that owns the models and steps the runs.
//!
//! A few runs of each [`Lane`] are worked on at once, the rest wait in the queue. Runs whose model is not loaded wait
//! for it beside those, while it is downloaded and loaded on other threads. Steps are interleaved round-robin, short runs before
//! long ones, though never so that a long one stands still. A run is cancelled between two steps. A panic inside a
//! step ends that run alone.

mod active;
mod fetching;
mod models;
mod residents;
#[cfg(test)]
mod tests;

use crate::queue::{Lane, Queue, Queued};
use crate::runs::Run;
use crate::store::Files;
use crate::work::Work;
use active::{Active, Outcome};
use model::wire::{EventBody, Failure, Progress};
use models::{Arrival, Arrived, Models};
pub use residents::Resident;
use residents::Residents;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle};
use tokio::sync::oneshot;

/// Runs of one lane that are worked on at once; each holds the memory of its analysis.
const AT_ONCE: usize = 4;

/// Runs of one lane that wait for their models at once, beside those worked on: a long download holds up nobody else.
const AWAITING: usize = 16;

/// While both lanes have work, every so-manyth step is a long run's.
const LONG_TURN: usize = 4;

/// What can happen to an engine from outside.
enum Signal<M> {
    /// A run was queued or cancelled.
    Look,
    /// A model, or its files, came, or cannot be had.
    Model(Arrival<M>),
    /// Let a model go, and say what that frees and whether a run still works with it.
    Unload(String, oneshot::Sender<Option<(u64, bool)>>),
    /// End every run and the thread.
    Stop,
}

/// How a run ended.
pub enum End {
    /// With all its figures, and its file in place if it has one.
    Complete,
    /// Early.
    Failed(Failure),
}

/// Told of the end of every run, on the engine's thread. It makes the end known; the engine only appends what is before.
pub type OnEnd<W> = Box<dyn Fn(Arc<Run<W>>, End) + Send>;

/// A handle on an engine's thread. Dropped, it stops the engine and waits for it.
pub struct Engine<W: Work> {
    signals: Sender<Signal<W::Model>>,
    residents: Residents,
    thread: Option<JoinHandle<()>>,
}

impl<W: Work> Engine<W> {
    /// Starts the thread, named `engine-<device>`. `model_budget` is the bytes that loaded models may take together.
    pub fn start(
        device: &str,
        model_budget: u64,
        queue: Arc<dyn Queue<Arc<Run<W>>>>,
        files: Files,
        on_end: OnEnd<W>,
    ) -> std::io::Result<Self> {
        let (signals, inbox) = channel();
        let models = Models::start(model_budget, signals.clone())?;
        let residents = models.residents();
        let mut thread =
            Thread { queue, inbox, models, files, on_end, active: Vec::new(), next: 0, since_long: 0 };
        let thread = Builder::new().name(format!("engine-{device}")).spawn(move || thread.run())?;
        Ok(Self { signals, residents, thread: Some(thread) })
    }

    /// Tells the engine that a run was queued or cancelled.
    pub fn look(&self) {
        // fails only once the engine is being dropped
        let _ = self.signals.send(Signal::Look);
    }

    /// The models in memory and on their way there.
    pub fn models(&self) -> Vec<Resident> {
        self.residents.list()
    }

    /// Lets a model go, between two steps; `None` is answered where it is not in memory.
    pub fn unload(&self, key: String) -> oneshot::Receiver<Option<(u64, bool)>> {
        let (answer, answered) = oneshot::channel();
        // fails only once the engine is being dropped, and then so does the answer
        let _ = self.signals.send(Signal::Unload(key, answer));
        answered
    }

    /// Ends every run and takes no more.
    pub fn stop(&self) {
        let _ = self.signals.send(Signal::Stop);
    }

    /// Whether the thread lives.
    pub fn is_alive(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }
}

impl<W: Work> Drop for Engine<W> {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            // its panic, if any, was printed by the hook
            let _ = thread.join();
        }
    }
}

struct Thread<W: Work> {
    queue: Arc<dyn Queue<Arc<Run<W>>>>,
    inbox: Receiver<Signal<W::Model>>,
    models: Models<W>,
    files: Files,
    on_end: OnEnd<W>,
    active: Vec<Active<W>>,
    /// Where in `active` the round goes on.
    next: usize,
    /// Short steps since the last long one.
    since_long: usize,
}

impl<W: Work> Thread<W> {
    fn run(&mut self) {
        loop {
            metrics::gauge!("hooklens_runs_active").set(self.active.len() as f64);
            self.end_cancelled();
            self.admit();
            self.announce_waiting();
            let idle = !self.active.iter().any(Active::is_ready);
            // with nothing to step, sleep until something happens
            let mut signal = if idle { self.inbox.recv().ok() } else { self.inbox.try_recv().ok() };
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

    fn admit(&mut self) {
        self.start_waiting();
        for lane in [Lane::Short, Lane::Long] {
            while self.stepped(lane) < AT_ONCE && self.awaiting(lane) < AWAITING {
                let Some(run) = self.queue.pop(lane) else { break };
                if run.is_cancelled() {
                    self.end(&run, End::Failed(run.cancellation()));
                    continue;
                }
                let active = Active::new(run);
                match self.models.get(&active.run) {
                    None => active.say_loading(0),
                    Some(model) => {
                        self.begin(active, model);
                        continue;
                    }
                }
                self.active.push(active);
            }
        }
        // a run that ended may have freed the memory that the next model needs
        self.models.load_next();
    }

    /// Begins the runs whose models have come, as far as there is room beside those worked on.
    fn start_waiting(&mut self) {
        let mut place = 0;
        while place < self.active.len() {
            let waiting = &self.active[place];
            let room = self.stepped(waiting.run.lane()) < AT_ONCE;
            match if waiting.is_ready() || !room { None } else { self.models.get(&waiting.run) } {
                None => place += 1,
                Some(model) => {
                    let active = self.active.remove(place);
                    self.begin(active, model);
                }
            }
        }
    }

    fn begin(&mut self, mut active: Active<W>, model: Arc<W::Model>) {
        match active.start(model) {
            Ok(()) => self.active.push(active),
            Err(failure) => self.end(&active.run, End::Failed(failure)),
        }
    }

    /// Runs of a lane that are worked on.
    fn stepped(&self, lane: Lane) -> usize {
        self.active.iter().filter(|active| active.run.lane() == lane && active.is_ready()).count()
    }

    /// Runs of a lane that wait for their models.
    fn awaiting(&self, lane: Lane) -> usize {
        self.active.iter().filter(|active| active.run.lane() == lane && !active.is_ready()).count()
    }

    /// Tells every waiting run how many are before it, where that has changed.
    fn announce_waiting(&self) {
        let mut queued = 0;
        for lane in [Lane::Short, Lane::Long] {
            let waiting = self.queue.waiting(lane);
            queued += waiting.len();
            for (total, run) in (self.stepped(lane) + self.awaiting(lane)..).zip(waiting) {
                if run.announce_ahead(total) {
                    let unit = "runs ahead".to_owned();
                    run.log.push(EventBody::Progress(Progress { done: 0, total, unit }));
                }
            }
        }
        metrics::gauge!("hooklens_runs_queued").set(queued as f64);
    }

    /// Which run goes next: round-robin among the ready ones of the lane whose turn it is.
    fn choose(&mut self) -> Option<usize> {
        let ready = |lane| move |active: &Active<W>| active.is_ready() && active.run.lane() == lane;
        let has = |lane| self.active.iter().any(ready(lane));
        let short = has(Lane::Short) && !(has(Lane::Long) && self.since_long + 1 >= LONG_TURN);
        let lane = if short { Lane::Short } else { Lane::Long };
        let count = self.active.len();
        let chosen = (0..count).map(|i| (self.next + i) % count).find(|i| ready(lane)(&self.active[*i]))?;
        self.next = chosen + 1;
        self.since_long = if short { self.since_long + 1 } else { 0 };
        Some(chosen)
    }

    fn step(&mut self) {
        let Some(chosen) = self.choose() else { return };
        let outcome = self.active[chosen].step(&self.files);
        let end = match outcome {
            Outcome::GoesOn => return,
            Outcome::Complete => End::Complete,
            Outcome::Failed(failure) => End::Failed(failure),
        };
        // the next in the round has moved into the place of the one removed
        let active = self.active.remove(chosen);
        self.next = chosen;
        self.end(&active.run, end);
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

    fn end(&self, run: &Arc<Run<W>>, end: End) {
        (self.on_end)(run.clone(), end);
    }
}
