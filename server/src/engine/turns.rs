//! Which runs are worked on, and whose turn it is: a few of each lane at once, step by step, short ones before long ones.

use super::End;
use super::active::{Active, Outcome};
use super::thread::Thread;
use crate::queue::{Lane, Queued};
use crate::work::Work;
use model::wire::{EventBody, Progress};
use std::sync::Arc;

/// Runs of one lane that are worked on at once; each holds the memory of its analysis.
const AT_ONCE: usize = 4;

/// Runs of one lane that wait for their models at once, beside those worked on: a long download holds up nobody else.
const AWAITING: usize = 16;

/// While both lanes have work, every so-manyth step is a long run's.
const LONG_TURN: usize = 4;

impl<W: Work> Thread<W> {
    /// Takes runs out of the queue as far as there is room.
    pub(super) fn admit(&mut self) {
        self.start_waiting();
        for lane in [Lane::Short, Lane::Long] {
            while self.stepped(lane) < AT_ONCE && self.awaiting(lane) < AWAITING {
                let Some(run) = self.queue.pop(lane) else { break };
                if run.is_cancelled() {
                    self.end(&run, End::Failed(run.cancellation()));
                    continue;
                }
                let active = Active::new(run);
                match self.models.get(&active.need()) {
                    None => active.say_loading(0),
                    Some(model) => {
                        self.begin(active, model);
                        continue;
                    }
                }
                self.active.push(active);
            }
        }
        // a run that ended may have freed the memory that the next model needs
        self.models.load_next();
    }

    /// Begins the runs whose models have come, as far as there is room beside those worked on.
    fn start_waiting(&mut self) {
        let mut place = 0;
        while place < self.active.len() {
            let waiting = &self.active[place];
            let room = self.stepped(waiting.run.lane()) < AT_ONCE;
            match if waiting.is_ready() || !room { None } else { self.models.get(&waiting.need()) } {
                None => place += 1,
                Some(model) => {
                    let active = self.active.remove(place);
                    self.begin(active, model);
                }
            }
        }
    }

    fn begin(&mut self, mut active: Active<W>, model: Arc<W::Model>) {
        match active.start(model) {
            Ok(()) => self.active.push(active),
            Err(failure) => self.end(&active.run, End::Failed(failure)),
        }
    }

    /// Runs of a lane that are worked on.
    fn stepped(&self, lane: Lane) -> usize {
        self.active.iter().filter(|active| active.run.lane() == lane && active.is_ready()).count()
    }

    /// Runs of a lane that wait for their models.
    fn awaiting(&self, lane: Lane) -> usize {
        self.active.iter().filter(|active| active.run.lane() == lane && !active.is_ready()).count()
    }

    /// Tells every waiting run how many are before it, where that has changed.
    pub(super) fn announce_waiting(&self) {
        let mut queued = 0;
        for lane in [Lane::Short, Lane::Long] {
            let waiting = self.queue.waiting(lane);
            queued += waiting.len();
            for (total, run) in (self.stepped(lane) + self.awaiting(lane)..).zip(waiting) {
                if run.announce_ahead(total) {
                    let unit = "runs ahead".to_owned();
                    run.log.push(EventBody::Progress(Progress { done: 0, total, unit }));
                }
            }
        }
        metrics::gauge!("hooklens_runs_queued").set(queued as f64);
    }

    /// Which run goes next: round-robin among the ready ones of the lane whose turn it is.
    fn choose(&mut self) -> Option<usize> {
        let ready = |lane| move |active: &Active<W>| active.is_ready() && active.run.lane() == lane;
        let has = |lane| self.active.iter().any(ready(lane));
        let short = has(Lane::Short) && !(has(Lane::Long) && self.since_long + 1 >= LONG_TURN);
        let lane = if short { Lane::Short } else { Lane::Long };
        let count = self.active.len();
        let chosen = (0..count).map(|i| (self.next + i) % count).find(|i| ready(lane)(&self.active[*i]))?;
        self.next = chosen + 1;
        self.since_long = if short { self.since_long + 1 } else { 0 };
        Some(chosen)
    }

    /// One step of the run whose turn it is.
    pub(super) fn step(&mut self) {
        let Some(chosen) = self.choose() else { return };
        let outcome = self.active[chosen].step(&self.files);
        let end = match outcome {
            Outcome::GoesOn => return,
            Outcome::Complete => End::Complete,
            Outcome::Failed(failure) => End::Failed(failure),
        };
        // the next in the round has moved into the place of the one removed
        let active = self.active.remove(chosen);
        self.next = chosen;
        self.end(&active.run, end);
    }
}
