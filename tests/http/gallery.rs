//! The gallery's results are those that the program computes, and open without computing.
//!
//! `HOOKLENS_WRITE_GALLERY=1 cargo nextest run --locked gallery` writes them anew: after a change of the bundled models, of
//! `examples.json`, or of the analysis version. The server has to be built again then. With `HOOKLENS_BINARY`, a release build,
//! it is that which computes them, and the page says how long it took.

use crate::command_line::{hooklens, outcome};
use crate::harness::{Bench, parse};
use model::wire::{Checked, Event, EventBody, Example, Figure, FigureData, StoredResult};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Largest difference of a number from the committed one, against the largest of its figure.
const TOLERANCE: f64 = 1e-4;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gallery")
}

/// Name and experiment of every question.
fn questions() -> Vec<(String, Value)> {
    let json: Value =
        serde_json::from_slice(&std::fs::read(folder().join("examples.json")).unwrap()).unwrap();
    let one = |one: &Value| (one["name"].as_str().unwrap().to_owned(), one["experiment"].clone());
    json.as_array().unwrap().iter().map(one).collect()
}

/// What `hooklens run` says: without a server, and so without a store.
fn computed(experiment: &Value) -> Vec<Event> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("experiment.json");
    std::fs::write(&path, experiment.to_string()).unwrap();
    let mut program = std::env::var_os("HOOKLENS_BINARY").map_or_else(hooklens, Command::new);
    let outcome = outcome(program.arg("run").arg(path));
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    parse(&outcome.stdout)
}

/// `started`, the last figure of every name and prompt, and `done`.
fn essence(events: Vec<Event>) -> Vec<Event> {
    let key = |event: &Event| match &event.body {
        EventBody::Figure(figure) => Some((figure.name.clone(), figure.prompt)),
        _ => None,
    };
    let last: std::collections::HashMap<_, u64> =
        events.iter().filter_map(|event| Some((key(event)?, event.seq))).collect();
    let stays = |event: &Event| match &event.body {
        EventBody::Progress(_) => false,
        EventBody::Figure(_) => key(event).is_some_and(|key| last[&key] == event.seq),
        _ => true,
    };
    let kept = events.into_iter().filter(stays).zip(0..);
    kept.map(|(event, seq)| Event { seq, ..event }).collect()
}

fn figures(events: &[Event]) -> Vec<&Figure> {
    let figure = |event| match event {
        &Event { body: EventBody::Figure(ref figure), .. } => Some(figure),
        _ => None,
    };
    events.iter().filter_map(figure).collect()
}

/// Every number of a figure, in order; NaN where there is none.
fn numbers(figure: &Figure) -> Vec<f64> {
    let wide = |values: &[f32]| values.iter().copied().map(f64::from).collect::<Vec<_>>();
    match &figure.data {
        FigureData::Line { series, .. } => series.iter().flat_map(|one| wide(&one.y)).collect(),
        FigureData::Scatter { x, y, .. } => [wide(x), wide(y)].concat(),
        FigureData::Heatmap { values, .. } | FigureData::Tensor { values, .. } => wide(values),
        FigureData::Table { rows, .. } => {
            let number = |cell: &model::wire::Cell| match cell {
                model::wire::Cell::Number(value) => Some(*value),
                model::wire::Cell::Text(_) => None,
            };
            rows.iter().flatten().filter_map(number).collect()
        }
        FigureData::Scalars { values } => values.values().map(|value| value.unwrap_or(f64::NAN)).collect(),
    }
}

fn assert_same(name: &str, found: &Figure, committed: &Figure) {
    let (found_values, values) = (numbers(found), numbers(committed));
    assert_eq!(found_values.len(), values.len(), "{name}: {}", committed.name);
    let largest = values.iter().filter(|value| value.is_finite()).fold(1e-3_f64, |m, v| m.max(v.abs()));
    for (a, b) in found_values.iter().zip(&values) {
        let same = (a - b).abs() <= TOLERANCE * largest || (a.is_nan() && b.is_nan());
        assert!(same, "{name}: {}: {a} against {b}", committed.name);
    }
}

#[tokio::test]
async fn every_result_of_the_gallery_is_computed_again_and_is_the_same() {
    let bench = Bench::new().await;
    let writes = std::env::var_os("HOOKLENS_WRITE_GALLERY").is_some();
    for (name, experiment) in questions() {
        let events = essence(tokio::task::spawn_blocking(move || computed(&experiment)).await.unwrap());
        if writes {
            write(&bench, &name, events).await;
            continue;
        }
        let EventBody::Started(started) = &events[0].body else { panic!("{name}: no beginning") };
        let committed = bench.get(&format!("/api/results/{}", started.id)).await;
        assert!(
            committed.status().is_success(),
            "{name} has another id now: HOOKLENS_WRITE_GALLERY=1 writes it"
        );
        let committed: StoredResult = committed.json().await.unwrap();
        let (found, committed) = (figures(&events), figures(&committed.events));
        let keys = |of: &[&Figure]| of.iter().map(|f| (f.name.clone(), f.prompt)).collect::<Vec<_>>();
        assert_eq!(keys(&found), keys(&committed), "{name}");
        for (found, committed) in found.iter().zip(&committed) {
            assert_same(&name, found, committed);
        }
    }
    bench.stop().await;
}

/// Writes a result as the server embeds it.
async fn write(bench: &Bench, name: &str, events: Vec<Event>) {
    let (_, experiment) = questions().into_iter().find(|(other, _)| other == name).unwrap();
    let checked = bench.post("/api/check", experiment.to_string()).await;
    let checked: Checked = checked.json().await.unwrap();
    let EventBody::Started(started) = &events[0].body else { panic!("{name}: no beginning") };
    let result = StoredResult { experiment: checked.experiment, model: started.model.clone(), events };
    let json = serde_json::to_vec(&result).unwrap();
    let path = folder().join(format!("results/{name}.json.zst"));
    std::fs::write(path, zstd::encode_all(json.as_slice(), 19).unwrap()).unwrap();
}

#[tokio::test]
async fn an_example_opens_without_being_computed() {
    let bench = Bench::new().await;
    let examples: Vec<Example> = serde_json::from_str(&bench.text("/api/examples").await).unwrap();
    let names: Vec<&str> = examples.iter().map(|example| example.name.as_str()).collect();
    let asked = questions();
    assert_eq!(names, asked.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>());
    for example in &examples {
        let experiment = serde_json::to_value(&example.experiment).unwrap();
        let (id, ticket) = bench.start(&experiment).await;
        assert_eq!((id.as_str(), ticket.as_str()), (example.id.as_str(), ""), "{}", example.name);
        let events = parse(&bench.events(&id, 0).await);
        assert!(matches!(events.last().unwrap().body, EventBody::Done(_)));
        let shown = figures(&events).into_iter().find(|figure| figure.name == example.map.figure).unwrap();
        let FigureData::Heatmap { values, .. } = &shown.data else { panic!("{}: no map", example.name) };
        assert_eq!(*values, example.map.values, "{}", example.name);
    }
    let models: Value = bench.json("/api/models").await;
    assert!(
        models.as_array().unwrap().iter().all(|model| model["loaded"] == serde_json::json!([])),
        "{models}"
    );
    bench.stop().await;
}
