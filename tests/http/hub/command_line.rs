//! `hooklens run` and `hooklens models` with names on the hub.

use super::CacheFolder;
use super::stand_in::{COMMIT, OLD_COMMIT, Sending, StandIn, TOKEN};
use crate::command_line::{Outcome, hooklens, outcome, run};
use crate::harness::{experiment, parse};
use model::wire::EventBody;
use serde_json::{Value, json};
use std::fs;
use std::process::Command;

fn asking(model: &str) -> Value {
    let mut experiment = experiment(1);
    experiment["model"] = json!(model);
    experiment
}

/// `hooklens` that knows this hub and this cache.
fn with_hub(stand_in: &StandIn, cache: &CacheFolder) -> Command {
    let mut command = hooklens();
    command
        .env("HF_ENDPOINT", stand_in.endpoint())
        .env("HF_HUB_CACHE", cache.path())
        .env_remove("HF_HUB_OFFLINE");
    command
}

fn run_on(command: &mut Command, model: &str) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("experiment.json");
    fs::write(&path, asking(model).to_string()).unwrap();
    outcome(command.arg("run").arg(path))
}

fn figures(outcome: &Outcome) -> Vec<EventBody> {
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let bodies = parse(&outcome.stdout).into_iter().map(|event| event.body);
    bodies.filter(|body| matches!(body, EventBody::Figure(_))).collect()
}

