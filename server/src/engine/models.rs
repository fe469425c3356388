//! Loaded models, those on their way, and the memory that they may take together.
//!
//! A model that a run needs comes in stages: its files are fetched on a thread of their own, it waits until there is
//! room, and it is loaded on the thread `model-loader`, one at a time. Room is made by letting go of the least recently
//! used models; one that a run still works with leaves when that run ends. Room is made in the order in which models
//! were asked for, so that none waits for ever.

use super::Signal;
use super::active::guarded;
use super::fetching::{self, Demand};
use super::need::Need;
use super::residents::{Resident, Residents};
use crate::allocator;
use crate::work::Work;
use model::wire::{Failure, Residence};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Weak};
use std::thread::Builder;
use std::time::Instant;

/// What became of a model that was asked for.
pub(super) struct Arrival<M> {
    /// As [`Work::model_key`] names it.
    pub(super) key: String,
    pub(super) stage: Arrived<M>,
}

/// How far it came.
pub(super) enum Arrived<M> {
    /// Its files are here, or cannot be had.
    Fetched(Result<(), Failure>),
    /// It is loaded, or cannot be.
    Loaded(Result<Arc<M>, Failure>),
}

struct Kept<M> {
    key: String,
    bytes: u64,
    model: Arc<M>,
}

struct Coming<W: Work> {
    key: String,
    bytes: u64,
    stage: Residence,
    demand: Arc<Demand<W>>,
}

/// The models of one engine.
pub(super) struct Models<W: Work> {
    /// Least recently used first.
    kept: Vec<Kept<W::Model>>,
    /// Let go of, but still used by a run.
    leaving: Vec<(u64, Weak<W::Model>)>,
    /// In the order in which they were asked for.
    coming: Vec<Coming<W>>,
    budget: u64,
    /// What others see of all this.
    residents: Residents,
    signals: Sender<Signal<W::Model>>,
    requests: Sender<Need<W>>,
}

