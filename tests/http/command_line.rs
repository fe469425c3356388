//! The real binary: `run` and `models`.

use crate::harness::{demo_folder, experiment, parse};
use model::wire::EventBody;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// A finished process.
pub(crate) struct Outcome {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) fn hooklens() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hooklens"));
    // tests ask no other machine, and see no cache but their own
    command.env("HF_HUB_OFFLINE", "1").env("HF_HUB_CACHE", "/nonexistent").env_remove("HF_TOKEN");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn outcome(command: &mut Command) -> Outcome {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome {
        status: output.status.code().expect("not killed by a signal"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// `hooklens run` on an experiment in a file.
pub(crate) fn run(experiment: &Value, arguments: &[&str]) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("experiment.json");
    fs::write(&path, experiment.to_string()).unwrap();
    outcome(hooklens().arg("run").arg(path).args(arguments))
}

#[test]
fn run_writes_the_event_stream_and_nothing_else() {
    let outcome = run(&experiment(1), &[]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let events = parse(&outcome.stdout);
    assert!(matches!(events[0].body, EventBody::Started(_)));
    assert!(matches!(events.last().unwrap().body, EventBody::Done(_)));
}

#[test]
fn run_takes_any_folder_and_finds_the_same_numbers() {
    let mut in_folder = experiment(1);
    in_folder["model"] = json!(demo_folder());
    let (bundled, folder) = (run(&experiment(1), &[]), run(&in_folder, &[]));
    assert_eq!(folder.status, 0, "{}", folder.stderr);
    let figures = |outcome: &Outcome| -> Vec<String> {
        outcome
            .stdout
            .lines()
            .filter(|line| line.contains(r#""event":"figure""#))
            .map(ToOwned::to_owned)
            .collect()
    };
    assert_eq!(figures(&bundled), figures(&folder));
}

#[test]
fn run_reads_standard_input() {
    let mut child = hooklens().args(["run", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(experiment(1).to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains(r#""event":"done""#));
}

#[test]
fn a_bad_experiment_exits_2_before_anything_is_written() {
    let mut unknown = experiment(1);
    unknown["analysis"]["colour"] = json!(1);
    let mut long_answer = experiment(1);
    long_answer["prompts"][1]["answer"] = json!(" great film");
    let mut hub = experiment(1);
    hub["model"] = json!("EleutherAI/pythia-70m");
    for (experiment, words) in
        [(unknown, "colour"), (long_answer, "prompts[1].answer"), (hub, "HF_HUB_OFFLINE")]
    {
        let outcome = run(&experiment, &[]);
        assert_eq!(outcome.status, 2, "{}", outcome.stderr);
        assert!(outcome.stderr.contains(words) && outcome.stdout.is_empty(), "{}", outcome.stderr);
    }
    let missing = outcome(hooklens().args(["run", "/nonexistent/experiment.json"]));
    assert_eq!(missing.status, 2);
    assert!(missing.stderr.contains("/nonexistent/experiment.json"));
}

#[test]
fn activations_need_a_file_and_write_it_whole() {
    let mut experiment = experiment(1);
    experiment["analysis"] = json!({"kind": "activations", "sites": ["all"], "positions": "all"});
    let without = run(&experiment, &[]);
    assert_eq!(without.status, 2);
    assert!(without.stderr.contains("--out"), "{}", without.stderr);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.safetensors");
    let outcome = run(&experiment, &["--out", path.to_str().unwrap()]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(fs::metadata(&path).unwrap().len() > 1_000);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let nowhere = run(&experiment, &["--out", "/nonexistent/all.safetensors"]);
    assert_eq!(nowhere.status, 2);
    assert!(nowhere.stderr.contains("/nonexistent/all.safetensors"), "{}", nowhere.stderr);
}

#[test]
fn other_kinds_copy_their_stream_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.ndjson");
    let outcome = run(&experiment(1), &["--out", path.to_str().unwrap()]);
    assert_eq!(fs::read_to_string(&path).unwrap(), outcome.stdout);
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let mut experiment = experiment(1);
    experiment["prompts"] = json!({"set": "movie-sentiment"});
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("experiment.json");
    fs::write(&path, experiment.to_string()).unwrap();
    let mut child = hooklens().arg("run").arg(&path).spawn().unwrap();
    let mut first = String::new();
    let mut stdout = BufReader::with_capacity(16, child.stdout.take().unwrap());
    stdout.read_line(&mut first).unwrap();
    drop(stdout);
    assert!(first.contains(r#""event":"started""#));
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert!(output.status.success());
}

#[test]
fn cuda_without_a_gpu_says_what_to_do() {
    if cfg!(feature = "cuda") {
        return;
    }
    let outcome = run(&experiment(1), &["--device", "cuda"]);
    assert_eq!(outcome.status, 2);
    assert!(outcome.stderr.contains("--features cuda"), "{}", outcome.stderr);
}

#[test]
fn models_are_listed_for_people_and_for_machines() {
    let root = tempfile::tempdir().unwrap();
    crate::harness::copy_model(root.path(), "org/mine");
    let listed = |arguments: &[&str], root: &Path| {
        let outcome = outcome(hooklens().arg("models").arg("--models").arg(root).args(arguments));
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        outcome.stdout
    };
    let lines = listed(&[], root.path());
    let names: Vec<_> = lines.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!(names, ["demo", "demo-negative", "org/mine"]);
    let json: Value = serde_json::from_str(&listed(&["--json"], root.path())).unwrap();
    assert_eq!(json[2]["name"], "org/mine");
    assert_eq!(json[0]["info"]["fingerprint"].as_str().unwrap().len(), 32);
    assert_eq!(json[0]["info"]["fingerprint"], json[2]["info"]["fingerprint"]);
    assert_ne!(json[0]["info"]["fingerprint"], json[1]["info"]["fingerprint"]);
}
