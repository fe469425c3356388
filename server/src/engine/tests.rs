//! The engine on made-up jobs: what one does to the others, and to itself.

mod fake;

use super::*;
use crate::queue::Embedded;
use crate::queue::Lane;
use crate::store::Files;
use fake::{Behaviour, Fake, Gate, Keeper, Trace};
use model::wire::{Event, EventBody};
use parking_lot::Mutex;
use std::sync::mpsc;
use std::time::Duration;

/// Longest that a condition which must come about is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

struct Bench {
    engine: Engine<Fake>,
    queue: Arc<Embedded<Arc<Run<Fake>>>>,
    ends: mpsc::Receiver<(String, End)>,
    trace: Trace,
    data: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let data = tempfile::tempdir().unwrap();
        let queue = Arc::new(Embedded::new(99));
        let (sender, ends) = mpsc::channel();
        let on_end = move |run: Arc<Run<Fake>>, end: End| {
            // the test may have seen enough
            let _ = sender.send((run.id().to_owned(), end));
        };
        let files = Files::open(data.path()).unwrap();
        let engine = Engine::start("test", 9, queue.clone(), files, Box::new(on_end)).unwrap();
        Self { engine, queue, ends, trace: Trace::default(), data }
    }

    fn fake(&self, name: &'static str, lane: Lane, behaviour: Behaviour) -> Fake {
        let started = serde_json::json!({"id": name, "prompts": [], "warnings": [],
            "model": {"name": "fake", "n_layers": 1, "n_heads": 1, "d_model": 1, "d_vocab": 1, "device": "cpu",
                "dtype": "f32", "fingerprint": "f"}});
        let experiment =
            serde_json::json!({"model": "fake", "prompts": [], "analysis": {"kind": "attribution"}});
        Fake {
            name,
            lane,
            behaviour,
            trace: self.trace.clone(),
            gate: None,
            started: serde_json::from_value(started).unwrap(),
            experiment: serde_json::from_value(experiment).unwrap(),
            turns: 1,
        }
    }

    fn submit(&self, fake: Fake) -> (Arc<Run<Fake>>, String) {
        let (run, ticket) = Run::new(fake);
        let run = Arc::new(run);
        self.queue.push(run.clone()).unwrap();
        self.engine.look();
        (run, ticket)
    }

    /// A long run each of whose steps stops at a gate.
    fn submit_gated(&self, name: &'static str, steps: usize) -> (Arc<Run<Fake>>, String, Keeper) {
        let (begun, has_begun) = mpsc::channel();
        let (open, may_go) = mpsc::channel();
        let mut fake = self.fake(name, Lane::Long, Behaviour::Steps(steps));
        fake.gate = Some(Gate { begun, open: Arc::new(Mutex::new(may_go)) });
        let (run, ticket) = self.submit(fake);
        (run, ticket, Keeper { begun: has_begun, open })
    }

    fn next_end(&self) -> (String, Result<(), String>) {
        let (id, end) = self.ends.recv_timeout(PATIENCE).unwrap();
        match end {
            End::Complete => (id, Ok(())),
            End::Failed(failure) => (id, Err(format!("{}: {}", failure.code, failure.message))),
        }
    }
}

fn progress_of(run: &Run<Fake>) -> Vec<(usize, usize, String)> {
    let last = EventBody::Error(Failure { code: String::new(), message: String::new() });
    let events: Vec<Event> = run.log.with(last);
    let progress = events.into_iter().filter_map(|event| match event.body {
        EventBody::Progress(progress) => Some((progress.done, progress.total, progress.unit)),
        _ => None,
    });
    progress.collect()
}

#[test]
fn a_panic_in_a_step_ends_only_its_run() {
    let bench = Bench::new();
    bench.submit(bench.fake("bad", Lane::Long, Behaviour::Panics));
    bench.submit(bench.fake("good", Lane::Long, Behaviour::Steps(3)));
    let (id, end) = bench.next_end();
    assert_eq!(id, "bad");
    assert!(end.unwrap_err().contains("index out of bounds"));
    assert_eq!(bench.next_end(), ("good".to_owned(), Ok(())));
    assert!(bench.engine.is_alive());
}

#[test]
fn a_panic_in_loading_ends_only_the_runs_of_that_model() {
    let bench = Bench::new();
    bench.submit(bench.fake("bad", Lane::Long, Behaviour::PanicsInLoading));
    assert!(bench.next_end().1.unwrap_err().contains("no such tensor"));
    bench.submit(bench.fake("good", Lane::Long, Behaviour::Steps(1)));
    assert_eq!(bench.next_end(), ("good".to_owned(), Ok(())));
}

