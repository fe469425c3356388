//! What others see of an engine's models: which are in memory, and which are on their way there.

use model::wire::Residence;
use parking_lot::Mutex;
use std::any::Any;
use std::sync::{Arc, Weak};

/// A model in memory, or on its way there.
#[derive(Clone, Debug)]
pub struct Resident {
    /// As [`Work::model_key`](crate::work::Work::model_key) names it.
    pub key: String,
    /// Bytes it takes.
    pub bytes: u64,
    /// How far it is.
    pub stage: Residence,
    /// The model itself, to see whether anyone else holds it.
    model: Option<Weak<dyn Any + Send + Sync>>,
}

impl Resident {
    /// One in memory.
    pub(super) fn loaded<M: Any + Send + Sync>(key: String, bytes: u64, model: &Arc<M>) -> Self {
        let model: Weak<dyn Any + Send + Sync> = Arc::downgrade(model) as _;
        Self { key, bytes, stage: Residence::Loaded, model: Some(model) }
    }

    /// Whether it is in memory already.
    pub fn is_loaded(&self) -> bool {
        self.stage == Residence::Loaded
    }

    /// One on its way.
    pub(super) fn coming(key: String, bytes: u64, stage: Residence) -> Self {
        Self { key, bytes, stage, model: None }
    }

    /// Whether a run works with it just now.
    pub fn is_used(&self) -> bool {
        // the engine holds one, each run that steps another
        self.model.as_ref().is_some_and(|model| model.strong_count() > 1)
    }
}

/// The list, shared by the engine, which writes it, and those who look.
#[derive(Clone, Default)]
pub(super) struct Residents(Arc<Mutex<Vec<Resident>>>);

impl Residents {
    pub(super) fn replace(&self, residents: Vec<Resident>) {
        *self.0.lock() = residents;
    }

    pub(super) fn list(&self) -> Vec<Resident> {
        self.0.lock().clone()
    }
}
