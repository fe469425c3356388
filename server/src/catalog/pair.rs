//! The models of one experiment: its own, and what it is compared with.

use super::{Catalog, Opened};
use crate::error::problems_of;
use crate::memory;
use model::wire::{Checked, Experiment, Problem};
use model::{Device, Error, Limits, Plan};

/// Both, opened.
pub struct Models {
    /// The experiment's `model`.
    pub first: Opened,
    /// Its `compare_with`.
    pub other: Option<Opened>,
}

impl Catalog {
    /// Opens the models of an experiment, each of which must fit into `budget` bytes by itself.
    ///
    /// # Errors
    /// As [`Catalog::open`]; of the other model as a problem of the field `compare_with`.
    pub fn open_all(&self, experiment: &Experiment, budget: u64) -> Result<Models, Error> {
        let open = |name: &str| {
            let opened = self.open(name)?;
            memory::check(&opened.checkpoint, budget).map(|()| opened)
        };
        let first = open(&experiment.model)?;
        let other = experiment.compare_with.as_deref().map(open).transpose().map_err(of_other)?;
        Ok(Models { first, other })
    }
}

/// What is wrong with the other model, at the field that names it.
fn of_other(error: Error) -> Error {
    let at = |problem: Problem| Problem { field: "compare_with".to_owned(), ..problem };
    match problems_of(&error) {
        problems if problems.is_empty() => error,
        problems => Error::Experiment(problems.into_iter().map(at).collect()),
    }
}

impl Models {
    /// Plans an experiment on them.
    ///
    /// # Errors
    /// As [`Plan::new`] and [`Plan::beside`].
    pub fn plan(&self, experiment: &Experiment, limits: &Limits, device: &Device) -> Result<Plan, Error> {
        let plan = Plan::new(&self.first.checkpoint, experiment, limits, device)?;
        match &self.other {
            Some(other) => plan.beside(&other.checkpoint, limits, device),
            None => Ok(plan),
        }
    }

    /// Checks an experiment on them.
    ///
    /// # Errors
    /// As [`Plan::check`].
    pub fn check(&self, experiment: &Experiment, limits: &Limits) -> Result<Checked, Error> {
        let other = self.other.as_ref().map(|other| &*other.checkpoint);
        Plan::check(&self.first.checkpoint, other, experiment, limits)
    }
}
