//! A Hugging Face hub in this process: the two addresses that hooklens asks, and the ways in which they can fail.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// The commit of `main`.
pub(crate) const COMMIT: &str = "1111111111111111111111111111111111111111";

/// The commit of the tag `v1`, which has another configuration.
pub(crate) const OLD_COMMIT: &str = "2222222222222222222222222222222222222222";

/// The only token that opens the gated repository.
pub(crate) const TOKEN: &str = "hf_good";

/// Files from this size on are kept apart and redirected to, as the hub does with large ones.
const LARGE: usize = 1 << 20;

/// How large files are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sending {
    Whole,
    /// The first answer ends after half of the file; the next ones are whole.
    CutOnce,
    /// Every answer is the file's first half, whatever was asked for.
    CutAlways,
    /// One byte is wrong.
    Wrong,
    /// The second half comes once [`StandIn::open`] is called.
    Gated,
}

type Files = BTreeMap<String, Vec<u8>>;

struct Shared {
    repos: BTreeMap<(&'static str, &'static str), Files>,
    sending: Mutex<Sending>,
    asked: Mutex<Vec<String>>,
    gate: (Mutex<bool>, Condvar),
}

/// The hub; it ends with the test's process.
#[derive(Clone)]
pub(crate) struct StandIn {
    shared: Arc<Shared>,
    address: SocketAddr,
}

impl StandIn {
    /// A hub with the bundled model as `org/tiny` (and, gated, as `org/gated`), on a thread of its own.
    pub(crate) fn start() -> Self {
        let files = read(&crate::harness::demo_folder());
        let mut old = files.clone();
        let mut config: Value = serde_json::from_slice(&old["config.json"]).unwrap();
        config["layer_norm_eps"] = json!(1e-3);
        old.insert("config.json".to_owned(), config.to_string().into_bytes());
        let readme = Files::from([("README.md".to_owned(), b"no model".to_vec())]);
        let repos = BTreeMap::from([
            (("org/tiny", "main"), files.clone()),
            (("org/tiny", "v1"), old),
            (("org/gated", "main"), files),
            (("org/empty", "main"), readme),
        ]);
        let (sending, asked) = (Mutex::new(Sending::Whole), Mutex::default());
        let shared = Arc::new(Shared { repos, sending, asked, gate: (Mutex::new(false), Condvar::new()) });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/api/models/{org}/{model}/revision/{revision}", get(info))
            .route("/{org}/{model}/resolve/{commit}/{file}", get(resolve))
            .route("/large/{model}/{commit}/{file}", get(large))
            .with_state(shared.clone());
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(async move {
                listener.set_nonblocking(true).unwrap();
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                axum::serve(listener, router).await.unwrap();
            });
        });
        Self { shared, address }
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn send(&self, sending: Sending) {
        *self.shared.sending.lock().unwrap() = sending;
    }

    /// Lets what is [`Sending::Gated`] go on.
    pub(crate) fn open(&self) {
        *self.shared.gate.0.lock().unwrap() = true;
        self.shared.gate.1.notify_all();
    }

    /// What was asked for, and forgets it.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.asked.lock().unwrap())
    }
}

fn read(folder: &std::path::Path) -> Files {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let of_model = |path: &std::path::PathBuf| {
        path.is_file() && path.extension().is_none_or(|extension| extension != "rs" && extension != "md")
    };
    let files = entries.filter(of_model);
    files
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap()))
        .collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

fn refuse(status: StatusCode, code: &'static str) -> Response {
    (status, [("x-error-code", code)], "{\"error\": \"no\"}").into_response()
}

