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
async fn twins_that_patches_need() {
    let patch = json!([{"site": "z", "layer": 0, "method": "patch"}]);
    let intervene = json!({"kind": "intervene", "interventions": patch});
    let generate = json!({"kind": "generate", "interventions": patch});
    let mut longer = pair();
    longer["corrupted"] = json!("When Mary and John went to the big store, Mary gave a drink to");
    check(&[
        (of(&[pair(), without(pair(), "corrupted")], &intervene), "prompts[1].corrupted", "intervene"),
        (of(&[without(pair(), "corrupted")], &generate), "prompts[0].corrupted", "as many tokens"),
        (of(&[longer], &generate), "prompts[0].corrupted", "tokens"),
    ])
    .await;
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
async fn years_that_are_none() {
    let measured = json!({"kind": "ablation", "site": "z", "method": "zero", "metric": "later_years"});
    let year = |answer: &str, named: usize| {
        json!({
            "text": "The war lasted from the year 17 32 to the year 17", "answer": answer,
            "positions": {"YY": named},
        })
    };
    check(&[
        (
            of(&[without(year(" 45", 33), "positions")], &measured),
            "prompts[0].positions",
            "name its last two digits",
        ),
        (of(&[year(" 45", 5)], &measured), "prompts[0].positions", "no year of two digits"),
        (of(&[year(" Mary", 33)], &measured), "prompts[0].answer", "years of two digits"),
    ])
    .await;
}

#[tokio::test]
async fn estimates_of_what_cannot_be_patched_or_has_no_slope() {
    let estimate = |options: Value| {
        let mut analysis = json!({"kind": "attribution_patching", "site": "z"});
        analysis.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        analysis
    };
    let kl = json!({"metric": "kl", "direction": "corrupted_into_clean"});
    check(&[
        (
            of(&[without(pair(), "corrupted")], &estimate(json!({}))),
            "prompts[0].corrupted",
            "add a `corrupted`",
        ),
        (of(&[without(pair(), "answer")], &estimate(json!({}))), "prompts[0].answer", "add an `answer`"),
        (of(&[pair()], &estimate(json!({"site": "resid_mid"}))), "analysis.site", "parallel"),
        (of(&[pair()], &estimate(json!({"positions": ["S2"]}))), "analysis.positions", "by_position"),
        (of(&[pair()], &estimate(kl)), "analysis.metric", "every slope there is 0"),
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
    let neurons = |options: Value| {
        let mut analysis = json!({"kind": "ablation", "method": "zero"});
        analysis.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        of(&[pair()], &analysis)
    };
    check(&[
        (patching(json!({"site": "resid_mid"})), "analysis.site", "parallel"),
        (patching(json!({"site": ["z", "z"]})), "analysis.site", "twice"),
        (patching(json!({"positions": ["S3"]})), "analysis.positions", "no position `S3`; it has S2, end"),
        (patching(json!({"positions": []})), "analysis.positions", "empty list"),
        (patching(json!({"site": "z", "positions": ["S2"]})), "analysis.positions", "by_position"),
        (to(json!({"site": "q", "layer": 0, "head": 1})), "analysis.receiver", "before every sender"),
        (to(json!({"site": "k", "layer": 9, "head": 1})), "analysis.receiver", "there are 4 layers"),
        (to(json!({"site": "mlp_pre", "layer": 4})), "analysis.receiver", "there are 4 layers"),
        (to(json!({"site": "resid_mid", "layer": 2})), "analysis.receiver", "parallel"),
        // its block is parallel: the attention of the same layer comes too late
        (to(json!({"site": "mlp_pre", "layer": 0})), "analysis.receiver", "`L0_mlp_pre` comes before every sender"),
        (
            to(json!([{"site": "resid_post", "layer": 3}, {"site": "q", "layer": 2, "head": 1}])),
            "analysis.receiver",
            "`L3_resid_post` cannot be one receiver of several",
        ),
        (
            of(
                &[pair()],
                &json!({"kind": "path_patching", "receiver": {"site": "logits"}, "sender": ["z", "resid_mid"]}),
            ),
            "analysis.sender",
            "parallel",
        ),
        (to(json!({"site": "v", "layer": 1, "head": 8})), "analysis.receiver", "there are 8 heads"),
        (
            to(json!([{"site": "logits"}, {"site": "q", "layer": 2, "head": 1}])),
            "analysis.receiver",
            "ask for it alone",
        ),
        (neurons(json!({"site": "neuron"})), "analysis.layer", "one layer at a time"),
        (neurons(json!({"site": "neuron", "layer": 4})), "analysis.layer", "there are 4 layers"),
        (neurons(json!({"site": "z", "layer": 1})), "analysis.layer", "every layer"),
        (ablation(std::slice::from_ref(&alone), "resample"), "prompts", "add twins"),
        (ablation(&[alone, pair()], "resample"), "prompts", "1 of 2 prompts"),
    ])
    .await;
}
