//! What can be chosen: models, prompt sets and example questions, asked for once.

use crate::api;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::wire::{Example, ModelListing, SetListing};
use std::sync::Arc;

/// Wait before asking again a server that cannot be reached, in milliseconds.
const RETRY_MS: u32 = 1500;

/// Models, prompt sets and examples; empty until they have come.
#[derive(Clone, Copy)]
pub struct Catalog {
    /// What can be loaded.
    pub models: RwSignal<Arc<Vec<ModelListing>>>,
    /// The built-in prompt sets.
    pub sets: RwSignal<Arc<Vec<SetListing>>>,
    /// Questions whose results are there.
    pub examples: RwSignal<Arc<Vec<Example>>>,
    /// Why they have not come yet; it is tried again.
    pub problem: RwSignal<Option<String>>,
}

impl Catalog {
    /// Asks the server for all, until it answers.
    pub fn fetch() -> Self {
        let catalog = Self {
            models: RwSignal::new(Arc::default()),
            sets: RwSignal::new(Arc::default()),
            examples: RwSignal::new(Arc::default()),
            problem: RwSignal::new(None),
        };
        spawn_local(async move {
            while let Err(error) = catalog.fill().await {
                catalog.problem.set(Some(error.message));
                TimeoutFuture::new(RETRY_MS).await;
            }
            catalog.problem.set(None);
        });
        catalog
    }

    async fn fill(self) -> Result<(), model::wire::ApiError> {
        let models = api::models().await?;
        let sets = api::sets().await?;
        self.sets.set(Arc::new(sets));
        self.models.set(Arc::new(models));
        // the form need not wait for what stands above it
        self.examples.set(Arc::new(api::examples().await?));
        Ok(())
    }

    /// Looks again at what can be loaded; a failure leaves the list as it was.
    pub async fn refresh(self) {
        if let Ok(models) = api::models().await
            && self.models.try_with_untracked(|now| **now != models) == Some(true)
        {
            self.models.set(Arc::new(models));
        }
    }

    /// One model's line. Tracks.
    pub fn model(&self, name: &str) -> Option<ModelListing> {
        self.models.with(|models| models.iter().find(|model| model.name == name).cloned())
    }
}