#[test]
fn a_model_is_loaded_once() {
    let bench = Bench::new();
    for name in ["a", "b", "c"] {
        bench.submit(bench.fake(name, Lane::Long, Behaviour::Steps(1)));
        bench.next_end().1.unwrap();
    }
    assert_eq!(bench.trace.lock().iter().filter(|step| **step == "load").count(), 1);
}

#[test]
fn a_run_on_two_models_has_them_one_after_the_other() {
    let bench = Bench::new();
    bench.submit(Fake { turns: 2, ..bench.fake("both", Lane::Short, Behaviour::Steps(2)) });
    assert_eq!(bench.next_end(), ("both".to_owned(), Ok(())));
    assert_eq!(*bench.trace.lock(), ["load", "both", "both", "load", "both", "both"]);
}

#[test]
fn short_runs_go_before_long_ones_which_still_move() {
    let bench = Bench::new();
    let (_run, _ticket, gate) = bench.submit_gated("gated", 1);
    gate.await_step();
    bench.submit(bench.fake("long", Lane::Long, Behaviour::Steps(3)));
    bench.submit(bench.fake("short", Lane::Short, Behaviour::Steps(6)));
    gate.open();
    for _ in 0..3 {
        bench.next_end().1.unwrap();
    }
    let steps: Vec<_> =
        bench.trace.lock().iter().copied().filter(|step| ["long", "short"].contains(step)).collect();
    assert_eq!(steps, ["short", "short", "short", "long", "short", "short", "short", "long", "long"]);
}

#[test]
fn long_runs_take_turns() {
    let bench = Bench::new();
    let (_run, _ticket, gate) = bench.submit_gated("gated", 1);
    gate.await_step();
    bench.submit(bench.fake("a", Lane::Long, Behaviour::Steps(3)));
    bench.submit(bench.fake("b", Lane::Long, Behaviour::Steps(3)));
    gate.open();
    for _ in 0..3 {
        bench.next_end().1.unwrap();
    }
    let steps: Vec<_> = bench.trace.lock().iter().copied().filter(|step| ["a", "b"].contains(step)).collect();
    assert!(steps == ["a", "b", "a", "b", "a", "b"] || steps == ["b", "a", "b", "a", "b", "a"], "{steps:?}");
}

#[test]
fn a_run_given_up_ends_between_two_steps() {
    let bench = Bench::new();
    let (run, ticket, gate) = bench.submit_gated("a", 2);
    gate.await_step();
    assert!(run.return_ticket(&ticket));
    gate.open();
    assert!(bench.next_end().1.unwrap_err().starts_with("cancelled"));
    assert!(run.issue_ticket().is_none());
}

#[test]
fn a_waiting_run_hears_how_many_are_ahead_and_can_be_given_up() {
    let bench = Bench::new();
    let gated: Vec<_> = ["a", "b", "c", "d"].iter().map(|name| bench.submit_gated(name, 2)).collect();
    gated[0].2.await_step();
    let (fifth, _) = bench.submit(bench.fake("fifth", Lane::Long, Behaviour::Steps(1)));
    let (sixth, ticket) = bench.submit(bench.fake("sixth", Lane::Long, Behaviour::Steps(1)));
    assert!(sixth.return_ticket(&ticket));
    for (_, _, gate) in &gated {
        gate.open();
        gate.open();
    }
    let mut ends: Vec<_> = (0..6).map(|_| bench.next_end()).collect();
    ends.sort();
    assert!(ends.iter().all(|(id, end)| end.is_ok() == (id != "sixth")), "{ends:?}");
    let said = progress_of(&fifth);
    assert!(said.contains(&(0, 4, "runs ahead".to_owned())), "{said:?}");
}

#[test]
fn a_file_is_in_place_when_its_run_ends() {
    let bench = Bench::new();
    bench.submit(bench.fake("tensors", Lane::Long, Behaviour::WritesFile));
    assert_eq!(bench.next_end(), ("tensors".to_owned(), Ok(())));
    let path = Files::open(bench.data.path()).unwrap().path("tensors");
    assert_eq!(std::fs::read(path).unwrap(), [1, 1, 1, 2, 2, 2]);
}

#[test]
fn stopping_ends_every_run() {
    let bench = Bench::new();
    let (_run, _ticket, gate) = bench.submit_gated("active", 9);
    gate.await_step();
    bench.submit(bench.fake("other", Lane::Long, Behaviour::Steps(9_999_999)));
    bench.engine.stop();
    gate.open();
    let mut ends = [bench.next_end(), bench.next_end()];
    ends.sort();
    assert!(ends.iter().all(|(_, end)| end.as_ref().unwrap_err().contains("shutting down")), "{ends:?}");
}
