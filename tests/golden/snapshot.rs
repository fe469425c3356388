//! Results are stored under the version of the analyses, so numbers may move only when it does. On the CPU, wherever the
//! other goldens are computed: a GPU adds up in another order.

use crate::compare::assert_same_figure;
use crate::{expected, run};
use model::Device;
use model::analysis::VERSION;
use model::wire::{Figure, Processing};
use serde::{Deserialize, Serialize};

/// Set to write the snapshot anew.
const SWITCH: &str = "HOOKLENS_WRITE_SNAPSHOT";

/// Between two CPUs, or two orders of summation, relative to the largest value of a figure.
const ROUNDING: f32 = 1e-5;

#[derive(Serialize, Deserialize)]
struct Snapshot {
    /// What [`VERSION`] was.
    version: u32,
    runs: Vec<Run>,
}

/// The figures of one experiment of the goldens.
#[derive(Serialize, Deserialize)]
struct Run {
    case: String,
    experiment: usize,
    figures: Vec<Figure>,
}

fn take() -> Snapshot {
    // of every kind
    let cases = [
        ("neox-parallel", 0),
        ("neox-parallel", 3),
        ("gpt2", 1),
        ("gpt2", 4),
        ("gpt2", 5),
        ("neox-parallel", 8),
        ("gpt2", 11),
        ("neox-parallel", 14),
        ("gpt2", 15),
        ("neox-parallel", 37),
        ("gpt2", 40),
        ("neox-sequential", 42),
        ("neox-sequential", 17),
        ("neox-parallel", 25),
        ("gpt2", 28),
        ("neox-parallel", 36),
        ("gpt2", 50),
        ("neox-sequential", 53),
        ("gpt2", 62),
    ];
    let run = |(case, experiment): (&str, usize)| {
        let expected = &expected::figures(case, Processing::Folded).experiments[experiment];
        let outcome = run::run_on(&Device::Cpu, &run::open(case), &expected.experiment);
        Run { case: case.to_owned(), experiment, figures: outcome.figures }
    };
    Snapshot { version: VERSION, runs: cases.map(run).into() }
}

#[test]
fn numbers_move_only_with_the_analysis_version() {
    let path = expected::folder().join("snapshot.json");
    let now = take();
    if std::env::var_os(SWITCH).is_some() {
        std::fs::write(&path, serde_json::to_vec(&now).unwrap()).unwrap();
    }
    let kept: Snapshot = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(
        kept.version,
        VERSION,
        "model::analysis::VERSION changed: run this test once with {SWITCH}=1 and commit {}",
        path.display()
    );
    for (now, kept) in now.runs.iter().zip(&kept.runs) {
        let what = format!(
            "numbers moved; if they should, raise model::analysis::VERSION: {} {}",
            now.case, now.experiment
        );
        assert_eq!(now.figures.len(), kept.figures.len(), "{what}: figures");
        for (now, kept) in now.figures.iter().zip(&kept.figures) {
            assert_same_figure(&what, now, kept, ROUNDING);
        }
    }
}