async fn info(
    State(shared): State<Arc<Shared>>,
    Path((org, model, revision)): Path<(String, String, String)>,
) -> Response {
    shared.asked.lock().unwrap().push(format!("info {org}/{model} {revision}"));
    let repo = format!("{org}/{model}");
    if org == "broken" {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if !shared.repos.keys().any(|(name, _)| *name == repo) {
        // as the hub answers those without a token
        return refuse(StatusCode::UNAUTHORIZED, "RepoNotFound");
    }
    let Some(files) = shared.files(&repo, &revision) else {
        return refuse(StatusCode::NOT_FOUND, "RevisionNotFound");
    };
    let sibling = |(name, bytes): (&String, &Vec<u8>)| {
        let mut git = Sha1::new_with_prefix(format!("blob {}\0", bytes.len()));
        git.update(bytes);
        let mut sibling =
            json!({"rfilename": name, "size": bytes.len(), "blobId": hexadecimal(&git.finalize())});
        if bytes.len() >= LARGE {
            sibling["lfs"] =
                json!({"sha256": hexadecimal(&Sha256::digest(bytes)), "size": bytes.len(), "pointerSize": 1});
        }
        sibling
    };
    let siblings: Vec<Value> = files.iter().map(sibling).collect();
    let sha = if revision == "v1" || revision == OLD_COMMIT { OLD_COMMIT } else { COMMIT };
    axum::Json(json!({"id": repo, "sha": sha, "siblings": siblings})).into_response()
}

async fn resolve(
    State(shared): State<Arc<Shared>>,
    Path((org, model, commit, file)): Path<(String, String, String, String)>,
    headers: HeaderMap,
) -> Response {
    shared.asked.lock().unwrap().push(format!("{file} {commit}"));
    let repo = format!("{org}/{model}");
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if model == "gated" && token != Some(&format!("Bearer {TOKEN}")) {
        let status = if token.is_none() { StatusCode::UNAUTHORIZED } else { StatusCode::FORBIDDEN };
        return refuse(status, "GatedRepo");
    }
    let Some(bytes) = shared.files(&repo, &commit).and_then(|files| files.get(&file)) else {
        return refuse(StatusCode::NOT_FOUND, "EntryNotFound");
    };
    if bytes.len() >= LARGE {
        return axum::response::Redirect::temporary(&format!("/large/{model}/{commit}/{file}"))
            .into_response();
    }
    bytes.clone().into_response()
}

async fn large(
    State(shared): State<Arc<Shared>>,
    Path((model, commit, file)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    shared.asked.lock().unwrap().push(format!("large {file} {}", range.unwrap_or("whole")));
    let mut bytes = shared.files(&format!("org/{model}"), &commit).unwrap()[&file].clone();
    let (len, half) = (bytes.len(), bytes.len() / 2);
    let sending = *shared.sending.lock().unwrap();
    let from =
        range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()).unwrap_or(0);
    match sending {
        Sending::Wrong => bytes[half] ^= 1,
        Sending::CutOnce => *shared.sending.lock().unwrap() = Sending::Whole,
        _ => {}
    }
    let body = match sending {
        Sending::Whole | Sending::Wrong => Body::from(bytes.split_off(from)),
        Sending::CutOnce | Sending::CutAlways => cut(bytes[..half].to_vec()),
        Sending::Gated => {
            let second = bytes.split_off(half);
            gated(bytes, second, shared.clone())
        }
    };
    let answer = Response::builder().header(header::CONTENT_LENGTH, len - from);
    if from > 0 && sending == Sending::Whole {
        let range = format!("bytes {from}-{}/{len}", len - 1);
        return answer
            .status(StatusCode::PARTIAL_CONTENT)
            .header(header::CONTENT_RANGE, range)
            .body(body)
            .unwrap();
    }
    Response::builder().header(header::CONTENT_LENGTH, len).body(body).unwrap()
}

/// A body that breaks off.
fn cut(part: Vec<u8>) -> Body {
    let broken = std::io::Error::other("cut");
    Body::from_stream(stream::iter([Ok(Bytes::from(part)), Err(broken)]))
}

/// A body whose second half waits for the gate.
fn gated(first: Vec<u8>, second: Vec<u8>, shared: Arc<Shared>) -> Body {
    let later = stream::once(async move {
        tokio::task::spawn_blocking(move || {
            let open = shared.gate.0.lock().unwrap();
            let patience = Duration::from_secs(30);
            drop(shared.gate.1.wait_timeout_while(open, patience, |open| !*open).unwrap());
        })
        .await
        .unwrap();
        Ok::<_, std::io::Error>(Bytes::from(second))
    });
    let first = stream::once(async move { Ok(Bytes::from(first)) });
    Body::from_stream(futures_util::StreamExt::chain(first, later))
}

impl Shared {
    fn files(&self, repo: &str, revision: &str) -> Option<&Files> {
        let revision = match revision {
            COMMIT => "main",
            OLD_COMMIT => "v1",
            other => other,
        };
        self.repos.iter().find(|((name, at), _)| *name == repo && *at == revision).map(|(_, files)| files)
    }
}
