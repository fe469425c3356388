//! What one run has said so far.

use leptos::prelude::*;
use model::sides::Side;
use model::wire::{Event, EventBody, Experiment, Figure, Started};
use std::collections::HashMap;
use std::sync::Arc;

/// Where a run stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum RunStatus {
    /// Nothing was asked for.
    #[default]
    Idle,
    /// A request is on its way; nothing has come back yet.
    Opening,
    /// Accepted, waiting for the runs before it.
    Queued {
        /// How many go first.
        ahead: usize,
    },
    /// Computing: `done` of `total` `unit`s.
    Running {
        /// Units finished.
        done: usize,
        /// Units in all; 0 while unknown.
        total: usize,
        /// What is counted, such as `prompts`.
        unit: String,
    },
    /// The stream broke off; the page is trying to resume it where it stopped.
    Disconnected,
    /// Every figure is final.
    Done {
        /// From acceptance to the last figure, in milliseconds.
        elapsed_ms: f64,
    },
    /// It ended early.
    Failed {
        /// For machines, such as `bad_experiment`.
        code: String,
        /// For people.
        message: String,
    },
    /// Given up by the user.
    Cancelled,
    /// A link's result that is not stored on this server.
    Missing,
}

impl RunStatus {
    /// Whether more events are expected.
    pub fn is_active(&self) -> bool {
        matches!(self, Self::Opening | Self::Queued { .. } | Self::Running { .. } | Self::Disconnected)
    }
}

/// A figure's key: its name, and the prompt it belongs to.
type Key = (String, Option<usize>);
type Slot = ArcRwSignal<Option<Arc<Figure>>>;

/// One run as signals. Copies are handles to the same run.
#[derive(Clone, Copy)]
pub struct RunState {
    /// The id, once accepted.
    pub id: RwSignal<Option<String>>,
    /// Where it stands.
    pub status: RwSignal<RunStatus>,
    /// The model and the prompts as the model sees them.
    pub started: RwSignal<Option<Arc<Started>>>,
    /// What was asked.
    pub experiment: RwSignal<Option<Arc<Experiment>>>,
    /// Keys of the figures that have come, in order of first arrival. Of two models those of the first: the other's, and
    /// the differences, are found by [`Side::name`].
    pub figures: RwSignal<Vec<Key>>,
    slots: StoredValue<HashMap<Key, Slot>>,
    next_seq: StoredValue<u64>,
}

impl Default for RunState {
    fn default() -> Self {
        Self::new()
    }
}

impl RunState {
    /// An idle run, owned by the current reactive owner.
    pub fn new() -> Self {
        Self {
            id: RwSignal::new(None),
            status: RwSignal::new(RunStatus::Idle),
            started: RwSignal::new(None),
            experiment: RwSignal::new(None),
            figures: RwSignal::new(Vec::new()),
            slots: StoredValue::new(HashMap::new()),
            next_seq: StoredValue::new(0),
        }
    }

    /// The figure of that name (and prompt), once it has come. Reruns its watchers when this figure is refined, and
    /// for no other event.
    pub fn figure(&self, name: &str, prompt: Option<usize>) -> Signal<Option<Arc<Figure>>> {
        let slot = self.slot((name.to_owned(), prompt));
        Signal::derive(move || slot.get())
    }

    /// The number of the first event not seen yet: where to resume the stream.
    pub fn next_seq(&self) -> u64 {
        self.next_seq.try_get_value().unwrap_or_default()
    }

    /// Takes in one event. Events already seen are ignored, so a stream may overlap what came before.
    pub fn apply(&self, event: Event) {
        if event.seq < self.next_seq.get_value() {
            return;
        }
        self.next_seq.set_value(event.seq + 1);
        match event.body {
            EventBody::Started(started) => {
                self.id.set(Some(started.id.clone()));
                self.started.set(Some(Arc::new(started)));
                self.status.set(RunStatus::Running { done: 0, total: 0, unit: String::new() });
            }
            EventBody::Progress(progress) if progress.unit == "runs ahead" => {
                self.status.set(RunStatus::Queued { ahead: progress.total.saturating_sub(progress.done) });
            }
            EventBody::Progress(p) => {
                self.status.set(RunStatus::Running { done: p.done, total: p.total, unit: p.unit });
            }
            EventBody::Figure(figure) => self.show(figure),
            EventBody::Done(done) => self.status.set(RunStatus::Done { elapsed_ms: done.elapsed_ms }),
            EventBody::Error(failure) if failure.code == "cancelled" => self.status.set(RunStatus::Cancelled),
            EventBody::Error(e) => self.status.set(RunStatus::Failed { code: e.code, message: e.message }),
        }
    }

