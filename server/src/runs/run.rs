//! One accepted run.

use crate::log::Log;
use crate::queue::{Lane, Queued};
use crate::work::Work;
use model::wire::{EventBody, Failure};
use parking_lot::Mutex;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// An accepted experiment: its work, its events so far, and who still wants it.
pub struct Run<W: Work> {
    /// What to do.
    pub work: W,
    /// What happened so far.
    pub log: Arc<Log>,
    /// Tickets still out; none left means cancelled, for good.
    tickets: Mutex<HashSet<String>>,
    /// The last announced number of runs ahead.
    ahead: AtomicUsize,
    accepted: Instant,
}

impl<W: Work> Run<W> {
    /// Accepts `work`, says `started`, and issues the first ticket.
    pub fn new(work: W) -> (Self, String) {
        let log = Arc::new(Log::default());
        log.push(EventBody::Started(work.started().clone()));
        let ticket = new_ticket();
        let tickets = Mutex::new(HashSet::from([ticket.clone()]));
        (Self { work, log, tickets, ahead: AtomicUsize::new(usize::MAX), accepted: Instant::now() }, ticket)
    }

    /// The experiment's id.
    pub fn id(&self) -> &str {
        &self.work.started().id
    }

    /// The analysis's kind, or what else it does.
    pub fn kind(&self) -> &'static str {
        self.work.kind()
    }

    /// Time since acceptance.
    pub fn age(&self) -> Duration {
        self.accepted.elapsed()
    }

    /// A ticket for one more asker; `None` once the run is cancelled.
    pub fn issue_ticket(&self) -> Option<String> {
        let mut tickets = self.tickets.lock();
        if tickets.is_empty() {
            return None;
        }
        let ticket = new_ticket();
        tickets.insert(ticket.clone());
        Some(ticket)
    }

    /// Takes a ticket back; false where it was not out.
    pub fn return_ticket(&self, ticket: &str) -> bool {
        self.tickets.lock().remove(ticket)
    }

    /// Notes that `ahead` runs are before this one; true where that is news.
    pub fn announce_ahead(&self, ahead: usize) -> bool {
        self.ahead.swap(ahead, Ordering::Relaxed) != ahead
    }

    /// What a cancelled run says last.
    pub fn cancellation(&self) -> Failure {
        let message = "cancelled: everyone who asked for this run has given it up".to_owned();
        Failure { code: "cancelled".to_owned(), message }
    }

    /// Whether nobody wants it any more.
    pub fn is_cancelled(&self) -> bool {
        self.tickets.lock().is_empty()
    }
}

impl<W: Work> Queued for Arc<Run<W>> {
    fn lane(&self) -> Lane {
        self.work.lane()
    }

    fn is_cancelled(&self) -> bool {
        Run::is_cancelled(self)
    }
}

fn new_ticket() -> String {
    Uuid::new_v4().simple().to_string()
}
