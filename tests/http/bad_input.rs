//! Whatever can be wrong with an experiment: a 4xx that says what to change, from a server that goes on.

use crate::harness::{Bench, copy_model, experiment};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// Sends each change of a good experiment and checks status and words of the answer.
async fn check(cases: Vec<(Value, StatusCode, &str)>) {
    let bench = Bench::new().await;
    for (body, status, words) in cases {
        refused(&bench, body.to_string(), status, words).await;
    }
    bench.complete(&experiment(1)).await;
    bench.stop().await;
}

async fn refused(bench: &Bench, body: String, status: StatusCode, words: &str) {
    let shown: String = body.chars().take(200).collect();
    let response = bench.post("/api/runs", body).await;
    let (got, text) = (response.status(), response.text().await.unwrap());
    assert_eq!(got, status, "{shown}: {text}");
    let error: Value = serde_json::from_str(&text).unwrap();
    assert!(error["message"].as_str().unwrap().contains(words), "{shown}: {text}");
}

/// A good experiment with the value at `pointer` replaced.
fn with(pointer: &str, value: Value) -> Value {
    let mut changed = experiment(1);
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    let parent = changed.pointer_mut(parent).unwrap();
    match field.parse::<usize>() {
        Ok(index) => parent[index] = value,
        Err(_not_a_list) => parent[field] = value,
    }
    changed
}

