//! Made-up experiments: what they do is said when they are made, and seen in a trace.

use super::PATIENCE;
use crate::queue::Lane;
use crate::work::Work;
use model::wire::{Experiment, Started};
use model::{Error, Figures, Job, Step};
use parking_lot::Mutex;
use std::sync::{Arc, mpsc};

/// What a made-up experiment does.
#[derive(Clone, Copy)]
pub(super) enum Behaviour {
    Steps(usize),
    Panics,
    PanicsInLoading,
    WritesFile,
}

/// Steps as they happen, by name.
pub(super) type Trace = Arc<Mutex<Vec<&'static str>>>;

pub(super) struct Fake {
    pub(super) name: &'static str,
    pub(super) lane: Lane,
    pub(super) behaviour: Behaviour,
    pub(super) trace: Trace,
    pub(super) gate: Option<Gate>,
    pub(super) started: Started,
    pub(super) experiment: Experiment,
    pub(super) turns: usize,
}

pub(super) struct FakeJob {
    pub(super) name: &'static str,
    pub(super) behaviour: Behaviour,
    pub(super) done: usize,
    pub(super) trace: Trace,
    pub(super) gate: Option<Gate>,
}

/// Each step says that it has begun, and waits until it may go on.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) begun: mpsc::Sender<()>,
    pub(super) open: Arc<Mutex<mpsc::Receiver<()>>>,
}

/// The test's side of a [`Gate`].
pub(super) struct Keeper {
    pub(super) begun: mpsc::Receiver<()>,
    pub(super) open: mpsc::Sender<()>,
}

impl Keeper {
    pub(super) fn await_step(&self) {
        self.begun.recv_timeout(PATIENCE).unwrap();
    }

    pub(super) fn open(&self) {
        self.open.send(()).unwrap();
    }
}

impl Job for FakeJob {
    fn step(&mut self) -> Result<Step, Error> {
        if let Some(gate) = &self.gate {
            gate.begun.send(()).expect("the test outlives its runs");
            gate.open.lock().recv_timeout(PATIENCE).expect("the test opens the gate");
        }
        self.trace.lock().push(self.name);
        self.done += 1;
        match self.behaviour {
            Behaviour::Steps(total) => Ok(Step { finished: self.done == total, ..Step::default() }),
            Behaviour::Panics => panic!("index out of bounds"),
            Behaviour::PanicsInLoading => unreachable!("its model is never there"),
            Behaviour::WritesFile => {
                Ok(Step { bytes: vec![self.done as u8; 3], finished: self.done == 2, ..Step::default() })
            }
        }
    }
}

impl Work for Fake {
    type Model = ();

    fn turns(&self) -> usize {
        self.turns
    }

    fn model_key(&self, turn: usize) -> String {
        if turn > 0 {
            return "second".to_owned();
        }
        let own = matches!(self.behaviour, Behaviour::PanicsInLoading);
        if own { self.name.to_owned() } else { "shared".to_owned() }
    }

    fn model_bytes(&self, _turn: usize) -> u64 {
        1
    }

    fn fetch(&self, _turn: usize) -> Option<crate::work::Fetch> {
        None
    }

    fn load(&self, _turn: usize) -> Result<(), Error> {
        assert!(!matches!(self.behaviour, Behaviour::PanicsInLoading), "no such tensor");
        self.trace.lock().push("load");
        Ok(())
    }

    fn job(&self, _turn: usize, _model: Arc<()>, _before: &Figures) -> Result<Box<dyn Job>, Error> {
        let Self { name, behaviour, .. } = *self;
        let (trace, gate) = (self.trace.clone(), self.gate.clone());
        Ok(Box::new(FakeJob { name, behaviour, done: 0, trace, gate }))
    }

    fn kind(&self) -> &'static str {
        "fake"
    }

    fn experiment(&self) -> Option<&Experiment> {
        Some(&self.experiment)
    }

    fn started(&self) -> &Started {
        &self.started
    }

    fn lane(&self) -> Lane {
        self.lane
    }
}
