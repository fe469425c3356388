//! Figures of real models, known from the notebook and from TransformerLens's own demo.
//!
//! Off by default, since they need the weights: from the Hugging Face cache, or from the hub (2.5 GB the first time).
//! CONTRIBUTING.md says how to switch them on.

use crate::command_line::{Outcome, outcome};
use crate::harness::parse;
use model::wire::{Cell, EventBody, Figure, FigureData};
use serde_json::{Value, json};
use std::fs;
use std::process::Command;

const PYTHIA: &str = "EleutherAI/pythia-410m";

/// `hooklens run` with this machine's own cache, token and network.
fn run(experiment: &Value) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("experiment.json");
    fs::write(&path, experiment.to_string()).unwrap();
    outcome(Command::new(env!("CARGO_BIN_EXE_hooklens")).arg("run").arg(path))
}

/// The last figure of that name and prompt.
fn figure(outcome: &Outcome, name: &str, prompt: Option<usize>) -> Figure {
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let bodies = parse(&outcome.stdout).into_iter().rev().map(|event| event.body);
    let mut figures =
        bodies.filter_map(|body| if let EventBody::Figure(figure) = body { Some(figure) } else { None });
    figures.find(|figure| figure.name == name && figure.prompt == prompt).unwrap()
}

/// logit(answer) − logit(distractor) by prompt.
fn logit_diffs(outcome: &Outcome) -> Vec<f32> {
    let FigureData::Line { series, .. } = figure(outcome, "logit_diff", None).data else { panic!("no line") };
    series[0].y.iter().copied().collect()
}

fn review(text: &str) -> Value {
    json!({"text": format!("This movie was a {text}. Overall, the film was"), "answer": " great", "distractor": " awful"})
}

#[test]
#[ignore = "needs EleutherAI/pythia-410m (1.6 GB)"]
fn the_notebooks_prompt_tests() {
    let prompts = json!([
        review("terrible viewing experience, and the plot and acting were awful"),
        review("fantastic viewing experience, and the plot and acting were superb"),
    ]);
    let outcome = run(&json!({"model": PYTHIA, "prompts": prompts, "analysis": {"kind": "prompt_test"}}));
    let expected: [&[(&str, f64, Option<f64>)]; 2] = [
        &[
            (" a", 16.85, Some(0.1907)),
            (" not", 15.35, Some(0.0425)),
            (" pretty", 15.22, None),
            (" very", 15.20, None),
            (" awful", 15.13, None),
        ],
        &[(" a", 17.73, Some(0.2536)), (" very", 16.73, Some(0.0929)), (" well", 16.58, Some(0.0804))],
    ];
    for (prompt, expected) in expected.iter().enumerate() {
        let FigureData::Table { columns, rows } = figure(&outcome, "prompt_test", Some(prompt)).data else {
            panic!("no table")
        };
        let column = |name: &str| columns.iter().position(|column| column == name).unwrap();
        let number = |cell: &Cell| if let Cell::Number(number) = cell { *number } else { panic!("{cell:?}") };
        for (row, (token, logit, probability)) in rows.iter().zip(*expected) {
            assert_eq!(row[column("token")], Cell::Text((*token).to_owned()));
            assert!((number(&row[column("logit")]) - logit).abs() < 0.01, "{token}: {row:?}");
            if let Some(probability) = probability {
                assert!((number(&row[column("probability")]) - probability).abs() < 1e-4, "{token}: {row:?}");
            }
        }
    }
}

#[test]
#[ignore = "needs EleutherAI/pythia-410m (1.6 GB)"]
fn the_film_reviews_without_padding() {
    let set =
        json!({"model": PYTHIA, "prompts": {"set": "movie-sentiment"}, "analysis": {"kind": "attribution"}});
    let diffs = logit_diffs(&run(&set));
    for (prompt, expected) in [(0, 7.1921), (2, 6.1793), (3, 6.6180)] {
        assert!((diffs[prompt] - expected).abs() < 1e-3, "prompt {prompt}: {}", diffs[prompt]);
    }
}

#[test]
#[ignore = "needs gpt2 (0.5 GB)"]
fn the_indirect_objects_of_gpt2() {
    let formats = [
        ("When John and Mary went to the shops,", " gave the bag to", [" John", " Mary"]),
        ("When Tom and James went to the park,", " gave the ball to", [" Tom", " James"]),
        ("When Dan and Sid went to the shops,", " gave an apple to", [" Dan", " Sid"]),
        ("After Martin and Amy went to the park,", " gave a drink to", [" Martin", " Amy"]),
    ];
    let prompts: Vec<Value> = formats
        .iter()
        .flat_map(|(begin, end, names)| {
            [0, 1].map(|i| json!({"text": format!("{begin}{}{end}", names[1 - i]), "answer": names[i], "distractor": names[1 - i]}))
        })
        .collect();
    let outcome = run(&json!({"model": "gpt2", "prompts": prompts, "analysis": {"kind": "attribution"}}));
    let diffs = logit_diffs(&outcome);
    let mean = diffs.iter().sum::<f32>() / diffs.len() as f32;
    assert!((mean - 3.5519).abs() < 1e-3, "{mean}");
}
