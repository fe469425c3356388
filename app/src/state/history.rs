//! Results looked at before, kept in the browser: the latest ones, and those that are pinned.

use super::storage;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// How many are kept besides the pinned ones.
const KEPT: usize = 20;
/// Experiments of more than this many characters are not kept; the link then opens where the result is stored.
const LONGEST: usize = 20_000;

/// One result.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Past {
    /// Its id.
    pub id: String,
    /// Model and prompts.
    pub title: String,
    /// The kind of its analysis.
    pub kind: String,
    /// How long it took, in milliseconds.
    pub elapsed_ms: f64,
    /// Whether it stays until it is let go.
    pub pinned: bool,
    /// The experiment, as the part of a link after `#`.
    pub fragment: String,
}

/// The list as a signal; stored whenever it changes.
#[derive(Clone, Copy)]
pub struct History {
    /// The latest first.
    pub runs: RwSignal<Vec<Past>>,
}

impl Default for History {
    fn default() -> Self {
        Self::load()
    }
}

impl History {
    /// What the browser kept.
    pub fn load() -> Self {
        let runs = RwSignal::new(storage::load::<Vec<Past>>(storage::HISTORY).unwrap_or_default());
        Effect::new(move || runs.with(|runs| storage::save(storage::HISTORY, runs)));
        Self { runs }
    }

    /// Puts a result first.
    pub fn remember(&self, past: Past) {
        self.runs.update(|runs| remember(runs, past));
    }

    /// Pins a result, or lets it go.
    pub fn toggle_pin(&self, id: &str) {
        self.runs.update(|runs| {
            if let Some(past) = runs.iter_mut().find(|past| past.id == id) {
                past.pinned = !past.pinned;
            }
        });
    }
}

fn remember(runs: &mut Vec<Past>, mut past: Past) {
    if let Some(before) = runs.iter().position(|run| run.id == past.id) {
        past.pinned |= runs.remove(before).pinned;
    }
    if past.fragment.len() > LONGEST {
        past.fragment.clear();
    }
    runs.insert(0, past);
    let mut free = 0;
    runs.retain(|run| {
        free += usize::from(!run.pinned);
        run.pinned || free <= KEPT
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_and_the_pinned_are_kept() {
        let past = |id: usize| Past { id: id.to_string(), ..Past::default() };
        let mut runs = Vec::new();
        (0..5).for_each(|id| remember(&mut runs, past(id)));
        runs[4].pinned = true;
        (5..40).for_each(|id| remember(&mut runs, past(id)));
        assert_eq!((runs.len(), runs[0].id.as_str()), (KEPT + 1, "39"));
        assert_eq!(runs[KEPT].id, "0");
        remember(&mut runs, past(0));
        assert_eq!((runs.len(), runs[0].pinned), (KEPT + 1, true));
    }
}
