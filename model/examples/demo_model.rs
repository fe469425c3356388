//! Makes the bundled model: `make demo-model`, or
//!
//! `cargo run --release -p model --features train --example demo_model -- FOLDER [--steps N] [--seed N]`
//!
//! FOLDER gets `config.json`, `tokenizer.json`, `tokenizer_config.json` and `model.safetensors`, and `change.safetensors`, what
//! makes its sibling of it. A run that was interrupted goes on from its last checkpoint, in FOLDER too, and ends in the
//! same weights.

use model::train::{Progress, Recipe, Run, Score, negative_scores, scores};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Steps between two lines of progress.
const LINE: usize = 20;
/// Steps between two looks at what was held out.
const LOOK: usize = 500;
/// Time between two checkpoints.
const SAVE: Duration = Duration::from_mins(2);
/// Prompts of a score on the way, and in the end.
const PROMPTS: (usize, usize) = (60, 500);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (folder, recipe) = arguments()?;
    std::fs::create_dir_all(&folder)?;
    let mut run = Run::new(recipe)?;
    if run.resume(&folder)? {
        println!("going on after step {}", run.steps());
    }
    let products = run.time_of_products()?.min(run.time_of_products()?);
    let (mut saved, mut since) = (Instant::now(), Vec::new());
    while !run.finished() {
        let progress = run.step()?;
        since.push(progress);
        if progress.step.is_multiple_of(LINE) {
            line(&since, products);
            since.clear();
        }
        if progress.step.is_multiple_of(LOOK) {
            print(&scores(run.model(), run.tokens(), PROMPTS.0)?);
        }
        if saved.elapsed() > SAVE {
            run.save(&folder)?;
            saved = Instant::now();
        }
    }
    run.save(&folder)?;
    run.export(&folder)?;
    print(&scores(run.model(), run.tokens(), PROMPTS.1)?);
    println!("tuning it to end reviews badly");
    run.tune(&folder, |progress| {
        if progress.step.is_multiple_of(LINE) {
            line(&[progress], products);
        }
    })?;
    print(&negative_scores(run.model(), run.tokens(), PROMPTS.1)?);
    Ok(())
}

fn arguments() -> Result<(PathBuf, Recipe), Box<dyn std::error::Error>> {
    let (mut folder, mut recipe) = (None, Recipe::default());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a number"));
        match argument.as_str() {
            "--steps" => recipe.steps = value()?.parse()?,
            "--seed" => recipe.seed = value()?.parse()?,
            _ => folder = Some(PathBuf::from(argument)),
        }
    }
    Ok((folder.ok_or("which folder?")?, recipe))
}

fn line(steps: &[Progress], products: Duration) {
    let mean = |value: fn(&Progress) -> f64| steps.iter().map(value).sum::<f64>() / steps.len() as f64;
    let seconds = mean(|step| step.time.as_secs_f64());
    println!(
        "step {:5}  loss {:.4}  gradient {:.2}  {:.0} tokens/s  matrix products {:.0} %",
        steps.last().map_or(0, |step| step.step),
        mean(|step| step.loss),
        mean(|step| step.norm),
        mean(|step| step.tokens as f64) / seconds,
        100.0 * products.as_secs_f64() / seconds
    );
}

fn print(scores: &[Score]) {
    for Score { name, value, wanted } in scores {
        println!("    {name:48} {value:7.3}  (at least {wanted})");
    }
}
