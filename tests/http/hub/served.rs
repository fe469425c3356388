//! `hooklens serve` with names on the hub.

use super::CacheFolder;
use super::stand_in::{COMMIT, Sending, StandIn};
use crate::harness::{Bench, experiment, head, parse};
use model::wire::EventBody;
use reqwest::StatusCode;
use serde_json::{Value, json};

async fn bench(hub: &StandIn, cache: &CacheFolder) -> Bench {
    let settings = cache.settings(hub);
    Bench::with(|server| server.hub = Some(settings)).await
}

fn on_hub(mut experiment: Value) -> Value {
    experiment["model"] = json!("org/tiny");
    experiment
}

fn last(events: &str) -> EventBody {
    parse(events).pop().unwrap().body
}

#[tokio::test]
async fn names_are_taken_only_where_that_is_allowed() {
    let bench = Bench::new().await;
    let response = bench.post("/api/runs", on_hub(experiment(1)).to_string()).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let text = response.text().await.unwrap();
    assert!(text.contains("--allow-hub"), "{text}");
    bench.stop().await;
}

#[tokio::test]
async fn a_run_follows_its_download_and_the_model_is_listed() {
    let (hub, cache) = (StandIn::start(), CacheFolder::new());
    let bench = bench(&hub, &cache).await;
    // what a form asks while it is filled in needs no weights
    let checked: Value =
        bench.post("/api/check", on_hub(experiment(1)).to_string()).await.json().await.unwrap();
    assert!(checked["id"].is_string(), "{checked}");
    assert!(!hub.asked().iter().any(|what| what.contains("model.safetensors")));

    let (id, events) = bench.complete(&on_hub(experiment(1))).await;
    assert_eq!(checked["id"], json!(id));
    let units: Vec<String> = parse(&events)
        .into_iter()
        .filter_map(|event| match event.body {
            EventBody::Progress(progress) => Some(progress.unit),
            _ => None,
        })
        .collect();
    assert!(
        units.contains(&"MB downloaded".to_owned()) && units.contains(&"models loaded".to_owned()),
        "{units:?}"
    );
    let models = bench.json("/api/models").await;
    assert_eq!((&models[2]["name"], &models[2]["source"]), (&json!("org/tiny"), &json!("hub")));
    assert_eq!(models[2]["info"]["fingerprint"], COMMIT);
    bench.stop().await;
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_a_problem_of_the_field_model() {
    let (hub, cache) = (StandIn::start(), CacheFolder::new());
    let bench = bench(&hub, &cache).await;
    let mut nothing = experiment(1);
    nothing["model"] = json!("org/nothing");
    let response = bench.post("/api/runs", nothing.to_string()).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let error: Value = response.json().await.unwrap();
    assert_eq!(error["problems"][0]["field"], "model");
    assert!(error["message"].as_str().unwrap().contains("org/nothing"), "{error}");
    bench.stop().await;
}

#[tokio::test]
async fn a_download_holds_up_nobody_and_ends_with_its_last_ticket() {
    let (hub, cache) = (StandIn::start(), CacheFolder::new());
    hub.send(Sending::Gated);
    let bench = bench(&hub, &cache).await;
    // more than are worked on at once
    let mut waiting = Vec::new();
    for number in 0..6 {
        waiting.push(bench.start(&on_hub(experiment(number))).await);
    }
    let (id, ticket) = bench.start(&on_hub(head(1))).await;
    // others go on meanwhile, in both lanes
    bench.complete(&experiment(1)).await;
    bench.complete(&head(1)).await;

    for (id, ticket) in &waiting {
        assert_eq!(bench.give_up(id, ticket).await, StatusCode::NO_CONTENT);
        let EventBody::Error(failure) = last(&bench.events(id, 0).await) else { panic!("not ended") };
        assert_eq!(failure.code, "cancelled");
    }
    assert_eq!(bench.give_up(&id, &ticket).await, StatusCode::NO_CONTENT);
    assert!(!cache.snapshot_file(COMMIT, "model.safetensors").exists());

    // asked for again, it comes
    hub.send(Sending::Whole);
    hub.open();
    bench.complete(&on_hub(experiment(1))).await;
    bench.stop().await;
}

#[tokio::test]
async fn two_runs_share_a_download() {
    let (hub, cache) = (StandIn::start(), CacheFolder::new());
    hub.send(Sending::Gated);
    let bench = bench(&hub, &cache).await;
    let (first, _) = bench.start(&on_hub(experiment(1))).await;
    let (second, _) = bench.start(&on_hub(experiment(2))).await;
    hub.open();
    for id in [first, second] {
        assert!(matches!(last(&bench.events(&id, 0).await), EventBody::Done(_)));
    }
    let downloads = hub.asked().iter().filter(|what| what.starts_with("large")).count();
    assert_eq!(downloads, 1);
    bench.stop().await;
}

#[tokio::test]
async fn a_failed_download_ends_the_run_and_not_the_server() {
    let (hub, cache) = (StandIn::start(), CacheFolder::new());
    hub.send(Sending::Wrong);
    let bench = bench(&hub, &cache).await;
    let (id, _) = bench.start(&on_hub(experiment(1))).await;
    let EventBody::Error(failure) = last(&bench.events(&id, 0).await) else { panic!("not failed") };
    assert_eq!(failure.code, "bad_model");
    hub.send(Sending::Whole);
    bench.complete(&on_hub(experiment(1))).await;
    bench.stop().await;
}
