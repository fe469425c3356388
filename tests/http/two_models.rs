//! `compare_with`: every figure of both models, and the differences.

use crate::command_line::{hooklens, outcome};
use crate::harness::{Bench, copy_model, experiment, parse};
use model::sides::{self, Side};
use model::wire::{Event, EventBody, Figure, Started};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

type Figures = BTreeMap<(String, Option<usize>), Figure>;

fn figures(events: &[Event]) -> Figures {
    let figures = events.iter().filter_map(|event| match &event.body {
        EventBody::Figure(figure) => Some(((figure.name.clone(), figure.prompt), figure.clone())),
        _ => None,
    });
    figures.collect()
}

fn started(events: &[Event]) -> &Started {
    match &events[0].body {
        EventBody::Started(started) => started,
        other => panic!("{other:?}"),
    }
}

/// The experiment on both bundled models.
fn both(number: usize) -> Value {
    let mut experiment = experiment(number);
    experiment["compare_with"] = "demo-negative".into();
    experiment
}

fn on(model: &str, experiment: &Value) -> Value {
    let mut alone = experiment.clone();
    alone["model"] = model.into();
    alone.as_object_mut().unwrap().remove("compare_with");
    alone
}

#[tokio::test]
async fn every_figure_comes_of_both_models_with_the_difference() {
    let bench = Bench::new().await;
    for kind in
        [json!({"kind": "attribution", "per_prompt": true}), json!({"kind": "attention", "prompt": 0})]
    {
        let mut experiment = both(1);
        experiment["analysis"] = kind;
        let (_, lines) = bench.complete(&experiment).await;
        let events = parse(&lines);
        assert_eq!(started(&events).compare_with.as_ref().unwrap().name, "demo-negative");
        let all = figures(&events);
        let (_, first) = bench.complete(&on("demo", &experiment)).await;
        let (_, other) = bench.complete(&on("demo-negative", &experiment)).await;
        let (first, other) = (figures(&parse(&first)), figures(&parse(&other)));
        let mut expected = Figures::new();
        for (key, figure) in &first {
            let counterpart = &other[key];
            let mut add = |side: Side, data| {
                let name = side.name(&key.0);
                expected.insert((name.clone(), key.1), Figure { name, data, ..figure.clone() });
            };
            add(Side::First, figure.data.clone());
            add(Side::Other, counterpart.data.clone());
            if let Some(difference) = sides::difference(figure, counterpart) {
                add(Side::Difference, difference);
            }
        }
        assert!(expected.keys().any(|(name, _)| Side::of(name).0 == Side::Difference));
        assert_eq!(all.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (key, figure) in expected {
            assert_eq!(all[&key], figure);
        }
    }
    bench.stop().await;
}

#[tokio::test]
async fn progress_is_of_both_and_the_other_model_comes_second() {
    let bench = Bench::new().await;
    let (_, lines) = bench.complete(&both(2)).await;
    let events = parse(&lines);
    let progress = events.iter().filter_map(|event| match &event.body {
        EventBody::Progress(progress) if progress.unit == "prompts" => Some((progress.done, progress.total)),
        _ => None,
    });
    let progress: Vec<_> = progress.collect();
    assert!(progress.iter().all(|(_, total)| *total == 4) && progress.is_sorted(), "{progress:?}");
    assert_eq!(progress.last(), Some(&(4, 4)));
    let side = |event: &Event| match &event.body {
        EventBody::Figure(figure) => Some(Side::of(&figure.name).0),
        _ => None,
    };
    let sides: Vec<Side> = events.iter().filter_map(side).map(|side| side.min(Side::Other)).collect();
    assert!(sides.is_sorted() && sides.contains(&Side::Other), "{sides:?}");
    bench.stop().await;
}

#[tokio::test]
async fn a_comparison_is_named_by_the_contents_of_both_models() {
    let models = tempfile::tempdir().unwrap();
    copy_model(models.path(), "copy");
    let bench = Bench::with(|settings| settings.models = vec![models.path().to_owned()]).await;
    let (alone, _) = bench.complete(&experiment(3)).await;
    let (both, _) = bench.complete(&both(3)).await;
    assert_ne!(alone, both);
    let mut with_copy = experiment(3);
    with_copy["compare_with"] = "copy".into();
    let (itself, lines) = bench.complete(&with_copy).await;
    assert_ne!(itself, both);
    let all = figures(&parse(&lines));
    let difference = &all[&("difference:head_attribution".to_owned(), None)];
    let model::wire::FigureData::Heatmap { values, .. } = &difference.data else { panic!("a map") };
    assert!(values.iter().all(|value| *value == 0.0), "a copy does the same");
    bench.stop().await;
}

/// What `POST /api/check` says of an experiment, as (field, message).
async fn problems(bench: &Bench, experiment: &Value) -> Vec<(String, String)> {
    let response = bench.post("/api/check", experiment.to_string()).await;
    let checked: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    let text = |problem: &Value, name: &str| problem[name].as_str().unwrap().to_owned();
    let problems = checked["problems"].as_array().unwrap();
    problems.iter().map(|problem| (text(problem, "field"), text(problem, "message"))).collect()
}

#[tokio::test]
async fn models_that_cannot_be_compared_are_refused_at_the_field() {
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/checkpoints");
    let bench = Bench::with(|settings| settings.models = vec![tiny]).await;
    let with = |other: &str| {
        let mut experiment = experiment(4);
        experiment["compare_with"] = other.into();
        experiment
    };
    let mut activations = both(4);
    activations["analysis"] = json!({"kind": "activations", "sites": ["hook_embed"], "positions": "last"});
    for (experiment, field, said) in [
        (with("demo"), "compare_with", "the model itself"),
        (with("nothing"), "compare_with", "no such model"),
        (with("neox-parallel"), "compare_with", "another vocabulary than `demo`"),
        (activations, "compare_with", "a file of one model"),
    ] {
        let found = problems(&bench, &experiment).await;
        assert!(found.iter().any(|(at, message)| at == field && message.contains(said)), "{said}: {found:?}");
        let refused = bench.post("/api/runs", experiment.to_string()).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().await.unwrap().contains(said), "{said}");
    }
    assert_eq!(problems(&bench, &both(4)).await, []);
    bench.stop().await;
}

