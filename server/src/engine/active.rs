//! A run being worked on.

use super::need::Need;
use crate::artifact::Artifact;
use crate::runs::Run;
use crate::store::Files;
use crate::work::Work;
use model::wire::{EventBody, Failure, Progress};
use model::{Error, Figures, Job, Step};
use std::any::Any;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

/// A run that left the queue: waiting for its model, then stepping.
pub(super) struct Active<W: Work> {
    pub(super) run: Arc<Run<W>>,
    /// Which of its models' turn it is.
    turn: usize,
    job: Option<Box<dyn Job>>,
    file: Option<Artifact>,
    /// Figures of the turns before the last one.
    before: Figures,
}

/// What a step came to.
pub(super) enum Outcome {
    GoesOn,
    Complete,
    Failed(Failure),
}

impl<W: Work> Active<W> {
    pub(super) fn new(run: Arc<Run<W>>) -> Self {
        Self { run, turn: 0, job: None, file: None, before: Figures::default() }
    }

    /// Whether it can be stepped.
    pub(super) fn is_ready(&self) -> bool {
        self.job.is_some()
    }

    /// The model that it works with now.
    pub(super) fn need(&self) -> Need<W> {
        Need { run: self.run.clone(), turn: self.turn }
    }

    pub(super) fn waits_for(&self, model_key: &str) -> bool {
        self.job.is_none() && self.need().key() == model_key
    }

    /// Says that the model is being loaded (`done` 0) or is there (1).
    pub(super) fn say_loading(&self, done: usize) {
        let unit = "models loaded".to_owned();
        self.run.log.push(EventBody::Progress(Progress { done, total: 1, unit }));
    }

    /// Makes the job on the model.
    pub(super) fn start(&mut self, model: Arc<W::Model>) -> Result<(), Failure> {
        self.job = Some(guarded(|| self.run.work.job(self.turn, model, &self.before))?);
        Ok(())
    }

    /// One step: its events go to the log, its bytes to the file.
    pub(super) fn step(&mut self, files: &Files) -> Outcome {
        let Some(job) = &mut self.job else { return Outcome::GoesOn };
        let began = Instant::now();
        let step = guarded(|| job.step());
        metrics::histogram!("hooklens_step_seconds").record(began.elapsed());
        match step.and_then(|step| self.take(step, files)) {
            Ok(false) => Outcome::GoesOn,
            Ok(true) => Outcome::Complete,
            Err(failure) => Outcome::Failed(failure),
        }
    }

    /// Whether that was the last step.
    fn take(&mut self, step: Step, files: &Files) -> Result<bool, Failure> {
        self.append(&step.bytes, step.finished, files)
            .map_err(|e| internal(format!("the result's file cannot be written: {e}; is the disk full?")))?;
        let last = self.turn + 1 == self.run.work.turns();
        if !last {
            self.before.keep(&step.events);
        }
        for body in step.events {
            self.run.log.push(body);
        }
        if step.finished && !last {
            // its model is let go before the next one is asked for
            self.job = None;
            self.turn += 1;
        }
        Ok(step.finished && last)
    }

    fn append(&mut self, bytes: &[u8], finished: bool, files: &Files) -> io::Result<()> {
        if self.file.is_none() && !bytes.is_empty() {
            self.file = Some(files.create(self.run.id())?);
        }
        if let Some(file) = &mut self.file {
            file.write_all(bytes)?;
        }
        if finished && let Some(file) = self.file.take() {
            file.commit()?;
        }
        Ok(())
    }
}

/// Runs a piece of an experiment so that neither its error nor its panic reaches anything else.
pub(super) fn guarded<T>(piece: impl FnOnce() -> Result<T, Error>) -> Result<T, Failure> {
    // a job that panicked is dropped, never stepped again, so nothing sees its broken state
    match catch_unwind(AssertUnwindSafe(piece)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Failure { code: error.code().to_owned(), message: error.to_string() }),
        Err(panic) => Err(internal(format!(
            "the experiment stopped on a fault of the program, not of yours: {}; please report it",
            panic_message(panic.as_ref())
        ))),
    }
}

fn internal(message: String) -> Failure {
    Failure { code: "internal".to_owned(), message }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a message")
}