    /// Expects the events from the start again: the run itself was started again, and its figures replace those that
    /// are there.
    pub fn rewind(&self) {
        self.next_seq.set_value(0);
    }

    /// Forgets everything, keeping the watchers of figures attached.
    pub fn reset(&self) {
        self.next_seq.set_value(0);
        self.id.set(None);
        self.started.set(None);
        self.experiment.set(None);
        self.figures.set(Vec::new());
        self.status.set(RunStatus::Idle);
        for slot in self.slots.with_value(|slots| slots.values().cloned().collect::<Vec<_>>()) {
            slot.set(None);
        }
    }

    fn show(&self, figure: Figure) {
        let key = (figure.name.clone(), figure.prompt);
        let is_listed = Side::of(&key.0).0 == Side::First;
        if is_listed && self.figures.with_untracked(|keys| !keys.contains(&key)) {
            self.figures.update(|keys| keys.push(key.clone()));
        }
        self.slot(key).set(Some(Arc::new(figure)));
    }

    fn slot(&self, key: Key) -> Slot {
        let mut slot = None;
        self.slots.update_value(|slots| slot = Some(slots.entry(key).or_default().clone()));
        slot.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::wire::{FigureData, Finished, Progress};
    use std::collections::BTreeMap;

    fn figure(seq: u64, name: &str, prompt: Option<usize>, value: f64) -> Event {
        let values = BTreeMap::from([("v".to_owned(), Some(value))]);
        let data = FigureData::Scalars { values };
        Event {
            seq,
            body: EventBody::Figure(Figure { name: name.into(), prompt, title: String::new(), data }),
        }
    }

    fn value(figure: Option<Arc<Figure>>) -> Option<f64> {
        match &figure?.data {
            FigureData::Scalars { values } => values["v"],
            _ => None,
        }
    }

    fn with_run(check: impl FnOnce(RunState)) {
        let owner = Owner::new();
        owner.with(|| check(RunState::new()));
    }

    #[test]
    fn a_later_figure_of_the_same_name_and_prompt_replaces_the_earlier() {
        with_run(|run| {
            let (all, first) = (run.figure("a", None), run.figure("a", Some(0)));
            run.apply(figure(0, "a", None, 1.0));
            run.apply(figure(1, "a", Some(0), 2.0));
            run.apply(figure(2, "a", None, 3.0));
            assert_eq!((value(all.get()), value(first.get())), (Some(3.0), Some(2.0)));
            assert_eq!(run.figures.get(), [("a".to_owned(), None), ("a".to_owned(), Some(0))]);
        });
    }

    #[test]
    fn of_two_models_the_figures_of_the_first_are_listed() {
        with_run(|run| {
            let (other, difference) = (Side::Other.name("a"), Side::Difference.name("a"));
            for (seq, name) in ["a", &other, &difference].into_iter().enumerate() {
                run.apply(figure(seq as u64, name, None, seq as f64));
            }
            assert_eq!(run.figures.get(), [("a".to_owned(), None)]);
            let found = ["a", &other, &difference].map(|name| value(run.figure(name, None).get()));
            assert_eq!(found, [Some(0.0), Some(1.0), Some(2.0)]);
        });
    }

    #[test]
    fn events_seen_before_are_ignored_on_resumption() {
        with_run(|run| {
            run.apply(figure(0, "a", None, 1.0));
            run.apply(figure(1, "a", None, 2.0));
            run.apply(figure(0, "a", None, 1.0));
            assert_eq!(value(run.figure("a", None).get()), Some(2.0));
            assert_eq!(run.next_seq(), 2);
        });
    }

    #[test]
    fn progress_and_end_become_the_status() {
        with_run(|run| {
            let progress = |unit: &str| Progress { done: 0, total: 2, unit: unit.into() };
            run.apply(Event { seq: 0, body: EventBody::Progress(progress("runs ahead")) });
            assert_eq!(run.status.get(), RunStatus::Queued { ahead: 2 });
            run.apply(Event { seq: 1, body: EventBody::Progress(progress("prompts")) });
            assert_eq!(run.status.get(), RunStatus::Running { done: 0, total: 2, unit: "prompts".into() });
            run.apply(Event { seq: 2, body: EventBody::Done(Finished { elapsed_ms: 5.0 }) });
            assert!(!run.status.get().is_active());
        });
    }
}
