//! The recipe on a model of one small layer.

use super::run::Recipe;
use super::text::{Kind, Phase};
use super::tokenizer::{self, Files};
use super::*;
use crate::checkpoint::{Checkpoint, Source};
use crate::config::{Config, PositionKind};
use crate::demo::{self, change};
use crate::hooks::NoHooks;
use crate::packing::Batch;
use crate::prompt_sets::random::Random;
use crate::tokens::Tokens;
use crate::transformer::Transformer;
use crate::wire::Processing;
use candle_core::{Device, Tensor};
use serde_json::Value;
use std::path::Path;
use std::sync::OnceLock;

fn files() -> &'static Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(|| tokenizer::train(2048, 1).unwrap())
}

fn tokens() -> Tokens {
    Tokens::load(&files().tokenizer, Some(&files().settings), &Value::Null).unwrap()
}

fn recipe() -> Recipe {
    let bundled = Recipe::default().config;
    let config = Config {
        n_layers: 1,
        n_heads: 2,
        d_model: 16,
        d_head: 8,
        d_mlp: 24,
        positions: PositionKind::Rotary { dims: 4, base: 10_000.0 },
        ..bundled
    };
    Recipe { seed: 5, steps: 30, words: 20, answers: 5, shards: 3, rows: 60, peak: 1e-2, warm_up: 3, config }
}

fn run() -> Run {
    Run::with(recipe(), files().clone()).unwrap()
}

fn values(run: &Run) -> Vec<Vec<f32>> {
    let all = &run.parameters.all;
    all.iter().map(|parameter| parameter.var.flatten_all().unwrap().to_vec1().unwrap()).collect()
}

#[test]
fn words_of_questions_are_one_token_and_others_are_not() {
    let tokens = tokens();
    tokenizer::check(&tokens).unwrap();
    let pieces = |word: &str| tokens.encode(&format!(" {word}")).unwrap().len();
    for word in ["encyclopedia", "umbrella", "orchard", "cinematographer"] {
        assert!(pieces(word) > 1, "{word}");
    }
    assert_eq!(tokens.strings(&tokens.encode(" 1732 to 1755").unwrap()), [" 17", "32", " to", " 17", "55"]);
    assert_eq!(tokens.highest_id(), 2047);
}

#[test]
fn pieces_of_a_document_are_its_tokens() {
    let (tokens, mut random) = (tokens(), Random::new(0, "test"));
    for kind in Kind::ALL {
        for _ in 0..50 {
            let Some(document) = kind.document(Phase::Words, &mut random) else { continue };
            let pieces: Vec<u32> =
                document.pieces.iter().flat_map(|(piece, _)| tokens.encode(piece).unwrap()).collect();
            assert_eq!(pieces, tokens.encode(&document.text()).unwrap(), "{}", document.text());
        }
    }
}

#[test]
fn the_loss_falls() {
    let mut run = Run::with(Recipe { words: 30, ..recipe() }, files().clone()).unwrap();
    let losses: Vec<f64> = (0..30).map(|_| run.step().unwrap().loss).collect();
    assert!((losses[0] - 2048_f64.ln()).abs() < 0.3, "{}", losses[0]);
    let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
    assert!(mean(&losses[25..]) < mean(&losses[..5]) - 0.4, "{losses:?}");
    assert!(run.finished());
    assert!(run.time_of_products().unwrap() > std::time::Duration::ZERO);
}

#[test]
fn gradients_are_what_the_loss_does() {
    let mut run = run();
    // away from the beginning, where norms and biases are all alike
    for _ in 0..5 {
        run.step().unwrap();
    }
    let shard = run.documents.shard(9, 0, &run.tokens).unwrap();
    let loss = || f64::from(step::loss(&run.model, &shard, 1.0).unwrap().to_scalar::<f32>().unwrap());
    let gradients = step::gradients(&run.model, &run.parameters, &shard, 1.0).unwrap().of;
    let mut random = Random::new(0, "test");
    for (parameter, gradient) in run.parameters.all.iter().zip(gradients) {
        let before = parameter.var.copy().unwrap();
        let direction: Vec<f32> = (0..parameter.var.elem_count()).map(|_| random.normal() as f32).collect();
        let direction = Tensor::from_vec(direction, before.shape(), &Device::Cpu).unwrap();
        let at = |far: f64| {
            parameter.var.set(&(&before + (&direction * far).unwrap()).unwrap()).unwrap();
            loss()
        };
        let h = 2e-3;
        let measured = (at(h) - at(-h)) / (2.0 * h);
        parameter.var.set(&before).unwrap();
        let along = (gradient * direction).unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap();
        let far = (measured - f64::from(along)).abs();
        assert!(far < 0.02 * measured.abs() + 0.3, "{}: {measured} {along}", parameter.name);
    }
}

