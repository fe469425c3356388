//! Models held in memory: loaded and unloaded on request, within a budget, and listed with their shape.

use crate::harness::{Bench, copy_model, experiment, head, parse};
use model::wire::EventBody;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Bytes of the bundled model in memory.
async fn demo_bytes(bench: &Bench) -> u64 {
    listing(bench, "demo").await["memory_bytes"].as_u64().unwrap()
}

async fn listing(bench: &Bench, name: &str) -> Value {
    let models = bench.json("/api/models").await;
    let found = models.as_array().unwrap().iter().find(|model| model["name"] == name);
    found.unwrap_or_else(|| panic!("{name}: {models}")).clone()
}

/// A copy whose contents differ, so that it is another model.
fn other_model(root: &Path, name: &str, number: usize) {
    let path = copy_model(root, name).join("config.json");
    let mut config: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    config["copy"] = json!(number);
    fs::write(path, config.to_string()).unwrap();
}

async fn load(bench: &Bench, body: Value) -> Vec<EventBody> {
    let response = bench.post("/api/models/load", body.to_string()).await;
    let (status, text) = (response.status(), response.text().await.unwrap());
    assert_eq!(status, StatusCode::OK, "{text}");
    let accepted: Value = serde_json::from_str(&text).unwrap();
    let events = bench.events(accepted["id"].as_str().unwrap(), 0).await;
    parse(&events).into_iter().map(|event| event.body).collect()
}

async fn unload(bench: &Bench, body: Value) -> Value {
    bench.post("/api/models/unload", body.to_string()).await.json().await.unwrap()
}

#[tokio::test]
async fn a_model_is_loaded_and_unloaded_on_request() {
    let bench = Bench::new().await;
    let demo = listing(&bench, "demo").await;
    assert_eq!((&demo["loaded"], &demo["info"]["fingerprint"]), (&json!([]), &json!("")));
    // the bundled file holds each of its parameters in 4 bytes or fewer
    assert!(demo["parameters"].as_u64().unwrap() > 1_000_000, "{demo}");

    for _ in 0..2 {
        let events = load(&bench, json!({"model": "demo"})).await;
        assert!(matches!(events.first(), Some(EventBody::Started(_))), "{events:?}");
        assert!(matches!(events.last(), Some(EventBody::Done(_))), "{events:?}");
    }
    let bytes = demo_bytes(&bench).await;
    let demo = listing(&bench, "demo").await;
    let expected = json!([{"processing": "folded", "state": "loaded", "bytes": bytes, "in_use": false}]);
    assert_eq!(demo["loaded"], expected);
    assert_eq!(demo["info"]["fingerprint"].as_str().unwrap().len(), 32);
    assert_eq!(bench.json("/api/memory").await["used_bytes"], bytes);

    load(&bench, json!({"model": "demo", "processing": "raw"})).await;
    assert_eq!(listing(&bench, "demo").await["loaded"].as_array().unwrap().len(), 2);
    let unloaded = unload(&bench, json!({"model": "demo", "processing": "folded"})).await;
    assert_eq!(unloaded, json!({"bytes": bytes, "in_use": false}));
    assert_eq!(unload(&bench, json!({"model": "demo"})).await["bytes"], bytes);
    assert_eq!(unload(&bench, json!({"model": "demo"})).await["bytes"], 0);
    assert_eq!(bench.json("/api/memory").await["used_bytes"], 0);
    bench.stop().await;
}

#[tokio::test]
async fn requests_that_make_no_sense_are_refused() {
    let bench = Bench::new().await;
    for (path, body, status) in [
        ("/api/models/load", json!({"model": "nothing"}), StatusCode::UNPROCESSABLE_ENTITY),
        ("/api/models/load", json!({"model": "demo", "colour": 1}), StatusCode::BAD_REQUEST),
        ("/api/models/load", json!({"model": "demo", "processing": "fold"}), StatusCode::BAD_REQUEST),
        ("/api/models/unload", json!({"model": "nothing"}), StatusCode::NOT_FOUND),
        ("/api/models/unload", json!([]), StatusCode::BAD_REQUEST),
    ] {
        let response = bench.post(path, body.to_string()).await;
        assert_eq!(response.status(), status, "{path} {body}: {}", response.text().await.unwrap());
    }
    bench.stop().await;
}

#[tokio::test]
async fn the_least_recently_used_model_leaves_first() {
    let root = tempfile::tempdir().unwrap();
    for (number, name) in ["a", "b", "c"].into_iter().enumerate() {
        other_model(root.path(), name, number);
    }
    let probe = Bench::new().await;
    let bytes = demo_bytes(&probe).await;
    probe.stop().await;
    let models = root.path().to_owned();
    let bench = Bench::with(|settings| {
        settings.models.push(models);
        settings.model_budget = 2 * bytes + bytes / 2;
    })
    .await;
    for name in ["a", "b", "a", "c"] {
        load(&bench, json!({"model": name})).await;
    }
    for (name, count) in [("a", 1), ("b", 0), ("c", 1)] {
        assert_eq!(listing(&bench, name).await["loaded"].as_array().unwrap().len(), count, "{name}");
    }
    bench.stop().await;
}

#[tokio::test]
async fn models_larger_than_the_rest_of_the_memory_take_turns() {
    let root = tempfile::tempdir().unwrap();
    other_model(root.path(), "a", 1);
    let models = root.path().to_owned();
    let probe = Bench::new().await;
    let bytes = demo_bytes(&probe).await;
    probe.stop().await;
    let bench = Bench::with(|settings| {
        settings.models.push(models);
        settings.model_budget = bytes + bytes / 2;
    })
    .await;
    let mut runs = Vec::new();
    for number in 0..6 {
        let mut wanted = if number % 2 == 0 { experiment(number) } else { head(number) };
        wanted["model"] = json!(["demo", "a"][number / 2 % 2]);
        runs.push(bench.start(&wanted).await.0);
    }
    for id in runs {
        let events = bench.events(&id, 0).await;
        assert!(matches!(parse(&events).pop().unwrap().body, EventBody::Done(_)), "{events}");
    }
    assert!(bench.json("/api/memory").await["used_bytes"].as_u64().unwrap() <= bytes);
    bench.stop().await;
}

#[tokio::test]
async fn a_model_over_the_budget_is_refused_with_both_sizes() {
    let bench = Bench::with(|settings| settings.model_budget = 1 << 20).await;
    let response = bench.post("/api/runs", experiment(1).to_string()).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = response.text().await.unwrap();
    assert!(text.contains("1.0 MiB") && text.contains("--memory"), "{text}");
    let checked: Value = bench.post("/api/check", experiment(1).to_string()).await.json().await.unwrap();
    assert_eq!(checked["problems"][0]["field"], "model");
    bench.stop().await;

    let outcome = crate::command_line::run(&experiment(1), &["--memory", "1MiB"]);
    assert_eq!(outcome.status, 2);
    assert!(outcome.stderr.contains("1.0 MiB") && outcome.stdout.is_empty(), "{}", outcome.stderr);
}

#[tokio::test]
async fn a_folder_dropped_below_the_models_folder_appears() {
    let root = tempfile::tempdir().unwrap();
    let models = root.path().to_owned();
    let bench = Bench::with(|settings| settings.models.push(models)).await;
    assert_eq!(bench.json("/api/models").await.as_array().unwrap().len(), 2);
    copy_model(root.path(), "org/new");
    assert_eq!(listing(&bench, "org/new").await["source"], "folder");
    let mut on_new = experiment(1);
    on_new["model"] = json!("org/new");
    bench.complete(&on_new).await;
    bench.stop().await;
}
