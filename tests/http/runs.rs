//! Runs: following them, sharing them, giving them up.

use crate::harness::{Bench, experiment, head, long_experiment, parse};
use model::wire::{Event, EventBody, Figure, FigureData};
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test]
async fn a_run_starts_shows_figures_and_is_done() {
    let bench = Bench::new().await;
    let (id, lines) = bench.complete(&experiment(1)).await;
    let events = parse(&lines);
    let EventBody::Started(started) = &events[0].body else { panic!("{lines}") };
    assert_eq!((events[0].seq, &started.id, started.prompts.len()), (0, &id, 2));
    let figures: Vec<&Figure> = events
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::Figure(figure) => Some(figure),
            _ => None,
        })
        .collect();
    for name in
        ["logit_diff", "summary", "logit_lens", "layer_attribution", "head_attribution:a", "bias_attribution"]
    {
        assert!(figures.iter().any(|figure| figure.name == name), "{name}");
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_run_in_bf16_is_another_one_and_says_so() {
    let bench = Bench::new().await;
    let exact = experiment(1);
    let mut rounded = exact.clone();
    rounded["precision"] = json!("bf16");
    let mut explicit = exact.clone();
    explicit["precision"] = json!("f32");
    let (exact_id, exact_events) = bench.complete(&exact).await;
    let (id, events) = bench.complete(&rounded).await;
    assert_ne!(id, exact_id);
    assert_eq!(bench.complete(&explicit).await.0, exact_id, "f32 is the default");
    let started = |lines: &str| match &parse(lines)[0].body {
        EventBody::Started(started) => started.model.dtype.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!((started(&exact_events), started(&events)), ("f32".to_owned(), "bf16".to_owned()));
    let stored = bench.json(&format!("/api/results/{id}")).await;
    assert_eq!(
        (&stored["experiment"]["precision"], &stored["model"]["dtype"]),
        (&json!("bf16"), &json!("bf16"))
    );

    // each is a model of its own in memory
    let loaded = bench.json("/api/models").await[0]["loaded"].clone();
    let precisions: Vec<_> = loaded.as_array().unwrap().iter().map(|model| &model["precision"]).collect();
    assert_eq!(precisions, [&json!(null), &json!("bf16")]);
    bench.stop().await;
}

#[tokio::test]
async fn a_stream_is_the_same_live_resumed_stored_and_in_frames() {
    let bench = Bench::new().await;
    let (id, live) = bench.complete(&experiment(1)).await;
    assert_eq!(bench.events(&id, 0).await, live, "stored");
    for from in [1, 3, parse(&live).len() - 1, parse(&live).len(), 1_000_000] {
        let rest: String = live.split_inclusive('\n').skip(from).collect();
        assert_eq!(bench.events(&id, from as u64).await, rest, "from {from}");
        assert_eq!(bench.frames(&id, from as u64).await, parse(&rest), "frames from {from}");
    }
    bench.stop().await;
}

#[tokio::test]
async fn patterns_come_in_half_precision_to_those_who_only_draw() {
    let bench = Bench::new().await;
    let mut asked = experiment(1);
    asked["analysis"] = json!({"kind": "attention"});
    let (id, _) = bench.complete(&asked).await;
    let whole = bench.frames(&id, 0).await;
    let accept = "application/json, application/vnd.hooklens.frames;precision=half";
    let half = bench.frames_as(accept, &id, 0).await;
    assert_eq!(whole.len(), half.len());
    let patterns = |events: &[Event]| -> Vec<f32> {
        events.iter().filter_map(tensor).flatten().filter(|weight| !weight.is_nan()).collect()
    };
    let (exact, drawn) = (patterns(&whole), patterns(&half));
    assert_eq!(exact.len(), drawn.len());
    assert_ne!(exact, drawn, "nothing was rounded");
    let worst = exact.iter().zip(&drawn).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(worst <= 2.5e-4, "a weight is off by {worst}");
    bench.stop().await;
}

fn tensor(event: &Event) -> Option<Vec<f32>> {
    match &event.body {
        EventBody::Figure(Figure { data: FigureData::Tensor { values, .. }, .. }) => Some(values.to_vec()),
        _ => None,
    }
}

#[tokio::test]
async fn a_run_says_what_it_computes_while_it_lives_and_after() {
    let bench = Bench::new().await;
    let blockers = bench.occupy().await;
    let (id, _) = bench.start(&experiment(1)).await;
    let live = bench.json(&format!("/api/runs/{id}")).await;
    assert_eq!(live["id"], id.as_str());
    assert_eq!(live["experiment"]["prompts"], experiment(1)["prompts"]);
    bench.free(&blockers).await;
    bench.events(&id, 0).await;
    let stored = bench.json(&format!("/api/results/{id}")).await;
    assert_eq!(live["experiment"], stored["experiment"]);
    assert_eq!(bench.json(&format!("/api/runs/{id}")).await, live);
    bench.stop().await;
}

#[tokio::test]
async fn a_stream_broken_off_is_resumed_while_the_run_lives() {
    let bench = Bench::new().await;
    let blockers = bench.occupy().await;
    let (id, _) = bench.start(&experiment(1)).await;
    let mut broken = bench.get(&format!("/api/runs/{id}/events")).await;
    let first = broken.chunk().await.unwrap().unwrap();
    let seen = String::from_utf8(first.to_vec()).unwrap();
    drop(broken);
    bench.free(&blockers).await;
    let seen = &seen[..=seen.rfind('\n').unwrap()];
    let rest = bench.events(&id, seen.lines().count() as u64).await;
    assert_eq!(format!("{seen}{rest}"), bench.events(&id, 0).await);
    assert!(rest.contains(r#""event":"done""#), "a broken stream does not cancel: {rest}");
    bench.stop().await;
}

#[tokio::test]
async fn two_askers_share_a_run_until_the_last_ticket_is_back() {
    let bench = Bench::new().await;
    let blockers = bench.occupy().await;
    let (id, first) = bench.start(&experiment(1)).await;
    let (same, second) = bench.start(&experiment(1)).await;
    assert_eq!(id, same);
    assert_ne!(first, second);
    assert_eq!(bench.give_up(&id, &first).await, StatusCode::NO_CONTENT);
    assert_eq!(bench.give_up(&id, &first).await, StatusCode::NOT_FOUND);
    bench.free(&blockers).await;
    assert!(bench.events(&id, 0).await.contains(r#""event":"done""#));
    assert_eq!(bench.give_up(&id, &second).await, StatusCode::NO_CONTENT, "what has ended is left as it is");
    bench.stop().await;
}

#[tokio::test]
async fn a_run_given_up_ends_as_cancelled_and_can_be_asked_for_again() {
    let bench = Bench::new().await;
    let blockers = bench.occupy().await;
    let (id, ticket) = bench.start(&experiment(1)).await;
    assert_eq!(bench.give_up(&id, &ticket).await, StatusCode::NO_CONTENT);
    let EventBody::Error(failure) = parse(&bench.events(&id, 0).await).pop().unwrap().body else {
        panic!("not an error")
    };
    assert_eq!(failure.code, "cancelled");
    assert_eq!(bench.get(&format!("/api/results/{id}")).await.status(), StatusCode::NOT_FOUND);
    bench.free(&blockers).await;
    assert_eq!(bench.complete(&experiment(1)).await.0, id);
    bench.stop().await;
}

#[tokio::test]
async fn a_run_given_up_and_asked_for_at_once_starts_anew() {
    let bench = Bench::new().await;
    let blockers = bench.occupy().await;
    let (id, first) = bench.start(&experiment(1)).await;
    assert_eq!(bench.give_up(&id, &first).await, StatusCode::NO_CONTENT);
    let (same, second) = bench.start(&experiment(1)).await;
    assert_eq!(id, same);
    assert!(first != second && !second.is_empty());
    bench.free(&blockers).await;
    assert!(bench.events(&id, 0).await.contains(r#""event":"done""#));
    assert_eq!(bench.start(&experiment(1)).await, (id, String::new()));
    bench.stop().await;
}

#[tokio::test]
async fn a_known_result_needs_no_run() {
    let bench = Bench::new().await;
    let (id, _) = bench.complete(&experiment(1)).await;
    assert_eq!(bench.start(&experiment(1)).await, (id, String::new()));
    bench.stop().await;
}

#[tokio::test]
async fn a_waiting_run_says_how_many_are_ahead_and_a_head_does_not_wait() {
    let bench = Bench::new().await;
    let blockers = bench.occupy().await;
    let (waiting, _) = bench.start(&experiment(1)).await;
    bench.complete(&head(1)).await;
    bench.free(&blockers).await;
    let lines = bench.events(&waiting, 0).await;
    let said = parse(&lines).into_iter().find_map(|event| match event.body {
        EventBody::Progress(progress) if progress.unit == "runs ahead" => {
            Some((progress.done, progress.total))
        }
        _ => None,
    });
    assert_eq!(said, Some((0, 4)), "{lines}");
    bench.stop().await;
}

#[tokio::test]
async fn a_full_queue_is_busy_and_says_when_to_come_back() {
    let bench = Bench::with(|settings| settings.queue_bound = 1).await;
    let mut tickets = Vec::new();
    let refused = loop {
        let response = bench.post("/api/runs", long_experiment(tickets.len()).to_string()).await;
        if response.status() != StatusCode::OK {
            break response;
        }
        tickets.push(response.text().await.unwrap());
        assert!(tickets.len() < 9, "the queue never fills");
    };
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(refused.json::<serde_json::Value>().await.unwrap()["code"], "busy");
    bench.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_missing() {
    let bench = Bench::new().await;
    for path in [
        "/api/runs/nope",
        "/api/runs/nope/events",
        "/api/results/nope",
        "/api/results/nope/activations.safetensors",
    ] {
        let response = bench.get(path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(response.json::<serde_json::Value>().await.unwrap()["code"], "not_found");
    }
    assert_eq!(bench.give_up("nope", "nope").await, StatusCode::NOT_FOUND);
    for path in ["/api/runs/nope/events?from=-1", "/api/runs/nope/events?from=soon"] {
        let response = bench.get(path).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(response.json::<serde_json::Value>().await.unwrap()["code"], "bad_request");
    }
    let response = bench.request(Method::DELETE, "/api/runs/nope").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    bench.stop().await;
}

#[tokio::test]
async fn checking_says_what_would_run_and_runs_nothing() {
    let bench = Bench::new().await;
    let mut experiment = experiment(1);
    let response = bench.post("/api/check", experiment.to_string()).await;
    let checked: serde_json::Value = response.json().await.unwrap();
    assert_eq!(checked["problems"], json!([]));
    let id = checked["id"].as_str().unwrap();
    assert_eq!(bench.get(&format!("/api/runs/{id}/events")).await.status(), StatusCode::NOT_FOUND);

    experiment["prompts"][1]["answer"] = json!(" great film");
    experiment["analysis"] = json!({"kind": "head", "layer": 99, "head": 0});
    let response = bench.post("/api/check", experiment.to_string()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let checked: serde_json::Value = response.json().await.unwrap();
    assert_eq!(checked["id"], json!(null));
    let fields: Vec<_> = checked["problems"].as_array().unwrap().iter().map(|p| &p["field"]).collect();
    assert_eq!(fields, [&json!("prompts[1].answer"), &json!("analysis.layer")]);
    bench.stop().await;
}
