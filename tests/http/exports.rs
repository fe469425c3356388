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
    let escaped = name.replace('%', "%25").replace('/', "%2F").replace(' ', "%20").replace('?', "%3F");
    escaped.replace('<', "%3C").replace('>', "%3E")
}

/// Experiments of every kind.
fn every_kind() -> Vec<Value> {
    let mut odd = experiment(8);
    odd["prompts"][0]["group"] = json!("a/b <c>? 100%");
    let with = |analysis: Value| {
        let mut experiment = experiment(7);
        experiment["analysis"] = analysis;
        experiment
    };
    let others = [
        json!({"kind": "activations", "sites": ["all"]}),
        json!({"kind": "attention", "prompt": 1}),
        json!({"kind": "detect_heads", "copying_score": true}),
        json!({"kind": "logit_lens"}),
        json!({"kind": "neurons", "layer": 1}),
        json!({"kind": "position_attribution"}),
        json!({"kind": "prompt_test"}),
        json!({"kind": "generate", "max_tokens": 2,
               "interventions": [{"site": "z", "layer": 1, "head": 2, "method": "mean"}]}),
    ];
    let of_weights = [json!({"kind": "head_circuit", "layer": 1, "head": 6}), json!({"kind": "composition"})];
    let without_prompts = |analysis: Value| {
        let mut experiment = with(analysis);
        experiment["prompts"] = json!([]);
        experiment
    };
    let all = [odd, head(7)].into_iter().chain(others.map(with));
    all.chain(of_weights.map(without_prompts)).collect()
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

            let svg = bench.get(&file("svg")).await;
            assert_eq!(svg.headers()["content-type"], "image/svg+xml", "{name}");
            let svg = svg.text().await.unwrap();
            assert!(
                svg.starts_with("<svg ") && svg.ends_with("</svg>") && svg.contains("<text"),
                "{name}: {svg}"
            );
            // as a number, in an attribute or a text; tokens may have these letters
            let bad = ["NaN\"", "NaN<", "inf\"", "inf<", "<script"];
            assert!(!bad.iter().any(|bad| svg.contains(bad)), "{name}: {svg}");
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
            assert_eq!(cell.parse::<f32>().unwrap().to_bits(), one.y[i].to_bits(), "{label} {}", one.name);
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

#[tokio::test]
async fn a_result_is_one_file_that_asks_nobody_for_anything() {
    let bench = Bench::new().await;
    for experiment in every_kind() {
        let (id, events) = bench.complete(&experiment).await;
        let response = bench.get(&format!("/api/results/{id}/page.html")).await;
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("script-src"), "{policy}");
        let html = response.text().await.unwrap();
        assert_eq!(html.matches("<svg ").count(), figures(&events).len());
        assert_eq!(
            html.matches("<summary>The same with TransformerLens</summary>").count(),
            figures(&events).len()
        );
        for forbidden in ["<script", "<link", " src=", "url(", "@import", "a/b <c>"] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        assert!(html.contains("lang=\"en\"") && html.contains(&id));
    }
    bench.stop().await;
}

#[tokio::test]
async fn only_a_figures_frame_may_stand_in_other_sites() {
    let bench = Bench::new().await;
    let (id, _) = bench.complete(&experiment(1)).await;
    let frame = bench.get(&format!("/embed/{id}?figure=logit_lens&theme=dark")).await;
    assert_eq!(frame.status(), StatusCode::OK);
    let policy = frame.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors *") && policy.contains("default-src 'none'"), "{policy}");
    assert!(!frame.headers().contains_key("x-frame-options"));
    assert_eq!(frame.headers()["cross-origin-resource-policy"], "cross-origin");
    let html = frame.text().await.unwrap();
    assert!(html.contains("<svg ") && html.contains(&format!("/r/{id}")), "{html}");

    let missing = bench.get(&format!("/embed/{id}?figure=nothing")).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    for path in
        [format!("/api/results/{id}/page.html"), format!("/embed/{id}?figure=nothing"), "/".to_owned()]
    {
        let response = bench.get(&path).await;
        assert_eq!(response.headers()["x-frame-options"], "DENY", "{path}");
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_picture_has_the_colours_asked_for() {
    let bench = Bench::new().await;
    let (id, _) = bench.complete(&experiment(1)).await;
    let svg = async |query: &str| {
        bench.text(&format!("/api/results/{id}/figures/head_attribution.svg{query}")).await
    };
    let (light, dark) = (svg("").await, svg("?theme=dark").await);
    let safe = svg("?colors=orange-purple&theme=auto").await;
    assert!(light.contains(".paper{fill:#ffffff}") && !light.contains("prefers-color-scheme"));
    assert!(dark.contains(".paper{fill:#121418}") && !dark.contains(".paper{fill:#ffffff}"));
    assert!(safe.contains("prefers-color-scheme:dark") && safe != light);
    let wrong = bench.get(&format!("/api/results/{id}/figures/head_attribution.svg?theme=blue")).await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    bench.stop().await;
}

#[tokio::test]
async fn an_attribution_is_an_equation() {
    let bench = Bench::new().await;
    let (id, events) = bench.complete(&experiment(1)).await;
    let text = bench.text(&format!("/api/results/{id}/equation.txt")).await;
    assert!(text.starts_with("logit(“ great”) − logit(“ awful”), mean over 2 prompts, = "), "{text}");
    let figures = figures(&events);
    let model::wire::FigureData::Scalars { values } =
        &figures.iter().find(|figure| figure.name == "summary").unwrap().data
    else {
        panic!("no scalars")
    };
    for name in ["mean_logit_diff", "heads", "mlps", "biases", "embed"] {
        let shown = format!("{:.4}", values[name].unwrap().abs());
        assert!(text.contains(&shown), "{name} {shown}: {text}");
    }
    let (other, _) = bench.complete(&head(1)).await;
    let response = bench.get(&format!("/api/results/{other}/equation.txt")).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    bench.stop().await;
}
