//! A run that goes on where another ended equals one run over the whole: with the fused attention, and with patterns.

use crate::compare::assert_near;
use crate::device::device;
use crate::expected::PROCESSINGS;
use crate::run;
use model::Transformer;
use model::hook_name::{HookName, Site};
use model::hooks::{Hooks, NoHooks, Recorder, Rows};
use model::keys_values::KeysValues;
use model::packing::Batch;
use std::ops::Range;

const PROMPTS: [&[u32]; 2] = [&[0, 17, 4, 17, 30], &[0, 8, 21]];
const FIRST: [usize; 2] = [3, 1];

/// Logits after the last token of each prompt, in one pass.
fn whole(model: &Transformer) -> Vec<Vec<f32>> {
    let batch = Batch::separate(&PROMPTS);
    model.forward(&batch, &batch.last_rows(), &mut NoHooks).unwrap().to_vec2().unwrap()
}

/// Runs all blocks and gives the logits at each sequence's last row.
fn finish(
    model: &Transformer,
    past: KeysValues,
    batch: &Batch,
    hooks: &mut dyn Hooks,
) -> (Vec<Vec<f32>>, KeysValues) {
    let mut pass = model.start_after(past, batch, hooks).unwrap();
    for _ in 0..model.config().n_layers {
        model.advance(&mut pass, hooks).unwrap();
    }
    let logits = model.finish(&pass, &batch.last_rows(), hooks).unwrap();
    (logits.to_vec2().unwrap(), pass.into_past().unwrap().unwrap())
}

/// The same token by token, after the first ones together.
fn in_turn(model: &Transformer, hooks: &mut dyn Hooks) -> Vec<Vec<f32>> {
    let firsts: Vec<&[u32]> = PROMPTS.iter().zip(FIRST).map(|(ids, n)| &ids[..n]).collect();
    let mut past = KeysValues::with_room(model, PROMPTS.iter().map(|ids| ids.len()).sum()).unwrap();
    let batch = Batch::separate(&firsts);
    let mut rows: Vec<Vec<Range<usize>>> =
        batch.segments.iter().map(|segment| vec![segment.rows.clone()]).collect();
    let (mut logits, mut position) = (Vec::new(), FIRST);
    (_, past) = finish(model, past, &batch, hooks);
    while position != PROMPTS.map(<[u32]>::len) {
        let open: Vec<usize> = (0..2).filter(|&i| position[i] < PROMPTS[i].len()).collect();
        let next: Vec<_> = open.iter().map(|&i| (PROMPTS[i][position[i]], rows[i].as_slice())).collect();
        let batch = Batch::continued(past.rows(), &next);
        let before = past.rows();
        let (new, later) = finish(model, past, &batch, hooks);
        past = later;
        logits.resize(2, Vec::new());
        for (row, (&i, new)) in open.iter().zip(new).enumerate() {
            rows[i].push(before + row..before + row + 1);
            position[i] += 1;
            logits[i] = new;
        }
    }
    logits
}

#[test]
fn a_run_in_turns_is_one_run() {
    for case in ["neox-parallel", "neox-sequential", "gpt2"] {
        let checkpoint = run::open(case);
        for processing in PROCESSINGS {
            let model = Transformer::load(&checkpoint, processing, device()).unwrap();
            let layers = 0..model.config().n_layers;
            let patterns = layers.map(|layer| HookName::block(layer, Site::Pattern));
            let mut recorder = Recorder::new(patterns, &Rows::All);
            let expected = whole(&model);
            for (how, found) in
                [("fused", in_turn(&model, &mut NoHooks)), ("plain", in_turn(&model, &mut recorder))]
            {
                for (prompt, (found, expected)) in found.iter().zip(&expected).enumerate() {
                    let what = format!("{case}, {processing:?}, {how}, prompt {prompt}");
                    assert_near(&what, found, expected, 1e-5);
                }
            }
        }
    }
}
