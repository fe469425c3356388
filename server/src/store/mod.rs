//! Where finished runs are kept.
//!
//! [`ResultStore`] is a seam: today's [`sqlite::SqliteStore`] is a file in the data folder; a store shared by several
//! machines would implement the same trait. Results are immutable and named by their content, so there is nothing to
//! update and nothing to invalidate.

mod files;
mod sqlite;

pub use files::Files;
pub use sqlite::SqliteStore;

use async_trait::async_trait;
use model::wire::{Experiment, StoredResult};

/// Finished runs by id.
#[async_trait]
pub trait ResultStore: Send + Sync {
    /// Whether there is a result of this id.
    async fn contains(&self, id: &str) -> Result<bool, StoreError>;
    /// The experiment of the result of this id.
    async fn experiment(&self, id: &str) -> Result<Option<Experiment>, StoreError>;
    /// The result of this id.
    async fn get(&self, id: &str) -> Result<Option<StoredResult>, StoreError>;
    /// Keeps a result, durably, whole or not at all. Where there is one of this id it stays as it is.
    async fn put(&self, id: &str, result: StoredResult) -> Result<(), StoreError>;
    /// The files of results that are files.
    fn files(&self) -> &Files;
}

/// Why a store does not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database.
    #[error("the result store does not answer: {0}")]
    Database(#[from] sqlx::Error),
    /// What is stored under an id cannot be read; it was written by another version, or the disk is faulty.
    #[error("the stored result {id} cannot be read: {message}")]
    Unreadable {
        /// The result.
        id: String,
        /// What is wrong with it.
        message: String,
    },
}
