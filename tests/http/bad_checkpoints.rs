//! Checkpoints that are not whole or not supported: refused over HTTP and on the command line, the cause named.

use crate::command_line::run;
use crate::harness::{Bench, copy_model, experiment};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

fn edit_config(folder: &Path, change: impl FnOnce(&mut Value)) {
    let path = folder.join("config.json");
    let mut config = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut config);
    fs::write(path, config.to_string()).unwrap();
}

/// Renames a tensor in the header of a safetensors file, keeping its length.
fn rename_tensor(folder: &Path, from: &str, to: &str) {
    let path = folder.join("model.safetensors");
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
    bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    fs::write(path, bytes).unwrap();
}

async fn check(spoil: impl FnOnce(&Path), words: &str) {
    let root = tempfile::tempdir().unwrap();
    let folder = copy_model(root.path(), "spoilt");
    spoil(&folder);

    let models = root.path().to_owned();
    let bench = Bench::with(|settings| settings.models.push(models)).await;
    let mut experiment = experiment(1);
    experiment["model"] = json!("spoilt");
    let response = bench.post("/api/runs", experiment.to_string()).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = response.text().await.unwrap();
    let error: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(error["code"], "bad_model", "{text}");
    assert!(error["message"].as_str().unwrap().contains(words), "{text}");
    let response = bench.post("/api/check", experiment.to_string()).await;
    let checked: Value = response.json().await.unwrap();
    assert_eq!(checked["problems"][0]["field"], "model", "{checked}");
    bench.complete(&crate::harness::experiment(1)).await;
    bench.stop().await;

    experiment["model"] = json!(folder);
    let outcome = run(&experiment, &[]);
    assert_eq!(outcome.status, 2, "{}", outcome.stderr);
    assert!(outcome.stderr.contains(words) && outcome.stdout.is_empty(), "{}", outcome.stderr);
}

#[tokio::test]
async fn a_missing_tensor() {
    check(|folder| rename_tensor(folder, "gpt_neox.layers.2", "gpt_neox.layers.X"), "gpt_neox.layers.2")
        .await;
}

#[tokio::test]
async fn a_misshapen_tensor() {
    let spoil = |folder: &Path| edit_config(folder, |config| config["intermediate_size"] = json!(999));
    check(spoil, "999").await;
}

#[tokio::test]
async fn a_truncated_file() {
    let spoil = |folder: &Path| {
        let path = folder.join("model.safetensors");
        let bytes = fs::read(&path).unwrap();
        fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    };
    check(spoil, "model.safetensors").await;
}

#[tokio::test]
async fn a_folder_that_is_no_model() {
    check(|folder| fs::remove_file(folder.join("config.json")).unwrap(), "config.json").await;
}

#[tokio::test]
async fn an_unsupported_config_value() {
    let spoil = |folder: &Path| edit_config(folder, |config| config["hidden_act"] = json!("swoosh"));
    check(spoil, "swoosh").await;
}
