//! The events of one run, kept while it lives, so that any number of readers can follow it from any event on.

use futures_util::stream::{self, Stream};
use model::wire::{Event, EventBody};
use parking_lot::Mutex;
use std::sync::Arc;
use tokio::sync::watch;

/// Numbered events, the last of which is `done` or `error`.
#[derive(Debug)]
pub struct Log {
    events: Mutex<Vec<Arc<Event>>>,
    /// How many there are, and whether the last is there.
    state: watch::Sender<(usize, bool)>,
}

impl Default for Log {
    fn default() -> Self {
        Self { events: Mutex::default(), state: watch::Sender::new((0, false)) }
    }
}

impl Log {
    /// Appends an event under the next number. After the last event nothing is appended any more.
    pub fn push(&self, body: EventBody) {
        let mut events = self.events.lock();
        if self.state.borrow().1 {
            return;
        }
        let last = matches!(body, EventBody::Done(_) | EventBody::Error(_));
        let seq = events.len() as u64;
        events.push(Arc::new(Event { seq, body }));
        self.state.send_replace((events.len(), last));
    }

    /// Every event so far, with `last` appended as the next: what to store before `last` is made known.
    pub fn with(&self, last: EventBody) -> Vec<Event> {
        let events = self.events.lock();
        let last = Event { seq: events.len() as u64, body: last };
        events.iter().map(|event| Event::clone(event)).chain([last]).collect()
    }

    /// The events from number `from` on that are there, and whether the last one is.
    fn read(&self, from: usize) -> (Vec<Arc<Event>>, bool) {
        let events = self.events.lock();
        (events.get(from..).unwrap_or_default().to_vec(), self.state.borrow().1)
    }

    /// The events from number `from` on, as they come, until the last.
    pub fn follow(self: Arc<Self>, from: u64) -> impl Stream<Item = Arc<Event>> + Send {
        let changes = self.state.subscribe();
        let start = (self, changes, usize::try_from(from).unwrap_or(usize::MAX));
        let batches = stream::unfold(start, |(log, mut changes, from)| async move {
            loop {
                changes.mark_unchanged();
                let (events, ended) = log.read(from);
                if !events.is_empty() {
                    let next = from + events.len();
                    return Some((stream::iter(events), (log, changes, next)));
                }
                // the sender lives in `log`, so a change cannot fail to come
                if ended || changes.changed().await.is_err() {
                    return None;
                }
            }
        });
        stream::StreamExt::flatten(batches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt;
    use model::wire::{Finished, Progress};

    fn progress(done: usize) -> EventBody {
        EventBody::Progress(Progress { done, total: 9, unit: "prompts".into() })
    }

    fn done() -> EventBody {
        EventBody::Done(Finished { elapsed_ms: 1.0 })
    }

    async fn numbers(log: &Arc<Log>, from: u64) -> Vec<u64> {
        log.clone().follow(from).map(|event| event.seq).collect().await
    }

    #[tokio::test]
    async fn an_ended_log_is_read_from_any_event_inclusive() {
        let log = Arc::new(Log::default());
        for body in [progress(0), progress(1), done(), progress(2)] {
            log.push(body);
        }
        assert_eq!(numbers(&log, 0).await, [0, 1, 2]);
        assert_eq!(numbers(&log, 2).await, [2]);
        assert_eq!(numbers(&log, 3).await, [0; 0]);
        assert_eq!(numbers(&log, u64::MAX).await, [0; 0]);
    }

    #[tokio::test]
    async fn a_reader_follows_a_live_log_to_its_end() {
        let log = Arc::new(Log::default());
        log.push(progress(0));
        let reader = tokio::spawn(log.clone().follow(0).map(|event| event.seq).collect::<Vec<_>>());
        let mut early = Box::pin(log.clone().follow(1));
        log.push(progress(1));
        assert_eq!(early.next().await.unwrap().seq, 1);
        log.push(done());
        assert_eq!(reader.await.unwrap(), [0, 1, 2]);
    }

    #[test]
    fn what_is_to_be_stored_ends_with_the_event_still_to_come() {
        let log = Log::default();
        log.push(progress(0));
        let events = log.with(done());
        assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), [0, 1]);
        assert!(!log.read(0).1);
    }
}
