//! The real binary: `snippet` and `export-model`.

use crate::command_line::{hooklens, outcome};
use crate::harness::{demo_folder, experiment};
use serde_json::Value;
use std::fs;

/// `hooklens snippet` on an experiment in a file.
fn snippet(experiment: &Value, arguments: &[&str]) -> crate::command_line::Outcome {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("experiment.json");
    fs::write(&path, experiment.to_string()).unwrap();
    outcome(hooklens().arg("snippet").arg(path).args(arguments))
}

#[test]
fn an_experiments_figures_are_listed_and_each_is_written_as_python() {
    let listed = snippet(&experiment(1), &[]);
    assert_eq!(listed.status, 0, "{}", listed.stderr);
    assert!(listed.stdout.lines().any(|name| name == "head_attribution:a"), "{}", listed.stdout);
    let all: Value = serde_json::from_str(&snippet(&experiment(1), &["--json"]).stdout).unwrap();
    let names: Vec<&str> = all.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, listed.stdout.lines().collect::<Vec<_>>());
    for one in all.as_array().unwrap() {
        let written = snippet(&experiment(1), &["--figure", one["name"].as_str().unwrap()]);
        assert_eq!(written.stdout, one["code"], "{}", written.stderr);
        assert!(
            written.stdout.contains("\"answer\": \" great\", \"distractor\": \" awful\", \"group\": \"a\"")
        );
    }
}

#[test]
fn a_figure_that_is_not_there_exits_2_and_says_which_are() {
    let outcome = snippet(&experiment(1), &["--figure", "pattern"]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("logit_lens"), "{}", outcome.stderr);
    let mut bad = experiment(1);
    bad["prompts"][1]["answer"] = " great film".into();
    let outcome = snippet(&bad, &["--figure", "logit_lens"]);
    assert_eq!(outcome.status, 2);
    assert!(outcome.stderr.contains("prompts[1].answer"), "{}", outcome.stderr);
}

#[test]
fn the_bundled_model_becomes_a_folder() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("demo");
    for _ in ["written", "left alone"] {
        let outcome = outcome(hooklens().arg("export-model").arg("demo").arg(&folder));
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    }
    for file in fs::read_dir(&folder).unwrap() {
        let file = file.unwrap();
        let original = fs::read(demo_folder().join(file.file_name())).unwrap();
        assert_eq!(fs::read(file.path()).unwrap(), original, "{:?}", file.file_name());
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 4);

    fs::write(folder.join("config.json"), "{}").unwrap();
    let refused = outcome(hooklens().arg("export-model").arg("demo").arg(&folder));
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("config.json"), "{}", refused.stderr);
    assert_eq!(fs::read_to_string(folder.join("config.json")).unwrap(), "{}");
    let unknown = outcome(hooklens().arg("export-model").arg("gpt5").arg(&folder));
    assert_eq!(unknown.status, 2);
    assert!(unknown.stderr.contains("`demo` and `demo-negative` are"), "{}", unknown.stderr);
}
