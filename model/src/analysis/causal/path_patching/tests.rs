//! Groups of cells, as a small budget makes them, and what is kept of them.

use super::{PathPatchingJob, Stage};
use crate::analysis::Job;
use crate::checkpoint::{Checkpoint, Source};
use crate::plan::{Limits, Plan, parse_experiment};
use crate::transformer::Transformer;
use crate::wire::{Analysis, Processing};
use candle_core::{Device, Storage};
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

/// The experiment, planned, and its model.
fn planned() -> (Plan, Arc<Transformer>) {
    let checkpoint = Arc::new(Checkpoint::open("demo", &Source::Demo).unwrap());
    let experiment = parse_experiment(EXPERIMENT.as_bytes()).unwrap();
    let plan = Plan::new(&checkpoint, &experiment, &Limits::default(), &Device::Cpu).unwrap();
    (plan, Arc::new(Transformer::load(&checkpoint, Processing::Folded, &Device::Cpu).unwrap()))
}

/// Its job, where receivers' inputs may take so many bytes.
fn job(plan: &Plan, model: &Arc<Transformer>, input_bytes: usize) -> PathPatchingJob {
    let Analysis::PathPatching(options) = &plan.experiment.analysis else { panic!("path patching") };
    let mut job = PathPatchingJob::new(Arc::clone(model), Arc::clone(plan.prompts()), options, None);
    job.input_bytes = input_bytes;
    job
}

/// Every cell of the pair.
fn cells(plan: &Plan, model: &Arc<Transformer>, input_bytes: usize) -> Vec<f32> {
    let mut job = job(plan, model, input_bytes);
    while !job.step().unwrap().finished {}
    job.done.remove(0).cells
}

/// What receivers hear is kept for hundreds of cells, so each is to hold its own numbers and no others.
#[test]
fn what_is_heard_holds_no_more_than_itself() {
    let (plan, model) = planned();
    let mut job = job(&plan, &model, usize::MAX);
    let mut heard = 0;
    while heard == 0 {
        assert!(!job.step().unwrap().finished, "nothing was heard");
        let Some(pair) = job.pair.as_ref().filter(|pair| matches!(pair.stage, Stage::Through(_))) else {
            continue;
        };
        for input in (0..job.cells()).flat_map(|number| pair.inputs.of(number)) {
            let (storage, _) = input.values.storage_and_layout();
            let Storage::Cpu(storage) = &*storage else { panic!("on the CPU") };
            assert_eq!(storage.as_slice::<f32>().unwrap().len(), input.values.elem_count());
            heard += 1;
        }
    }
}

#[test]
fn groups_of_cells_make_no_difference() {
    let (plan, model) = planned();
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
