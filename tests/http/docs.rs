//! The documentation that the server carries.

use crate::harness::Bench;
use reqwest::StatusCode;
use serde_json::Value;
use std::collections::BTreeSet;

/// Every value under `"kind"` that an experiment's analysis may have, from the interface's own description.
fn kinds(document: &Value) -> BTreeSet<String> {
    let variants = document["components"]["schemas"]["Analysis"]["oneOf"].as_array().unwrap();
    let text = serde_json::to_string(variants).unwrap();
    // the tag of a variant: {"kind": {"type": "string", "enum": ["attribution"]}}
    let tags = text.split("\"kind\":").skip(1);
    tags.filter_map(|rest| rest.split_once("\"enum\":[\"")?.1.split('"').next()).map(str::to_owned).collect()
}

/// The values of an attribute.
fn attributes(html: &str, name: &str) -> Vec<String> {
    let opening = format!(" {name}=\"");
    html.split(&opening).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

#[tokio::test]
async fn every_kind_of_analysis_has_its_page() {
    let bench = Bench::new().await;
    let kinds = kinds(&bench.json("/api/openapi.json").await);
    assert!(kinds.contains("attribution") && kinds.len() >= 6, "{kinds:?}");
    let index = bench.text("/docs/").await;
    for kind in kinds {
        let page = bench.get(&format!("/docs/{kind}")).await;
        assert_eq!(page.status(), StatusCode::OK, "{kind}");
        assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
        let html = page.text().await.unwrap();
        for part in ["<html lang=\"en\">", "<h2 id=\"figures\">", "<h2 id=\"limits\">"] {
            assert!(html.contains(part), "{kind}: {part}");
        }
        assert_eq!(html.matches("<h1").count(), 1, "{kind}");
        assert!(index.contains(&format!("href=\"{kind}\"")), "{kind}");
    }
    bench.stop().await;
}

#[tokio::test]
async fn every_link_of_the_documentation_leads_somewhere() {
    let bench = Bench::new().await;
    let (mut waiting, mut seen) = (vec!["/docs/".to_owned()], BTreeSet::new());
    while let Some(path) = waiting.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let html = bench.text(&path).await;
        let ids: BTreeSet<String> = attributes(&html, "id").into_iter().collect();
        for link in attributes(&html, "href")
            .into_iter()
            .filter(|link| !link.starts_with("https://") && !link.starts_with("data:"))
        {
            let (page, fragment) = link.split_once('#').unwrap_or((&link, ""));
            let target = match page {
                "" => path.clone(),
                "./" => "/docs/".to_owned(),
                page if page.starts_with('/') => page.to_owned(),
                page => format!("/docs/{page}"),
            };
            let there = bench.text(&target).await;
            assert!(
                fragment.is_empty() || attributes(&there, "id").contains(&fragment.to_owned()),
                "{path}: {link}"
            );
            if target.starts_with("/docs/") && !target.contains(".css") {
                waiting.push(target);
            }
        }
        assert_eq!(ids.len(), attributes(&html, "id").len(), "{path}: ids are unique");
        assert!(!html.contains("<script") && !html.contains("<style"), "{path}");
    }
    assert!(seen.len() > 7, "{seen:?}");
    bench.stop().await;
}

#[tokio::test]
async fn a_page_that_is_not_there_is_said() {
    let bench = Bench::new().await;
    let response = bench.get("/docs/nothing").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(response.text().await.unwrap().contains("/docs/"));
    assert!(bench.text("/docs").await.contains("<h1"), "led on to the index");
    bench.stop().await;
}