fn refused(outcome: &Outcome, words: &[&str]) {
    assert_eq!(outcome.status, 2, "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "");
    for word in words {
        assert!(outcome.stderr.contains(word), "`{word}`: {}", outcome.stderr);
    }
}

#[test]
fn a_name_is_downloaded_once_and_gives_the_same_numbers() {
    let (hub, cache) = (StandIn::start(), CacheFolder::new());
    let first = run_on(&mut with_hub(&hub, &cache), "org/tiny");
    assert_eq!(figures(&first), figures(&run(&experiment(1), &[])));
    let events = parse(&first.stdout);
    let EventBody::Started(started) = &events[0].body else { panic!("{:?}", events[0]) };
    assert_eq!((started.model.name.as_str(), started.model.fingerprint.as_str()), ("org/tiny", COMMIT));
    let EventBody::Progress(progress) = &events[1].body else { panic!("{:?}", events[1]) };
    assert_eq!((progress.unit.as_str(), progress.total), ("MB downloaded", 9));
    let asked = hub.asked();
    assert!(asked.contains(&format!("model.safetensors {COMMIT}")), "{asked:?}");

    // as other libraries lay it out
    let linked = fs::read_link(cache.snapshot_file(COMMIT, "model.safetensors")).unwrap();
    assert!(linked.starts_with("../../blobs"), "{linked:?}");
    assert_eq!(linked.file_name().unwrap().len(), 64);
    assert_eq!(fs::read_to_string(cache.repo().join("refs/main")).unwrap(), COMMIT);

    let second = run_on(&mut with_hub(&hub, &cache), "org/tiny");
    assert_eq!(figures(&second), figures(&first));
    assert_eq!(hub.asked(), ["info org/tiny main"]);
    let offline = run_on(with_hub(&hub, &cache).env("HF_HUB_OFFLINE", "1"), "org/tiny");
    assert_eq!(figures(&offline), figures(&first));
    assert_eq!(hub.asked(), [""; 0]);
}

#[test]
fn a_revision_can_be_pinned_by_tag_and_by_commit() {
    let (hub, cache) = (StandIn::start(), CacheFolder::new());
    let main = run_on(&mut with_hub(&hub, &cache), "org/tiny");
    let tagged = run_on(&mut with_hub(&hub, &cache), "org/tiny@v1");
    assert_ne!(figures(&main), figures(&tagged), "the tag's configuration is another");
    // the weights are the same, and so is their blob
    assert!(!hub.asked().contains(&format!("model.safetensors {OLD_COMMIT}")));
    let pinned = run_on(&mut with_hub(&hub, &cache), &format!("org/tiny@{OLD_COMMIT}"));
    assert_eq!(figures(&tagged), figures(&pinned));
    refused(&run_on(&mut with_hub(&hub, &cache), "org/tiny@v2"), &["org/tiny", "no revision `v2`"]);

    let listed = outcome(with_hub(&hub, &cache).arg("models"));
    let names: Vec<_> = listed.stdout.lines().map(|line| line.split("  ").next().unwrap()).collect();
    assert_eq!(names, ["demo", "demo-negative", "org/tiny", "org/tiny@v1"]);
}

#[test]
fn what_neither_network_nor_cache_has_says_so() {
    let (hub, cache) = (StandIn::start(), CacheFolder::new());
    refused(&run_on(&mut with_hub(&hub, &cache), "org/nothing"), &["org/nothing", "spelling", "HF_TOKEN"]);
    refused(&run_on(&mut with_hub(&hub, &cache), "org/empty"), &["org/empty", "config.json"]);
    let offline = run_on(with_hub(&hub, &cache).env("HF_HUB_OFFLINE", "1"), "org/tiny");
    refused(&offline, &["org/tiny", "not in the cache", "HF_HUB_OFFLINE"]);
    // a port that nobody listens on
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let unreachable =
        run_on(with_hub(&hub, &cache).env("HF_ENDPOINT", format!("http://{nobody}")), "org/tiny");
    refused(&unreachable, &["org/tiny", "not in the cache", "does not answer"]);
    refused(&run_on(&mut with_hub(&hub, &cache), "broken/tiny"), &["broken/tiny", "503"]);
    refused(&run_on(&mut with_hub(&hub, &cache), "org/../tiny"), &["name on the hub"]);
}

#[test]
fn without_a_network_the_cache_serves() {
    let (hub, cache) = (StandIn::start(), CacheFolder::new());
    let online = run_on(&mut with_hub(&hub, &cache), "org/tiny");
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let alone = run_on(with_hub(&hub, &cache).env("HF_ENDPOINT", format!("http://{nobody}")), "org/tiny");
    assert_eq!(figures(&online), figures(&alone));
}

#[test]
fn a_gated_model_needs_a_token_with_access() {
    let (hub, cache) = (StandIn::start(), CacheFolder::new());
    refused(&run_on(&mut with_hub(&hub, &cache), "org/gated"), &["org/gated", "gated", "HF_TOKEN"]);
    let stranger = run_on(with_hub(&hub, &cache).env("HF_TOKEN", "hf_stranger"), "org/gated");
    refused(&stranger, &["HF_TOKEN", "no access yet", "org/gated"]);
    assert!(!stranger.stderr.contains("hf_stranger"), "a token is never shown");
    let member = run_on(with_hub(&hub, &cache).env("HF_TOKEN", TOKEN), "org/gated");
    assert_eq!(member.status, 0, "{}", member.stderr);
}

#[test]
fn a_connection_that_breaks_off_is_taken_up_again() {
    let (hub, cache) = (StandIn::start(), CacheFolder::new());
    hub.send(Sending::CutOnce);
    let outcome = run_on(&mut with_hub(&hub, &cache), "org/tiny");
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let asked = hub.asked();
    assert!(asked.iter().any(|what| what.starts_with("large model.safetensors bytes=")), "{asked:?}");
    assert!(cache.unfinished().is_empty());
}

/// The run fails once its download has begun: the stream ends with an error.
fn fails_downloading(outcome: &Outcome, words: &[&str]) {
    assert_eq!(outcome.status, 2, "{}", outcome.stderr);
    let events = parse(&outcome.stdout);
    let EventBody::Error(failure) = &events.last().unwrap().body else { panic!("{}", outcome.stdout) };
    assert_eq!(failure.code, "bad_model");
    for word in words {
        assert!(failure.message.contains(word), "`{word}`: {}", failure.message);
    }
}

#[test]
fn a_download_that_stays_short_is_never_used() {
    let (hub, cache) = (StandIn::start(), CacheFolder::new());
    hub.send(Sending::CutAlways);
    let short = run_on(&mut with_hub(&hub, &cache), "org/tiny");
    fails_downloading(&short, &["model.safetensors", "broke off after", "ask again"]);
    assert!(!cache.snapshot_file(COMMIT, "model.safetensors").exists());
    assert_eq!(cache.unfinished().len(), 1);
    hub.send(Sending::Whole);
    assert_eq!(run_on(&mut with_hub(&hub, &cache), "org/tiny").status, 0);
    assert!(cache.unfinished().is_empty());
}

#[test]
fn a_download_with_other_contents_is_never_used() {
    let (hub, cache) = (StandIn::start(), CacheFolder::new());
    hub.send(Sending::Wrong);
    let wrong = run_on(&mut with_hub(&hub, &cache), "org/tiny");
    fails_downloading(&wrong, &["model.safetensors", "hash differs"]);
    assert!(!cache.snapshot_file(COMMIT, "model.safetensors").exists());
    assert!(cache.unfinished().is_empty());
}

#[test]
fn a_damaged_file_of_the_cache_is_named() {
    let (hub, cache) = (StandIn::start(), CacheFolder::new());
    assert_eq!(run_on(&mut with_hub(&hub, &cache), "org/tiny").status, 0);
    for file in ["model.safetensors", "tokenizer.json"] {
        let blob = cache.snapshot_file(COMMIT, file).canonicalize().unwrap();
        let good = fs::read(&blob).unwrap();
        let mut bad = good.clone();
        *bad.last_mut().unwrap() ^= 1;
        fs::write(&blob, &bad).unwrap();
        let damaged = run_on(&mut with_hub(&hub, &cache), "org/tiny");
        assert_eq!(damaged.status, 2, "{}", damaged.stderr);
        assert!(damaged.stderr.contains("damaged") && damaged.stderr.contains(blob.to_str().unwrap()));
        // one that is too short is fetched anew
        fs::write(&blob, &good[..good.len() / 2]).unwrap();
        let fetched = run_on(&mut with_hub(&hub, &cache), "org/tiny");
        assert_eq!(fetched.status, 0, "{}", fetched.stderr);
    }
}

/// Files may not grow beyond 4 MiB, which is what a full disk looks like to whoever writes.
#[test]
fn a_full_disk_is_said_and_nothing_half_written_is_used() {
    let (hub, cache) = (StandIn::start(), CacheFolder::new());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("experiment.json");
    fs::write(&path, asking("org/tiny").to_string()).unwrap();
    let mut limited = Command::new("sh");
    limited.args([
        "-c",
        "trap '' XFSZ; ulimit -f 8192; exec \"$0\" run \"$1\"",
        env!("CARGO_BIN_EXE_hooklens"),
    ]);
    limited
        .arg(&path)
        .env("HF_ENDPOINT", hub.endpoint())
        .env("HF_HUB_CACHE", cache.path())
        .env_remove("HF_HUB_OFFLINE");
    let full = outcome(&mut limited);
    fails_downloading(&full, &["is the disk full"]);
    assert!(!cache.snapshot_file(COMMIT, "model.safetensors").exists());
    // with room again it goes on from there
    hub.asked();
    assert_eq!(run_on(&mut with_hub(&hub, &cache), "org/tiny").status, 0);
    assert!(hub.asked().iter().any(|what| what.starts_with("large model.safetensors bytes=")));
}
