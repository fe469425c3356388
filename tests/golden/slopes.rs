//! Attribution patching against finite differences: every cell is the base run's metric and its slope along the way from
//! the base's activation to the other run's.

use crate::compare::largest;
use crate::device::device;
use crate::expected::PROCESSINGS;
use crate::run::{self, Outcome};
use candle_core::{Result, Tensor};
use model::Transformer;
use model::hook_name::{HookName, Site};
use model::hooks::{Hooks, NoHooks, Recorder, Rows};
use model::packing::Batch;
use model::wire::{FigureData, Processing, PromptTokens};
use serde_json::json;

/// Shares of the way. Long ones see curvature and short ones f32's rounding: a right slope agrees at one of these.
const STEPS: [f64; 4] = [1e-1, 3e-2, 1e-2, 3e-3];
/// Relative to the largest slope of a site.
const TOLERANCE: f64 = 2e-3;

/// Adds to one site.
struct Moved(HookName, Tensor);

impl Hooks for Moved {
    fn wants(&self, name: HookName) -> Option<&Rows> {
        (name == self.0).then_some(&Rows::All)
    }

    fn visit(&mut self, _: HookName, _: &[u32], values: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some((values + &self.1)?))
    }
}

/// A pair's prompt, and the model that runs both.
struct Pair {
    model: Transformer,
    prompt: PromptTokens,
}

impl Pair {
    /// logit(answer) − logit(distractor) of the corrupted run.
    fn metric(&self, hooks: &mut dyn Hooks) -> f64 {
        let batch = Batch::separate(&[&self.prompt.corrupted.as_ref().unwrap().ids]);
        let logits = self.model.forward(&batch, &batch.last_rows(), hooks).unwrap();
        let logits = logits.get(0).unwrap().to_vec1::<f32>().unwrap();
        let at = |id: Option<u32>| f64::from(logits[id.unwrap() as usize]);
        at(self.prompt.answer_id) - at(self.prompt.distractor_id)
    }

    fn values(&self, ids: &[u32], name: HookName) -> Tensor {
        let mut recorder = Recorder::new([name], &Rows::All);
        self.model.forward(&Batch::separate(&[ids]), &[0], &mut recorder).unwrap();
        recorder.into_cache().get(name, &(0..ids.len() as u32).collect::<Vec<_>>()).unwrap()
    }

    /// How fast the metric changes on the way, by steps of that length; `axis` and `index` say which part of the site is
    /// moved, as it is by position and by head.
    fn slope(&self, name: HookName, (axis, index): (usize, usize), step: f64) -> f64 {
        let twin = &self.prompt.corrupted.as_ref().unwrap().ids;
        let way = (self.values(&self.prompt.ids, name) - self.values(twin, name)).unwrap();
        let part = way.narrow(axis, index, 1).unwrap();
        let mut place: Vec<_> = way.dims().iter().map(|n| 0..*n).collect();
        place[axis] = index..index + 1;
        let way = way.zeros_like().unwrap().slice_assign(&place, &part).unwrap();
        let moved = |by: f64| self.metric(&mut Moved(name, (&way * by).unwrap()));
        (moved(step) - moved(-step)) / (2.0 * step)
    }
}

fn estimates(case: &str, processing: Processing, site: &str) -> Outcome {
    let experiment = json!({
        "model": case,
        "processing": processing,
        "prompts": [{
            "text": "The film was warm and the plot felt",
            "corrupted": "The film was slow and the film felt",
            "answer": " great", "distractor": " awful",
        }],
        "analysis": {"kind": "attribution_patching", "site": site, "normalize": false},
    });
    run::run(&run::open(case), &serde_json::from_value(experiment).unwrap())
}

fn check(case: &str, processing: Processing, name: &str, site: Site, axis: usize) {
    let outcome = estimates(case, processing, name);
    let FigureData::Heatmap { columns, values, .. } = &outcome.figure(&format!("attributed_{name}")).data
    else {
        panic!("attributed_{name}")
    };
    let model = Transformer::load(&run::open(case), processing, device()).unwrap();
    let pair = Pair { model, prompt: outcome.prompts[0].clone() };
    let base = pair.metric(&mut NoHooks);
    let slopes: Vec<f32> = values.iter().map(|value| value - base as f32).collect();
    let scale = f64::from(largest(&slopes));
    assert!(scale > 0.0, "{case}, {name}: no cell changes anything");
    for (cell, slope) in slopes.iter().enumerate() {
        let (layer, index) = (cell / columns.len(), cell % columns.len());
        let at = HookName::block(layer, site);
        let error = |step: f64| (pair.slope(at, (axis, index), step) - f64::from(*slope)).abs() / scale;
        let error = STEPS.into_iter().map(error).fold(f64::INFINITY, f64::min);
        assert!(error < TOLERANCE, "{case}, {processing:?}, {at}, {index}: off by {error:.1e}");
    }
}

#[test]
fn every_estimate_is_the_slope_of_finite_differences() {
    for case in ["neox-parallel", "neox-sequential", "gpt2"] {
        for processing in PROCESSINGS {
            check(case, processing, "resid_pre", Site::ResidPre, 0);
            check(case, processing, "mlp_out", Site::MlpOut, 0);
            // of heads, at all positions: the head is the second axis
            for (name, site) in [("z", Site::Z), ("q", Site::Q), ("k", Site::K), ("v", Site::V)] {
                check(case, processing, name, site, 1);
            }
            check(case, processing, "pattern", Site::Pattern, 1);
        }
    }
}
