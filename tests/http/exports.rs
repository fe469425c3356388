//! What a result becomes when it leaves: code, tables, a notebook.

use crate::harness::{Bench, experiment, head, parse};
use model::wire::{EventBody, Figure};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// The last of every figure in a stream.
fn figures(events: &str) -> Vec<Figure> {
    let mut figures: Vec<Figure> = Vec::new();
    for event in parse(events) {
        if let EventBody::Figure(figure) = event.body {
            figures.retain(|old| (&old.name, old.prompt) != (&figure.name, figure.prompt));
            figures.push(figure);
        }
    }
    figures
}

fn encoded(name: &str) -> String {
    name.replace('%', "%25").replace('/', "%2F").replace(' ', "%20").replace('?', "%3F")
}

/// Experiments of every kind.
fn every_kind() -> [Value; 3] {
    let mut activations = experiment(7);
    activations["analysis"] = json!({"kind": "activations", "sites": ["all"]});
    let mut odd = experiment(8);
    odd["prompts"][0]["group"] = json!("a/b c? 100%");
    [odd, head(7), activations]
}

#[tokio::test]
async fn every_figure_leaves_as_code_and_as_files() {
    let bench = Bench::new().await;
    for experiment in every_kind() {
        let (id, events) = bench.complete(&experiment).await;
        for figure in figures(&events) {
            let (name, prompt) = (encoded(&figure.name), figure.prompt);
            let prompt = |sign| prompt.map(|number| format!("{sign}prompt={number}")).unwrap_or_default();
            let code =
                bench.get(&format!("/api/results/{id}/transformerlens?figure={name}{}", prompt('&'))).await;
            assert_eq!(code.status(), StatusCode::OK, "{name}");
            assert_eq!(code.headers()["content-type"], "text/x-python; charset=utf-8");
            assert!(code.text().await.unwrap().contains("HookedTransformer"), "{name}");

            let file = |ending| format!("/api/results/{id}/figures/{name}.{ending}{}", prompt('?'));
            let stored: Figure = serde_json::from_value(bench.json(&file("json")).await).unwrap();
            assert_eq!(stored, figure);
            let (tsv, csv) = (bench.text(&file("tsv")).await, bench.text(&file("csv")).await);
            assert_eq!(tsv.lines().count(), csv.matches("\r\n").count(), "{name}");
            assert!(tsv.lines().count() > 1, "{name}");
        }
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_table_has_the_numbers_of_its_figure() {
    let bench = Bench::new().await;
    let (id, events) = bench.complete(&experiment(1)).await;
    let figures = figures(&events);
    let model::wire::FigureData::Line { x, series } =
        &figures.iter().find(|figure| figure.name == "layer_attribution").unwrap().data
    else {
        panic!("not a line")
    };
    let csv = bench.text(&format!("/api/results/{id}/figures/layer_attribution.csv")).await;
    let mut lines = csv.lines();
    assert_eq!(lines.next().unwrap(), ",mean,stderr,group:a");
    for (i, (line, label)) in lines.zip(x).enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells[0], label);
        for (cell, one) in cells[1..].iter().zip(series) {
            assert_eq!(cell.parse::<f32>().unwrap(), one.y[i], "{label} {}", one.name);
        }
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_notebook_holds_the_question_the_code_and_the_numbers() {
    let bench = Bench::new().await;
    for experiment in every_kind() {
        let (id, events) = bench.complete(&experiment).await;
        let response = bench.get(&format!("/api/results/{id}/notebook.ipynb")).await;
        assert_eq!(response.headers()["content-type"], "application/x-ipynb+json");
        assert!(response.headers()["content-disposition"].to_str().unwrap().contains(".ipynb"));
        let notebook: Value = response.json().await.unwrap();
        assert_eq!((&notebook["nbformat"], &notebook["nbformat_minor"]), (&json!(4), &json!(5)));
        let cells = notebook["cells"].as_array().unwrap();
        let ids: std::collections::BTreeSet<&str> =
            cells.iter().map(|cell| cell["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), cells.len(), "ids are unique");
        let with_output = cells.iter().filter(|cell| cell["outputs"][0]["data"]["text/plain"].is_array());
        assert_eq!(with_output.count(), figures(&events).len());
        assert!(cells[0]["source"].to_string().contains(&format!("/r/{id}")));
    }
    bench.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_said_with_what_is() {
    let bench = Bench::new().await;
    let (id, _) = bench.complete(&experiment(1)).await;
    for (path, words) in [
        (format!("/api/results/{id}/transformerlens?figure=nothing"), "`logit_lens`"),
        (format!("/api/results/{id}/transformerlens?figure=logit_lens&prompt=1"), "`logit_lens`"),
        (format!("/api/results/{id}/figures/nothing.csv"), "`logit_lens`"),
        (format!("/api/results/{id}/figures/logit_lens.xls"), ".csv"),
        (format!("/api/results/{id}/figures/logit_lens"), ".csv"),
        ("/api/results/abc/notebook.ipynb".to_owned(), "POST its experiment"),
    ] {
        let response = bench.get(&path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        let body = response.text().await.unwrap();
        assert!(body.contains(words), "{path}: {body}");
    }
    let without = bench.get(&format!("/api/results/{id}/transformerlens")).await;
    assert_eq!(without.status(), StatusCode::BAD_REQUEST);
    bench.stop().await;
}