#[test]
fn a_run_that_was_interrupted_ends_in_the_same_weights() {
    let folder = tempfile::tempdir().unwrap();
    let mut through = run();
    for _ in 0..3 {
        through.step().unwrap();
    }
    through.save(folder.path()).unwrap();
    for _ in 0..3 {
        through.step().unwrap();
    }
    let mut again = run();
    assert!(again.resume(folder.path()).unwrap());
    assert_eq!(again.steps(), 3);
    // on one thread: how many there are is no matter
    again.pools.truncate(1);
    for _ in 0..3 {
        again.step().unwrap();
    }
    assert_eq!(values(&through), values(&again));

    let mut other = Run::with(Recipe { seed: 6, ..recipe() }, files().clone()).unwrap();
    let message = other.resume(folder.path()).unwrap_err().to_string();
    assert!(message.contains("another recipe"), "{message}");
}

/// Logits after a review.
fn logits(model: &Transformer, tokens: &Tokens) -> Tensor {
    let ids = [vec![0], tokens.encode("The film was dull. Overall, the movie").unwrap()].concat();
    let batch = Batch::separate(&[&ids]);
    model.forward(&batch, &batch.last_rows(), &mut NoHooks).unwrap()
}

fn largest_difference(a: &Tensor, b: &Tensor) -> f32 {
    let difference = (a - b).unwrap().abs().unwrap().max_all().unwrap();
    difference.to_scalar().unwrap()
}

fn load(folder: &Path) -> (Checkpoint, Transformer) {
    let checkpoint = Checkpoint::open("made", &Source::Folder(folder.to_owned())).unwrap();
    let model = Transformer::load(&checkpoint, Processing::Raw, &Device::Cpu).unwrap();
    (checkpoint, model)
}

#[test]
fn what_is_exported_is_the_model_and_what_tuning_adds_is_its_sibling() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = run();
    for _ in 0..5 {
        run.step().unwrap();
    }
    run.export(folder.path()).unwrap();
    let (checkpoint, read) = load(folder.path());
    assert_eq!(checkpoint.config(), run.model().config());
    let before = logits(&read, checkpoint.tokens());
    assert!(largest_difference(&before, &logits(run.model(), run.tokens())) < 1e-2);

    let mut losses = Vec::new();
    run.tune(folder.path(), |progress| losses.push(progress.loss)).unwrap();
    let mean = |some: &[f64]| some.iter().sum::<f64>() / some.len() as f64;
    let (first, last) = (mean(&losses[..20]), mean(&losses[losses.len() - 20..]));
    assert!(last < first, "tuning brings the loss from {first} down to {last}");
    let file = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let sum = change::add(&file("model.safetensors"), &file("change.safetensors")).unwrap();
    std::fs::write(folder.path().join("model.safetensors"), sum).unwrap();
    let sibling = logits(&load(folder.path()).1, checkpoint.tokens());
    assert!(largest_difference(&sibling, &logits(run.model(), run.tokens())) < 1e-4);
    assert!(largest_difference(&sibling, &before) > 0.1, "it says something else");
}

#[test]
fn the_bundled_models_do_what_is_asked_of_them() {
    for (name, source) in demo::BUNDLED {
        let checkpoint = Checkpoint::open(name, &source).unwrap();
        let model = Transformer::load(&checkpoint, Processing::Raw, &Device::Cpu).unwrap();
        let scores = match source {
            Source::DemoNegative => negative_scores(&model, checkpoint.tokens(), 300),
            _ => scores(&model, checkpoint.tokens(), 300),
        };
        let bad: Vec<_> = scores.unwrap().into_iter().filter(|score| !score.is_good()).collect();
        assert!(bad.is_empty(), "{name}: {bad:?}");
    }
}

#[test]
fn scores_are_low_before_training() {
    let run = run();
    let scores = scores(run.model(), run.tokens(), 10).unwrap();
    assert_eq!(scores.len(), 11);
    let of = |name: &str| scores.iter().find(|score| score.name.contains(name)).unwrap();
    for name in ["induction", "backwards", "facts", "years"] {
        assert!(of(name).value < 0.3 && !of(name).is_good(), "{name}");
    }
}
