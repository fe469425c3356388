//! Gradients through the forward pass against finite differences, at every site.

use crate::device::device;
use crate::expected::PROCESSINGS;
use crate::run;
use candle_core::{Result, Tensor};
use model::Transformer;
use model::analysis::activations::sites;
use model::hook_name::{HookName, Site};
use model::hooks::{Gradients, Hooks, NoHooks, Rows};
use model::packing::Batch;

/// Two prompts, so that attention comes in parts.
const PROMPTS: [&[u32]; 2] = [&[0, 17, 4, 17, 30], &[0, 8, 21]];
/// How far a site is moved, relative to the norm of its values. Long steps see curvature and short ones f32's rounding,
/// each site at others: a right gradient agrees at one of these, a wrong one at none.
const STEPS: [f64; 4] = [3e-3, 1e-3, 3e-4, 1e-4];
/// Relative to the gradient's norm.
const TOLERANCE: f64 = 1e-3;

/// Adds multiples of directions at one site, part by part.
struct Nudge<'a> {
    at: HookName,
    by: f64,
    directions: &'a [Tensor],
    part: usize,
}

impl Hooks for Nudge<'_> {
    fn wants(&self, name: HookName) -> Option<&Rows> {
        (name == self.at).then_some(&Rows::All)
    }

    fn visit(&mut self, _: HookName, _: &[u32], values: &Tensor) -> Result<Option<Tensor>> {
        let direction = &self.directions[self.part];
        self.part += 1;
        Ok(Some((values + (direction * self.by)?)?))
    }
}

fn logits(model: &Transformer, hooks: &mut dyn Hooks) -> Tensor {
    let batch = Batch::separate(&PROMPTS);
    model.forward(&batch, &batch.last_rows(), hooks).unwrap()
}

/// A number that depends on every logit of both prompts: the sum of their squares.
fn number(logits: &Tensor) -> Tensor {
    logits.sqr().unwrap().sum_all().unwrap()
}

/// Values and gradients of a site, part by part.
fn differentiate(model: &Transformer, at: HookName) -> Vec<(Tensor, Tensor)> {
    let mut hooks = Gradients::new([at], &Rows::All);
    let number = number(&logits(model, &mut hooks));
    let found = hooks.backward(&number).unwrap();
    let by_key = matches!(at.site, Site::AttnScores | Site::Pattern);
    let batch = Batch::separate(&PROMPTS);
    let all: Vec<u32> = (0..batch.rows() as u32).collect();
    let parts = if by_key { batch.prompts } else { vec![all] };
    let get = |cache: &model::cache::ActivationCache, rows: &[u32]| {
        let rows: Vec<_> = rows.iter().map(|row| cache.row(at, *row).unwrap()).collect();
        Tensor::cat(&rows, 0).unwrap()
    };
    parts.iter().map(|rows| (get(&found.values, rows), get(&found.gradients, rows))).collect()
}

fn flat(x: &Tensor) -> Vec<f64> {
    let x = x.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    x.into_iter().map(|x| if x.is_finite() { f64::from(x) } else { 0.0 }).collect()
}

fn norm(parts: &[Tensor]) -> f64 {
    parts.iter().flat_map(flat).map(|x| x * x).sum::<f64>().sqrt()
}

fn dot(a: &[Tensor], b: &[Tensor]) -> f64 {
    a.iter().flat_map(flat).zip(b.iter().flat_map(flat)).map(|(a, b)| a * b).sum()
}

/// Pseudo-random and the same every time.
fn scattered(like: &Tensor) -> Tensor {
    let n = like.elem_count();
    let values = (0..n).map(|i| (i as f32 * 12.9898).sin()).collect::<Vec<_>>();
    Tensor::from_vec(values, like.shape(), like.device()).unwrap()
}

fn check(what: &str, model: &Transformer, at: HookName) {
    let (values, gradients): (Vec<_>, Vec<_>) = differentiate(model, at).into_iter().unzip();
    let (size, steepness) = (norm(&values), norm(&gradients));
    assert!(steepness > 0.0, "{what}: the number does not depend on it");
    let random: Vec<Tensor> = gradients.iter().map(scattered).collect();
    for directions in [gradients.clone(), random] {
        let length = norm(&directions);
        let moved = |by| {
            let mut nudge = Nudge { at, by, directions: &directions, part: 0 };
            flat(&logits(model, &mut nudge)).iter().map(|logit| logit * logit).sum::<f64>()
        };
        let error = |step: f64| {
            let by = step * size / length;
            let difference = (moved(by) - moved(-by)) / (2.0 * by);
            (difference - dot(&gradients, &directions)).abs() / (steepness * length)
        };
        let error = STEPS.map(error).into_iter().fold(f64::INFINITY, f64::min);
        assert!(error < TOLERANCE, "{what}: off by {error:.1e} of the gradient");
    }
}

#[test]
fn every_site_has_the_gradient_of_finite_differences() {
    for case in ["neox-parallel", "neox-sequential", "gpt2", "gpt2-gelu"] {
        let checkpoint = run::open(case);
        for processing in PROCESSINGS {
            let model = Transformer::load(&checkpoint, processing, device()).unwrap();
            let mut names = sites(model.config(), &["all".to_owned()]).unwrap();
            names.extend((0..model.config().n_layers).map(|layer| HookName::block(layer, Site::Result)));
            for name in names {
                check(&format!("{case}, {processing:?}, {name}"), &model, name);
            }
        }
    }
}

#[test]
fn following_values_changes_none() {
    let checkpoint = run::open("neox-parallel");
    let model = Transformer::load(&checkpoint, model::wire::Processing::Folded, device()).unwrap();
    let names = sites(model.config(), &["all".to_owned()]).unwrap();
    let followed = logits(&model, &mut Gradients::new(names, &Rows::All));
    let plain = logits(&model, &mut NoHooks);
    let flat = |x: &Tensor| x.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    crate::compare::assert_close("logits", &flat(&followed), &flat(&plain), 1e-5);
}
