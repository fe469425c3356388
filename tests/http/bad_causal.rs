//! What can be wrong with a causal experiment: found before anything is computed, said where it is.

use crate::harness::{Bench, experiment};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// A pair of one length, with a named position.
fn pair() -> Value {
    json!({
        "text": "When Mary and John went to the store, John gave a drink to",
        "corrupted": "When Mary and John went to the store, Mary gave a drink to",
        "answer": " Mary", "distractor": " John",
        "positions": {"S2": 41},
    })
}

fn without(mut prompt: Value, field: &str) -> Value {
    prompt.as_object_mut().unwrap().remove(field);
    prompt
}

fn of(prompts: &[Value], analysis: &Value) -> Value {
    json!({"model": "demo", "prompts": prompts, "analysis": analysis})
}

/// Asserts that each is refused with a problem about that field which has those words, and that the server goes on.
async fn check(cases: &[(Value, &str, &str)]) {
    let bench = Bench::new().await;
    for (body, field, words) in cases {
        let response = bench.post("/api/runs", body.to_string()).await;
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{}: {text}", body["analysis"]);
        let error: Value = serde_json::from_str(&text).unwrap();
        let problems = error["problems"].as_array().unwrap();
        let about = |problem: &&Value| problem["field"] == *field;
        let found = problems.iter().find(about).unwrap_or_else(|| panic!("{field}: {text}"));
        assert!(found["message"].as_str().unwrap().contains(words), "{words}: {text}");
    }
    bench.complete(&experiment(1)).await;
    bench.stop().await;
}

#[tokio::test]
async fn pairs_that_cannot_be_patched() {
    let patching = |site: &str| json!({"kind": "activation_patching", "site": site});
    let mut same = pair();
    same["corrupted"] = same["text"].clone();
    let mut longer = pair();
    longer["corrupted"] = json!("When Mary and John went to the big store, Mary gave a drink to");
    let other_length = json!({
        "text": "Mary and John met. John gave it to", "corrupted": "Mary and John met. Mary gave it to",
        "answer": " Mary", "distractor": " John",
    });
    check(&[
        (
            of(&[pair(), without(pair(), "corrupted")], &patching("z")),
            "prompts[1].corrupted",
            "add a `corrupted`",
        ),
        (of(&[longer], &patching("z")), "prompts[0].corrupted", "token for token"),
        (of(&[same], &patching("z")), "prompts[0].corrupted", "the same tokens"),
        (of(&[pair(), other_length], &patching("resid_pre")), "prompts", "do not correspond"),
        (of(&[without(pair(), "answer")], &patching("z")), "prompts[0].answer", "add an `answer`"),
        (
            of(
                &[without(pair(), "distractor")],
                &json!({"kind": "activation_patching", "site": "z", "metric": "probability_diff"}),
            ),
            "prompts[0].distractor",
            "probability_diff",
        ),
    ])
    .await;
}

#[tokio::test]
async fn options_that_this_model_or_these_prompts_do_not_have() {
    let patching = |options: Value| {
        let mut analysis = json!({"kind": "activation_patching", "site": "resid_pre"});
        analysis.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        of(&[pair()], &analysis)
    };
    let to = |receiver: Value| of(&[pair()], &json!({"kind": "path_patching", "receiver": receiver}));
    let alone = without(pair(), "corrupted");
    let ablation = |prompts: &[Value], method: &str| {
        of(prompts, &json!({"kind": "ablation", "site": "z", "method": method}))
    };
    check(&[
        (patching(json!({"site": "resid_mid"})), "analysis.site", "parallel"),
        (patching(json!({"site": ["z", "z"]})), "analysis.site", "twice"),
        (patching(json!({"positions": ["S3"]})), "analysis.positions", "no position `S3`; it has S2, end"),
        (patching(json!({"positions": []})), "analysis.positions", "empty list"),
        (patching(json!({"site": "z", "positions": ["S2"]})), "analysis.positions", "by_position"),
        (to(json!({"site": "q", "layer": 0, "head": 1})), "analysis.receiver", "before every sender"),
        (to(json!({"site": "k", "layer": 9, "head": 1})), "analysis.receiver", "there are 4 layers"),
        (to(json!({"site": "v", "layer": 1, "head": 8})), "analysis.receiver", "there are 8 heads"),
        (
            to(json!([{"site": "logits"}, {"site": "q", "layer": 2, "head": 1}])),
            "analysis.receiver",
            "ask for them alone",
        ),
        (ablation(std::slice::from_ref(&alone), "resample"), "prompts", "add twins"),
        (ablation(&[alone, pair()], "resample"), "prompts", "1 of 2 prompts"),
    ])
    .await;
}
