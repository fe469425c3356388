//! The engine: one named thread a device that owns the models and steps the runs.
//!
//! A few runs of each [`Lane`](crate::queue::Lane) are worked on at once, the rest wait in the queue. Runs whose model is not loaded wait
//! for it beside those, while it is downloaded and loaded on other threads. Steps are interleaved round-robin, short runs before
//! long ones, though never so that a long one stands still. A run is cancelled between two steps. A panic inside a
//! step ends that run alone.

mod active;
mod fetching;
mod models;
mod need;
mod residents;
#[cfg(test)]
mod tests;
mod thread;
mod turns;

use crate::queue::Queue;
use crate::runs::Run;
use crate::store::Files;
use crate::work::Work;
use model::wire::Failure;
use models::{Arrival, Models};
pub use residents::Resident;
use residents::Residents;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, JoinHandle};
use thread::Thread;
use tokio::sync::oneshot;

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
