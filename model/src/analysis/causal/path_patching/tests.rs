//! Groups of cells, as a small budget makes them.

use super::PathPatchingJob;
use crate::analysis::Job;
use crate::checkpoint::{Checkpoint, Source};
use crate::plan::{Limits, Plan, parse_experiment};
use crate::transformer::Transformer;
use crate::wire::{Analysis, Processing};
use candle_core::Device;
use std::sync::Arc;

const EXPERIMENT: &str = r#"{
    "model": "demo",
    "prompts": [{
        "text": "Then, Mary and John went to the store. John gave a drink to",
        "corrupted": "Then, Mary and John went to the store. Mary gave a drink to",
        "answer": " Mary", "distractor": " John"
    }],
    "analysis": {
        "kind": "path_patching", "sender": ["z", "resid_pre"],
        "receiver": [{"site": "mlp_pre", "layer": 2}, {"site": "q", "layer": 3, "head": 1}]
    }
}"#;

/// Every cell of the pair, where receivers' inputs may take so many bytes.
fn cells(plan: &Plan, model: &Arc<Transformer>, input_bytes: usize) -> Vec<f32> {
    let Analysis::PathPatching(options) = &plan.experiment.analysis else { panic!("path patching") };
    let mut job = PathPatchingJob::new(Arc::clone(model), Arc::clone(plan.prompts()), options, None);
    job.input_bytes = input_bytes;
    while !job.step().unwrap().finished {}
    job.done.remove(0).cells
}

#[test]
fn groups_of_cells_make_no_difference() {
    let checkpoint = Arc::new(Checkpoint::open("demo", &Source::Demo).unwrap());
    let experiment = parse_experiment(EXPERIMENT.as_bytes()).unwrap();
    let plan = Plan::new(&checkpoint, &experiment, &Limits::default(), &Device::Cpu).unwrap();
    let model = Arc::new(Transformer::load(&checkpoint, Processing::Folded, &Device::Cpu).unwrap());
    let together = cells(&plan, &model, usize::MAX);
    let (least, most) = together.iter().fold((1.0_f32, 1.0_f32), |(a, b), v| (a.min(*v), b.max(*v)));
    assert!(most - least > 1e-3, "no path matters: {together:?}");
    // one cell at a time, and several
    for bytes in [1, 300_000] {
        for (number, (a, b)) in together.iter().zip(cells(&plan, &model, bytes)).enumerate() {
            assert!((a - b).abs() < 1e-4, "cell {number} in groups of {bytes} bytes: {b}, and {a} together");
        }
    }
}
