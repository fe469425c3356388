//! Results: kept, downloaded, served by a later server.

use crate::harness::{Bench, experiment, parse};
use model::wire::StoredResult;
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn a_result_holds_the_resolved_experiment_and_every_event() {
    let bench = Bench::new().await;
    let mut experiment = experiment(1);
    experiment["prompts"] = json!({"set": "movie-sentiment"});
    let (id, lines) = bench.complete(&experiment).await;
    let result: StoredResult =
        serde_json::from_value(bench.json(&format!("/api/results/{id}")).await).unwrap();
    assert_eq!(result.events, parse(&lines));
    assert_eq!(result.model.name, "demo");
    let model::wire::Prompts::List(prompts) = result.experiment.prompts else {
        panic!("the set is not expanded")
    };
    assert_eq!(prompts.len(), 51);
    bench.stop().await;
}

#[tokio::test]
async fn activations_are_a_safetensors_file() {
    let bench = Bench::new().await;
    let mut experiment = experiment(1);
    experiment["analysis"] =
        json!({"kind": "activations", "sites": ["blocks.0.attn.hook_z", "hook_embed"], "positions": "last"});
    let (id, _) = bench.complete(&experiment).await;
    let response = bench.get(&format!("/api/results/{id}/activations.safetensors")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.headers()["content-disposition"].to_str().unwrap().contains(".safetensors"));
    let bytes = response.bytes().await.unwrap();
    let (header_length, rest) = bytes.split_first_chunk().unwrap();
    let header = &rest[..u64::from_le_bytes(*header_length) as usize];
    let header: serde_json::Value = serde_json::from_slice(header).unwrap();
    assert_eq!(header["1/blocks.0.attn.hook_z"]["dtype"], "F32");
    assert_eq!(header.as_object().unwrap().keys().filter(|name| *name != "__metadata__").count(), 4);
    bench.stop().await;
}

#[tokio::test]
async fn other_results_have_no_file() {
    let bench = Bench::new().await;
    let (id, _) = bench.complete(&experiment(1)).await;
    let response = bench.get(&format!("/api/results/{id}/activations.safetensors")).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(response.text().await.unwrap().contains("attribution"));
    bench.stop().await;
}

#[tokio::test]
async fn a_later_server_on_the_same_folder_has_the_results() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_owned();
    let bench = Bench::with(|settings| settings.data.clone_from(&folder)).await;
    let (id, lines) = bench.complete(&experiment(1)).await;
    bench.stop().await;
    let bench = Bench::with(|settings| settings.data = folder).await;
    assert_eq!(bench.events(&id, 0).await, lines);
    assert_eq!(bench.start(&experiment(1)).await, (id, String::new()));
    bench.stop().await;
}