impl<W: Work> Models<W> {
    /// Starts the thread `model-loader`, which ends when this is dropped.
    pub(super) fn start(budget: u64, signals: Sender<Signal<W::Model>>) -> std::io::Result<Self> {
        let (requests, inbox) = channel::<Need<W>>();
        let loaded = signals.clone();
        Builder::new().name("model-loader".to_owned()).spawn(move || {
            for need in inbox {
                // what made room for it
                allocator::return_free();
                let key = need.key();
                let began = Instant::now();
                let model = guarded(|| need.load()).map(Arc::new);
                // its runs are told by the engine; this thread must not keep one alive
                drop(need);
                tracing::info!(%key, ok = model.is_ok(), seconds = began.elapsed().as_secs_f64(), "loaded a model");
                if loaded.send(Signal::Model(Arrival { key, stage: Arrived::Loaded(model) })).is_err() {
                    break;
                }
            }
        })?;
        let (kept, leaving, coming) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { kept, leaving, coming, budget, residents: Residents::default(), signals, requests })
    }

    /// What others see.
    pub(super) fn residents(&self) -> Residents {
        self.residents.clone()
    }

    fn publish(&self) {
        let kept = self.kept.iter().map(|kept| Resident::loaded(kept.key.clone(), kept.bytes, &kept.model));
        let coming =
            self.coming.iter().map(|coming| Resident::coming(coming.key.clone(), coming.bytes, coming.stage));
        self.residents.replace(kept.chain(coming).collect());
    }

    /// Lets a model go; the bytes it takes, and whether a run still works with it. `None` where it is not loaded.
    pub(super) fn unload(&mut self, key: &str) -> Option<(u64, bool)> {
        let place = self.kept.iter().position(|kept| kept.key == key)?;
        let (bytes, used) = self.let_go(place);
        allocator::return_free();
        self.publish();
        Some((bytes, used))
    }

    /// Forgets a kept model, but counts its memory for as long as a run works with it.
    fn let_go(&mut self, place: usize) -> (u64, bool) {
        let Kept { key, bytes, model } = self.kept.remove(place);
        let used = Arc::strong_count(&model) > 1;
        tracing::info!(%key, bytes, used, "let a model go");
        if used {
            self.leaving.push((bytes, Arc::downgrade(&model)));
        }
        (bytes, used)
    }

    /// The model that a run needs; where it is not loaded, it will be, and `None` is returned for now.
    pub(super) fn get(&mut self, need: &Need<W>) -> Option<Arc<W::Model>> {
        let key = need.key();
        if let Some(found) = self.kept.iter().position(|kept| kept.key == key) {
            let kept = self.kept.remove(found);
            let model = kept.model.clone();
            self.kept.push(kept);
            return Some(model);
        }
        match self.coming.iter().find(|coming| coming.key == key) {
            Some(coming) => coming.demand.join(need),
            None => self.ask_for(key, need),
        }
        None
    }

    fn ask_for(&mut self, key: String, need: &Need<W>) {
        let (bytes, demand) = (need.bytes(), Arc::new(Demand::new(need)));
        let fetch = need.fetch();
        let stage = if fetch.is_some() { Residence::Downloading } else { Residence::Waiting };
        if let Some(fetch) = fetch {
            fetching::start(key.clone(), fetch, demand.clone(), self.signals.clone());
        }
        self.coming.push(Coming { key, bytes, stage, demand });
    }

    /// Takes note of an arrival. Where a model cannot be had: why, for the runs that wait for it.
    pub(super) fn receive(&mut self, arrival: Arrival<W::Model>) -> Result<(), Failure> {
        let Some(place) = self.coming.iter().position(|coming| coming.key == arrival.key) else {
            return Ok(());
        };
        let failure = match arrival.stage {
            Arrived::Fetched(Ok(())) => {
                self.coming[place].stage = Residence::Waiting;
                None
            }
            Arrived::Loaded(Ok(model)) => {
                let Coming { key, bytes, .. } = self.coming.remove(place);
                self.kept.push(Kept { key, bytes, model });
                None
            }
            Arrived::Fetched(Err(failure)) | Arrived::Loaded(Err(failure)) => {
                // where it was given up, whoever asked meanwhile asks anew
                let given_up = self.coming.remove(place).demand.was_given_up();
                (!given_up).then_some(failure)
            }
        };
        failure.map_or(Ok(()), Err)
    }

    /// Has the next model loaded if there is room for it now. To be called once the runs that wait for a model that came
    /// have begun with it: what no run uses is let go first.
    pub(super) fn load_next(&mut self) {
        self.forget_left();
        self.choose_next();
        self.publish();
    }

    /// Models that no run uses any more have left: their memory is the system's again.
    fn forget_left(&mut self) {
        let leaving = self.leaving.len();
        self.leaving.retain(|(_, model)| model.strong_count() > 0);
        if self.leaving.len() < leaving {
            allocator::return_free();
        }
    }

    fn choose_next(&mut self) {
        self.coming.retain(|coming| coming.stage != Residence::Waiting || coming.demand.is_wanted());
        if self.coming.iter().any(|coming| coming.stage == Residence::Loading) {
            return;
        }
        let Some(place) = self.coming.iter().position(|coming| coming.stage == Residence::Waiting) else {
            return;
        };
        // before, not after: two big models at once may be more than there is
        if !self.make_room(self.coming[place].bytes) {
            return;
        }
        let coming = &mut self.coming[place];
        if let Some(need) = coming.demand.someone() {
            coming.stage = Residence::Loading;
            // fails only once the thread is gone, and then the engine is going too
            let _ = self.requests.send(need);
        }
    }

    /// Lets models go until `bytes` more fit; false while runs still use what would have to go.
    fn make_room(&mut self, bytes: u64) -> bool {
        loop {
            let kept = self.kept.iter().map(|kept| kept.bytes);
            let taken: u64 = kept.chain(self.leaving.iter().map(|(bytes, _)| *bytes)).sum();
            // with nothing else in memory it is tried: whoever planned it found it not too large
            if taken == 0 || taken + bytes <= self.budget {
                return true;
            }
            if self.kept.is_empty() {
                return false;
            }
            self.let_go(0);
        }
    }
}

impl<W: Work> Drop for Models<W> {
    fn drop(&mut self) {
        for coming in &self.coming {
            coming.demand.end();
        }
    }
}