#[tokio::test]
async fn what_is_no_experiment() {
    let bench = Bench::new().await;
    for (body, words) in [
        ("", "EOF"),
        ("{", "experiment: EOF"),
        (r#"{"model":"demo","prompts":[{"text":"#, "prompts[0].text: EOF"),
        ("[]", ""),
        ("not json", "expected"),
        (r#"{"model":"demo"}"#, "prompts"),
        (r#"{"model":"demo","prompts":[],"analysis":{"kind":"attribution"}} {}"#, "trailing"),
        (
            r#"{"model":"demo","prompts":{"set":"no-such-set"},"analysis":{"kind":"attribution"}}"#,
            "movie-sentiment",
        ),
        ("\u{0}", "expected"),
    ] {
        refused(&bench, body.to_owned(), StatusCode::BAD_REQUEST, words).await;
    }
    bench.complete(&experiment(1)).await;
    bench.stop().await;
}

#[tokio::test]
async fn unknown_names_and_fields() {
    let bad = StatusCode::BAD_REQUEST;
    check(vec![
        (with("/colour", json!(1)), bad, "colour"),
        (with("/prompts/0/answr", json!("x")), bad, "answr"),
        (with("/prompts/0/answr", json!("x")), bad, "prompts[0]"),
        (with("/prompts", json!({"set": "movie-sentiment", "n": 3})), bad, "n"),
        (with("/prompts", json!({"set": "ioi", "flips": "ABB->ABA"})), bad, "flips"),
        (with("/prompts", json!({"set": "ioi", "n": -1})), bad, "`n`"),
        (with("/prompts/0/positions", json!({"S1": "Mary"})), bad, "positions"),
        (with("/analysis/layer", json!(1)), bad, "layer"),
        (with("/analysis", json!({"kind": "magic"})), bad, "magic"),
        (with("/processing", json!("cooked")), bad, "cooked"),
        (with("/precision", json!("f16")), bad, "f16"),
        (with("/model", json!("no-such-model")), StatusCode::UNPROCESSABLE_ENTITY, "no-such-model"),
        (with("/model", json!("EleutherAI/pythia-70m")), StatusCode::UNPROCESSABLE_ENTITY, "hub"),
    ])
    .await;
}

#[tokio::test]
async fn prompts_that_cannot_run() {
    let bad = StatusCode::UNPROCESSABLE_ENTITY;
    let mut no_bos = with("/prepend_bos", json!(false));
    no_bos["prompts"][0]["text"] = json!("");
    check(vec![
        (with("/prompts", json!([])), bad, "prompts"),
        (no_bos, bad, "prompts[0]"),
        (with("/prompts/1/answer", json!(" great film")), bad, "prompts[1].answer"),
        (with("/prompts/1/answer", json!(" great film")), bad, "film"),
        (with("/prompts/0/text", json!("word ".repeat(400))), bad, "prompts[0]"),
        (with("/prompts", json!(vec![json!({"text": "a", "answer": " great"}); 3_000])), bad, "limit"),
        (with("/analysis", json!({"kind": "head", "layer": 4, "head": 0})), bad, "analysis.layer"),
        (with("/analysis", json!({"kind": "head", "layer": 0, "head": 8})), bad, "analysis.head"),
        (
            with("/analysis", json!({"kind": "head", "layer": 0, "head": 0, "prompt": 2})),
            bad,
            "analysis.prompt",
        ),
        (with("/analysis", json!({"kind": "activations", "sites": ["hook_zz"]})), bad, "hook_zz"),
        (with("/analysis", json!({"kind": "activations", "sites": []})), bad, "sites"),
    ])
    .await;
}

#[tokio::test]
async fn sets_and_pairs_that_cannot_run() {
    let bad = StatusCode::UNPROCESSABLE_ENTITY;
    let patching = |prompts: Value| {
        let mut experiment = experiment(1);
        experiment["analysis"] = json!({"kind": "activation_patching", "site": "resid_pre"});
        experiment["prompts"] = prompts;
        experiment
    };
    let pair = |more: Value| {
        let mut prompt =
            json!({"text": "The film was great. It was", "answer": " great", "distractor": " awful"});
        for (name, value) in more.as_object().unwrap() {
            prompt[name] = value.clone();
        }
        patching(json!([prompt]))
    };
    check(vec![
        (with("/prompts", json!({"set": "ioi", "n": 0})), bad, "prompts.n"),
        (with("/prompts", json!({"set": "induction", "n": 1_000_000_000_000_u64})), bad, "prompts.n"),
        (with("/prompts", json!({"set": "ioi", "flip": "ABB"})), bad, "prompts.flip"),
        (patching(json!({"set": "ioi"})), bad, "prompts.flip"),
        (patching(json!({"set": "movie-sentiment"})), bad, "prompts.set"),
        (pair(json!({})), bad, "prompts[0].corrupted"),
        (pair(json!({"corrupted": "The film was really awful. It was"})), bad, "prompts[0].corrupted"),
        (pair(json!({"corrupted": "The film was great. It was"})), bad, "prompts[0].corrupted"),
        (with("/prompts/0/positions", json!({"S1": 999})), bad, "prompts[0].positions"),
        (with("/prompts/0/positions", json!({"end": 0})), bad, "prompts[0].positions"),
    ])
    .await;
}

#[tokio::test]
async fn options_out_of_range() {
    let bad = StatusCode::UNPROCESSABLE_ENTITY;
    let mut several = with("/analysis", json!({"kind": "prompt_test"}));
    several["prompts"][1]["answer"] = json!("word ".repeat(400));
    let mut many = with("/analysis", json!({"kind": "prompt_test", "top_k": 2_048}));
    many["prompts"] = json!(vec![json!({"text": "a"}); 200]);
    check(vec![
        (with("/analysis", json!({"kind": "prompt_test", "top_k": 0})), bad, "analysis.top_k"),
        (with("/analysis", json!({"kind": "prompt_test", "top_k": 99_999_999})), bad, "analysis.top_k"),
        (several, bad, "prompts[1].answer"),
        (with("/analysis", json!({"kind": "attention", "prompt": 2})), bad, "analysis.prompt"),
        (with("/analysis", json!({"kind": "attention", "size": 0})), bad, "analysis.size"),
        (with("/analysis", json!({"kind": "logit_lens", "prompt": 2})), bad, "analysis.prompt"),
        (with("/analysis", json!({"kind": "logit_lens", "top_k": 0})), bad, "analysis.top_k"),
        (many, bad, "over the limit"),
        (with("/analysis", json!({"kind": "neurons", "layer": 4})), bad, "analysis.layer"),
        (with("/analysis", json!({"kind": "neurons", "layer": 0, "prompt": 2})), bad, "analysis.prompt"),
        (with("/analysis", json!({"kind": "neurons", "layer": 0, "top_k": 99_999})), bad, "neurons"),
        (with("/analysis", json!({"kind": "position_attribution", "prompt": 2})), bad, "analysis.prompt"),
    ])
    .await;
}

#[tokio::test]
async fn kinds_about_heads() {
    let bad = StatusCode::UNPROCESSABLE_ENTITY;
    let of_weights = |analysis: serde_json::Value| {
        let mut experiment = with("/prompts", json!([]));
        experiment["analysis"] = analysis;
        experiment
    };
    let detect = |options: serde_json::Value, text: &str| {
        let mut experiment = with("/analysis", options);
        experiment["prompts"] = json!([{"text": "the film the film"}, {"text": text}]);
        experiment
    };
    check(vec![
        (with("/analysis", json!({"kind": "head_circuit", "layer": 0, "head": 0})), bad, "prompts"),
        (with("/analysis", json!({"kind": "composition"})), bad, "leave `prompts` an empty list"),
        (of_weights(json!({"kind": "head_circuit", "layer": 4, "head": 0})), bad, "analysis.layer"),
        (of_weights(json!({"kind": "head_circuit", "layer": 0, "head": 8})), bad, "analysis.head"),
        (
            of_weights(json!({"kind": "head_circuit", "layer": 0, "head": 0, "top_k": 0})),
            bad,
            "analysis.top_k",
        ),
        (of_weights(json!({"kind": "detect_heads"})), bad, "there are no prompts"),
        (detect(json!({"kind": "detect_heads"}), ""), bad, "prompts[1].text"),
        (
            detect(json!({"kind": "detect_heads", "exclude_bos": true, "exclude_current_token": true}), "a"),
            bad,
            "at least 3",
        ),
        (detect(json!({"kind": "detect_heads", "pattern": []}), "a film"), bad, "analysis.pattern"),
        (
            detect(json!({"kind": "detect_heads", "pattern": "induction"}), "a film"),
            StatusCode::BAD_REQUEST,
            "induction_head",
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_cannot_be_generated() {
    let bad = StatusCode::UNPROCESSABLE_ENTITY;
    let with = |options: Value| {
        let mut analysis = options;
        analysis["kind"] = json!("generate");
        with("/analysis", analysis)
    };
    let changed =
        |change: Value| with(json!({"interventions": [{"site": "z", "layer": 0, "method": "zero"}, change]}));
    let steered = |steer: Value| with(json!({"steer": steer}));
    check(vec![
        (with(json!({"max_tokens": 0})), bad, "analysis.max_tokens"),
        (with(json!({"max_tokens": 99_999})), bad, "ask for at most"),
        (with(json!({"temperature": -1.0})), bad, "analysis.temperature"),
        (with(json!({"top_k": 0})), bad, "analysis.top_k"),
        (changed(json!({"site": "z", "layer": 4, "method": "zero"})), bad, "analysis.interventions[1].layer"),
        (
            changed(json!({"site": "z", "layer": 0, "head": 8, "method": "zero"})),
            bad,
            "interventions[1].head",
        ),
        (
            changed(json!({"site": "mlp_out", "layer": 0, "head": 0, "method": "zero"})),
            bad,
            "interventions[1].head",
        ),
        (
            changed(json!({"site": "z", "layer": 0, "neuron": 0, "method": "zero"})),
            bad,
            "interventions[1].neuron",
        ),
        (
            changed(json!({"site": "mlp_post", "layer": 0, "neuron": 99_999, "method": "mean"})),
            bad,
            "interventions[1].neuron",
        ),
        (
            changed(json!({"site": "z", "layer": 0, "position": 99_999, "method": "zero"})),
            bad,
            "interventions[1].position",
        ),
        (
            changed(json!({"site": "pattern", "layer": 0, "method": "zero"})),
            StatusCode::BAD_REQUEST,
            "unknown variant `pattern`",
        ),
        (
            steered(json!({"site": "resid_pre", "layer": 9, "positive": "a", "negative": "b"})),
            bad,
            "analysis.steer.layer",
        ),
        (
            steered(json!({"site": "resid_pre", "layer": 0, "positive": "a", "negative": "a"})),
            bad,
            "analysis.steer.negative",
        ),
        (
            steered(json!({"site": "resid_pre", "layer": 0, "positive": "a b c", "negative": "a",
                           "positions": "front"})),
            bad,
            "same number",
        ),
    ])
    .await;
}

#[tokio::test]
async fn folders_outside_the_models_folder() {
    let outside = tempfile::tempdir().unwrap();
    let model = copy_model(outside.path(), "secret");
    let root = tempfile::tempdir().unwrap();
    copy_model(root.path(), "mine");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&model, root.path().join("link")).unwrap();
    let folder = root.path().to_owned();
    let bench = Bench::with(|settings| settings.models.push(folder)).await;
    let up = format!("../{}/secret", outside.path().file_name().unwrap().to_str().unwrap());
    for name in [model.to_str().unwrap(), &up, "mine/../../x", "link", "/", ".."] {
        let body = with("/model", json!(name)).to_string();
        refused(&bench, body, StatusCode::UNPROCESSABLE_ENTITY, "--models").await;
    }
    bench.complete(&with("/model", json!("mine"))).await;
    let names: Vec<_> =
        bench.json("/api/models").await.as_array().unwrap().iter().map(|m| m["name"].clone()).collect();
    assert_eq!(names, ["demo", "demo-negative", "mine"]);
    bench.stop().await;
}

#[tokio::test]
async fn a_body_of_50_megabytes() {
    let bench = Bench::new().await;
    let prompt = format!(r#"{{"text":"{}"}}"#, "a".repeat(50 << 20));
    let body = format!(r#"{{"model":"demo","prompts":[{prompt}],"analysis":{{"kind":"attribution"}}}}"#);
    refused(&bench, body, StatusCode::PAYLOAD_TOO_LARGE, "larger").await;
    bench.complete(&experiment(1)).await;
    bench.stop().await;
}
