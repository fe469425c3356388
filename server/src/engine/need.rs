//! What a run waits for: one of its models.

use crate::runs::Run;
use crate::work::{Fetch, Work};
use model::Error;
use std::sync::Arc;

/// A run, and which of its models it is about.
pub(super) struct Need<W: Work> {
    pub(super) run: Arc<Run<W>>,
    pub(super) turn: usize,
}

// derived, it would ask for `W: Clone`
impl<W: Work> Clone for Need<W> {
    fn clone(&self) -> Self {
        Self { run: self.run.clone(), turn: self.turn }
    }
}

impl<W: Work> Need<W> {
    /// The model's name among loaded ones.
    pub(super) fn key(&self) -> String {
        self.run.work.model_key(self.turn)
    }

    /// Bytes it takes.
    pub(super) fn bytes(&self) -> u64 {
        self.run.work.model_bytes(self.turn)
    }

    /// What brings its files here.
    pub(super) fn fetch(&self) -> Option<Fetch> {
        self.run.work.fetch(self.turn)
    }

    /// Loads it.
    pub(super) fn load(&self) -> Result<W::Model, Error> {
        self.run.work.load(self.turn)
    }
}
