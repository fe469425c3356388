//! Loaded models, and the thread that loads them.

use super::Signal;
use super::active::guarded;
use crate::runs::Run;
use crate::work::Work;
use model::wire::Failure;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::Builder;
use std::time::Instant;

/// A model that was asked for.
pub(super) struct Loaded<M> {
    /// As [`Work::model_key`] names it.
    pub(super) key: String,
    /// Bytes it takes.
    pub(super) bytes: u64,
    /// The model, or why it cannot be loaded.
    pub(super) model: Result<Arc<M>, Failure>,
}

struct Kept<M> {
    key: String,
    bytes: u64,
    model: Arc<M>,
}

/// Keeps loaded models, the least recently used first to go, and has missing ones loaded.
pub(super) struct Loader<W: Work> {
    kept: Vec<Kept<W::Model>>,
    loading: Vec<String>,
    budget: u64,
    requests: Sender<Arc<Run<W>>>,
}

impl<W: Work> Loader<W> {
    /// Starts the thread `model-loader`, which ends when the loader is dropped.
    pub(super) fn start(budget: u64, signals: Sender<Signal<W::Model>>) -> std::io::Result<Self> {
        let (requests, inbox) = channel::<Arc<Run<W>>>();
        Builder::new().name("model-loader".to_owned()).spawn(move || {
            for run in inbox {
                let (key, bytes) = (run.work.model_key(), run.work.model_bytes());
                let began = Instant::now();
                let model = guarded(|| run.work.load()).map(Arc::new);
                let ok = model.is_ok();
                tracing::info!(%key, ok, seconds = began.elapsed().as_secs_f64(), "loaded a model");
                if signals.send(Signal::Loaded(Loaded { key, bytes, model })).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self { kept: Vec::new(), loading: Vec::new(), budget, requests })
    }

    /// The model of a run; where it is not loaded, it will be, and `None` is returned for now.
    pub(super) fn get(&mut self, run: &Arc<Run<W>>) -> Option<Arc<W::Model>> {
        let key = run.work.model_key();
        if let Some(found) = self.kept.iter().position(|kept| kept.key == key) {
            let kept = self.kept.remove(found);
            let model = kept.model.clone();
            self.kept.push(kept);
            return Some(model);
        }
        if !self.loading.contains(&key) {
            // make room before, not after: two big models at once may be more than there is
            self.make_room(run.work.model_bytes());
            self.loading.push(key);
            // fails only once the thread is gone, and then the engine is going too
            let _ = self.requests.send(run.clone());
        }
        None
    }

    /// Keeps a model that was asked for.
    pub(super) fn keep(&mut self, loaded: &Loaded<W::Model>) {
        self.loading.retain(|key| *key != loaded.key);
        if let Ok(model) = &loaded.model {
            self.make_room(loaded.bytes);
            let (key, bytes, model) = (loaded.key.clone(), loaded.bytes, model.clone());
            self.kept.push(Kept { key, bytes, model });
        }
    }

    fn make_room(&mut self, bytes: u64) {
        let mut total = bytes + self.kept.iter().map(|kept| kept.bytes).sum::<u64>();
        while total > self.budget && !self.kept.is_empty() {
            total -= self.kept.remove(0).bytes;
        }
    }
}
