//! The real binary as a server, killed and started again.

use crate::command_line::hooklens;
use crate::harness::{client, experiment};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Child;

/// A process that serves; killed when dropped.
struct Served {
    child: Child,
    url: String,
}

impl Served {
    fn start(data: &Path) -> Self {
        let mut child = hooklens().args(["serve", "--port", "0", "--data"]).arg(data).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").expect(&line).to_owned();
        // nobody may read its log, but it must be able to write it
        let stderr = child.stderr.take().unwrap();
        std::thread::spawn(move || BufReader::new(stderr).lines().for_each(drop));
        Self { child, url }
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        let response = client().get(format!("{}{path}", self.url)).send().await.unwrap();
        (response.status(), response.text().await.unwrap())
    }

    async fn start_run(&self, experiment: &Value) -> Value {
        let request = client().post(format!("{}/api/runs", self.url)).body(experiment.to_string());
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn events(&self, id: &str) -> String {
        self.get(&format!("/api/runs/{id}/events")).await.1
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // it may have ended already
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_finished_result_survives_a_kill() {
    let data = tempfile::tempdir().unwrap();
    let served = Served::start(data.path());
    let accepted = served.start_run(&experiment(1)).await;
    let id = accepted["id"].as_str().unwrap();
    let events = served.events(id).await;
    assert!(events.contains(r#""event":"done""#));
    drop(served);

    let served = Served::start(data.path());
    assert_eq!(served.events(id).await, events);
    assert_eq!(served.start_run(&experiment(1)).await, json!({"id": id, "ticket": ""}));
}

#[tokio::test]
async fn an_unfinished_run_is_gone_after_a_kill_and_can_be_run_again() {
    let data = tempfile::tempdir().unwrap();
    let mut experiment = experiment(1);
    experiment["prompts"] = json!({"set": "movie-sentiment"});
    experiment["analysis"] = json!({"kind": "activations", "sites": ["all"], "positions": "all"});
    let served = Served::start(data.path());
    let accepted = served.start_run(&experiment).await;
    let id = accepted["id"].as_str().unwrap();
    drop(served);

    let served = Served::start(data.path());
    let file = format!("/api/results/{id}/activations.safetensors");
    assert_eq!(served.get("/healthz").await.0, StatusCode::OK);
    assert_eq!(served.get(&file).await.0, StatusCode::NOT_FOUND);
    assert_eq!(served.start_run(&experiment).await["id"], id);
    assert!(served.events(id).await.contains(r#""event":"done""#));
    assert_eq!(served.get(&file).await.0, StatusCode::OK);
}

#[cfg(unix)]
#[tokio::test]
async fn a_termination_signal_ends_it_in_good_order() {
    let data = tempfile::tempdir().unwrap();
    let mut served = Served::start(data.path());
    let pid = served.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(served.child.wait().unwrap().success());
}
