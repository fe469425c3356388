//! What surrounds the interface: the page, security headers, health, documentation.

use crate::harness::{Bench, experiment};
use reqwest::{Method, StatusCode};
use serde_json::Value;

#[tokio::test]
async fn the_page_stands_at_the_root_and_at_links_to_results() {
    let bench = Bench::new().await;
    let index = bench.text("/").await;
    assert!(index.contains("<html"));
    assert_eq!(bench.text("/r/0123456789abcdef0123456789abcdef?head=2.5").await, index);
    assert_eq!(bench.get("/nothing/here").await.status(), StatusCode::NOT_FOUND);
    bench.stop().await;
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let bench = Bench::new().await;
    for path in ["/", "/r/abc", "/api/models", "/api/nothing", "/nothing"] {
        let response = bench.get(path).await;
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        let scripts = policy.split("; ").find(|directive| directive.starts_with("script-src")).unwrap();
        assert!(!scripts.contains("unsafe-inline") && !scripts.contains("'unsafe-eval'"), "{scripts}");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff", "{path}");
        assert!(response.headers().contains_key("cache-control"), "{path}");
    }
    bench.stop().await;
}

#[tokio::test]
async fn an_unknown_address_or_method_of_the_interface_is_answered_in_json() {
    let bench = Bench::new().await;
    for (method, path, status, code) in [
        (Method::GET, "/api/nothing", StatusCode::NOT_FOUND, "not_found"),
        (Method::POST, "/api/", StatusCode::NOT_FOUND, "not_found"),
        (Method::PUT, "/api/runs", StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
        (Method::GET, "/api/check", StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
    ] {
        let response = bench.request(method, path).send().await.unwrap();
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(response.json::<Value>().await.unwrap()["code"], code, "{path}");
    }
    bench.stop().await;
}

#[tokio::test]
async fn other_sites_are_kept_out() {
    let bench = Bench::new().await;
    let rebound = bench.request(Method::GET, "/api/models").header("host", "evil.example");
    assert_eq!(rebound.send().await.unwrap().status(), StatusCode::FORBIDDEN);
    let forged = bench.request(Method::POST, "/api/runs").header("origin", "http://evil.example");
    let response = forged.body(experiment(1).to_string()).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    bench.stop().await;
}

#[tokio::test]
async fn the_interface_documents_itself() {
    let bench = Bench::new().await;
    let document = bench.json("/api/openapi.json").await;
    for path in [
        "/api/runs",
        "/api/runs/{id}",
        "/api/runs/{id}/events",
        "/api/check",
        "/api/results/{id}",
        "/api/results/{id}/activations.safetensors",
        "/api/results/{id}/transformerlens",
        "/api/results/{id}/figures/{file}",
        "/api/results/{id}/notebook.ipynb",
        "/api/results/{id}/page.html",
        "/api/results/{id}/equation.txt",
        "/embed/{id}",
        "/api/models",
        "/api/sets",
        "/healthz",
    ] {
        assert!(document["paths"][path].is_object(), "{path}");
    }
    for schema in [
        "Experiment",
        "Event",
        "Figure",
        "StoredResult",
        "ApiError",
        "PromptTest",
        "Attention",
        "LogitLens",
        "Norm",
        "Neurons",
        "PositionAttribution",
    ] {
        assert!(document["components"]["schemas"][schema].is_object(), "{schema}");
    }
    bench.stop().await;
}

#[tokio::test]
async fn health_metrics_and_lists_answer() {
    let bench = Bench::new().await;
    assert_eq!(bench.text("/healthz").await, "ok\n");
    bench.complete(&experiment(1)).await;
    assert!(bench.text("/metrics").await.contains("hooklens_runs_total"));
    let models = bench.json("/api/models").await;
    assert_eq!(models[0]["name"], "demo");
    assert_eq!(models[0]["info"]["n_layers"], 4);
    assert_eq!(bench.json("/api/sets").await[0]["name"], "movie-sentiment");
    bench.stop().await;
}
