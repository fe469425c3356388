//! A server, a client, and experiments to send.

use model::wire::{Event, EventBody, frame};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use server::serve::{Server, Settings};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A client, in a build whose TLS wants to be told how to encrypt.
pub(crate) fn client() -> Client {
    // fails where that is settled already
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

/// A server in this process with a data folder of its own.
pub(crate) struct Bench {
    server: Server,
    client: Client,
    _data: TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut settings = Settings::new(data.path().to_owned());
        change(&mut settings);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server::start(settings, listener).await.unwrap();
        Self { server, client: client(), _data: data }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.server.address()))
    }

    pub(crate) fn address(&self) -> std::net::SocketAddr {
        self.server.address()
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub(crate) async fn text(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.text().await.unwrap()
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path).await).unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> Response {
        self.request(Method::POST, path).body(body).send().await.unwrap()
    }

    /// Starts a run; its id and ticket.
    pub(crate) async fn start(&self, experiment: &Value) -> (String, String) {
        let response = self.post("/api/runs", experiment.to_string()).await;
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, StatusCode::OK, "{text}");
        let accepted: Value = serde_json::from_str(&text).unwrap();
        let field = |name: &str| accepted[name].as_str().unwrap().to_owned();
        (field("id"), field("ticket"))
    }

    /// The stream from event `from` to its end.
    pub(crate) async fn events(&self, id: &str, from: u64) -> String {
        self.text(&format!("/api/runs/{id}/events?from={from}")).await
    }

    /// The same as frames.
    pub(crate) async fn frames(&self, id: &str, from: u64) -> Vec<Event> {
        self.frames_as(frame::MEDIA_TYPE, id, from).await
    }

    /// Frames for who accepts them in these words.
    pub(crate) async fn frames_as(&self, accept: &str, id: &str, from: u64) -> Vec<Event> {
        let request = self.request(Method::GET, &format!("/api/runs/{id}/events?from={from}"));
        let response = request.header("accept", accept).send().await.unwrap();
        assert_eq!(response.headers()["content-type"], frame::MEDIA_TYPE);
        let mut decoder = frame::Decoder::new();
        decoder.push(&response.bytes().await.unwrap());
        let events = std::iter::from_fn(|| decoder.next_event().unwrap()).collect();
        decoder.finish().unwrap();
        events
    }

    /// Starts a run and waits for its end.
    pub(crate) async fn complete(&self, experiment: &Value) -> (String, String) {
        let (id, _) = self.start(experiment).await;
        let events = self.events(&id, 0).await;
        assert!(matches!(parse(&events).pop().unwrap().body, EventBody::Done(_)), "{events}");
        (id, events)
    }

    pub(crate) async fn give_up(&self, id: &str, ticket: &str) -> StatusCode {
        let path = format!("/api/runs/{id}?ticket={ticket}");
        self.request(Method::DELETE, &path).send().await.unwrap().status()
    }

    /// Fills every place where long runs are worked on, for as long as a test needs; ids and tickets.
    pub(crate) async fn occupy(&self) -> Vec<(String, String)> {
        let mut blockers = Vec::new();
        for i in 0..4 {
            blockers.push(self.start(&long_experiment(i)).await);
        }
        blockers
    }

    pub(crate) async fn free(&self, blockers: &[(String, String)]) {
        for (id, ticket) in blockers {
            assert_eq!(self.give_up(id, ticket).await, StatusCode::NO_CONTENT);
        }
    }

    pub(crate) async fn stop(self) {
        self.server.stop().await.unwrap();
    }
}

/// JSON lines as events, numbered without gaps.
pub(crate) fn parse(lines: &str) -> Vec<Event> {
    let events: Vec<Event> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for pair in events.windows(2) {
        assert_eq!(pair[1].seq, pair[0].seq + 1);
    }
    events
}

/// A small experiment, its own for every `number`.
pub(crate) fn experiment(number: usize) -> Value {
    json!({
        "model": "demo",
        "prompts": [
            {"text": format!("Review {number}. The film was"), "answer": " great", "distractor": " awful", "group": "a"},
            {"text": "I loved it. Overall, the film was", "answer": " great", "distractor": " awful"},
        ],
        "analysis": {"kind": "attribution"},
    })
}

/// An experiment of many seconds.
pub(crate) fn long_experiment(number: usize) -> Value {
    let text = "the film was ".repeat(60);
    let prompts: Vec<_> = (0..600)
        .map(|i| json!({"text": format!("{number} {i} {text}"), "answer": " great", "distractor": " awful"}))
        .collect();
    json!({"model": "demo", "prompts": prompts, "analysis": {"kind": "attribution", "per_prompt": true}})
}

/// A click on a head.
pub(crate) fn head(number: usize) -> Value {
    let mut experiment = experiment(number);
    experiment["analysis"] = json!({"kind": "head", "layer": 2, "head": 3});
    experiment
}

/// The bundled model's files.
pub(crate) fn demo_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../model/src/demo")
}

/// A copy of the bundled model below `root`.
pub(crate) fn copy_model(root: &Path, name: &str) -> PathBuf {
    let folder = root.join(name);
    std::fs::create_dir_all(&folder).unwrap();
    for file in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
        std::fs::copy(demo_folder().join(file), folder.join(file)).unwrap();
    }
    folder
}