#[tokio::test]
async fn the_command_line_says_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("experiment.json");
    std::fs::write(&path, both(5).to_string()).unwrap();
    let outcome =
        tokio::task::spawn_blocking(move || outcome(hooklens().arg("run").arg(path))).await.unwrap();
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let bench = Bench::new().await;
    let (_, lines) = bench.complete(&both(5)).await;
    assert_eq!(figures(&parse(&outcome.stdout)), figures(&parse(&lines)));
    bench.stop().await;
}

#[tokio::test]
async fn a_difference_is_explained_and_has_its_program() {
    let bench = Bench::new().await;
    let (id, _) = bench.complete(&both(6)).await;
    let program = |figure: &str| format!("/api/results/{id}/transformerlens?figure={figure}");
    let code = bench.text(&program("difference:head_attribution")).await;
    let (first, other) = code.split_once("\nfirst = values\n").unwrap();
    assert!(first.contains("MODEL = \"./demo\"") && other.contains("MODEL = \"./demo-negative\""), "{code}");
    assert!(code.ends_with("values = difference(first, values)\nprint(values)\n"), "{code}");
    let code = bench.text(&program("compare_with:head_attribution")).await;
    assert!(code.contains("MODEL = \"./demo-negative\"") && !code.contains("first = values"), "{code}");
    let page = bench.text(&format!("/api/results/{id}/page.html")).await;
    assert!(page.contains("The first model’s minus the other’s."));
    let table = bench.text(&format!("/api/results/{id}/figures/difference:head_attribution.csv")).await;
    assert!(table.starts_with(",H0,H1"), "{table}");
    bench.stop().await;
}
