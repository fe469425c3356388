//! A store that has the gallery's results beside its own.

use super::Gallery;
use crate::store::{Files, ResultStore, StoreError};
use async_trait::async_trait;
use model::wire::{Experiment, StoredResult};

/// The gallery's results, and those of another store.
pub struct WithGallery<S> {
    gallery: &'static Gallery,
    store: S,
}

impl<S: ResultStore> WithGallery<S> {
    /// Beside what `store` has.
    pub fn new(store: S) -> Self {
        Self { gallery: Gallery::built_in(), store }
    }
}

#[async_trait]
impl<S: ResultStore> ResultStore for WithGallery<S> {
    async fn contains(&self, id: &str) -> Result<bool, StoreError> {
        if self.gallery.result(id).is_some() {
            return Ok(true);
        }
        self.store.contains(id).await
    }

    async fn experiment(&self, id: &str) -> Result<Option<Experiment>, StoreError> {
        match self.gallery.result(id) {
            Some(result) => Ok(Some(result.experiment.clone())),
            None => self.store.experiment(id).await,
        }
    }

    async fn get(&self, id: &str) -> Result<Option<StoredResult>, StoreError> {
        match self.gallery.result(id) {
            Some(result) => Ok(Some(StoredResult::clone(&result))),
            None => self.store.get(id).await,
        }
    }

    async fn put(&self, id: &str, result: StoredResult) -> Result<(), StoreError> {
        self.store.put(id, result).await
    }

    fn files(&self) -> &Files {
        self.store.files()
    }
}
