//! The house is as it is drawn: who may depend on whom, read from `cargo tree` and from the sources.
//!
//! The rules are the "Architecture Invariant" lines of ARCHITECTURE.md; a test here fails when one no longer holds.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `cargo tree` as a plain list of library names, without what only runs while building.
const TREE: &[&str] =
    &["tree", "--locked", "-e", "normal,no-proc-macro", "--prefix", "none", "--format", "{lib}"];
const PAGE: &[&str] = &["-p", "app", "--target", "wasm32-unknown-unknown"];
const ENGINE: &[&str] = &["-p", "model", "--features", "engine", "--target", "x86_64-unknown-linux-gnu"];
const VOCABULARY: &[&str] = &["-p", "model", "--target", "wasm32-unknown-unknown"];

/// Crates that compute: none of them may reach the page.
const COMPUTE: &[&str] = &["candle-core", "gemm", "memmap2", "rayon", "safetensors", "tokenizers"];
/// Crates that speak HTTP or keep results: the server's alone.
const SERVICE: &[&str] = &["axum", "hyper", "reqwest", "sqlx", "tokio", "tower-http", "ureq"];
/// Crates that know a document: the page's alone.
const DOCUMENT: &[&str] = &["gloo-net", "js-sys", "leptos", "wasm-bindgen", "web-sys", "wgpu"];

#[test]
fn the_page_computes_nothing_and_knows_no_server() {
    check(PAGE, &[COMPUTE, SERVICE, &["server"]]);
}

#[test]
fn the_engine_knows_no_http_and_no_document() {
    check(ENGINE, &[SERVICE, DOCUMENT, &["app", "server"]]);
}

#[test]
fn the_vocabulary_needs_neither_engine_nor_document() {
    check(VOCABULARY, &[COMPUTE, SERVICE, DOCUMENT]);
}

#[test]
fn the_heatmap_renderer_knows_no_leptos() {
    for file in rust_files(&root().join("app/src/heatmap")) {
        let source = std::fs::read_to_string(&file).unwrap();
        let mention =
            source.lines().find(|line| !line.trim_start().starts_with("//") && line.contains("leptos"));
        assert_eq!(mention, None, "{} uses Leptos", file.display());
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<_> = ["app", "model", "server", "tests"]
        .iter()
        .flat_map(|folder| rust_files(&root().join(folder)))
        .filter(|file| !std::fs::read_to_string(file).unwrap().starts_with("//!"))
        .collect();
    assert!(silent.is_empty(), "files without a module doc: {silent:?}");
}

#[test]
fn pictures_that_leave_have_the_pages_colours() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).unwrap();
    let source = read("server/src/export/svg/colors.rs");
    // bytes of its unit tests are no stops
    let ours = source.split("#[cfg(test)]").next().unwrap();
    let (maps, tokens) = (read("app/src/heatmap/colors.rs"), read("style/tokens.css"));
    let stops: BTreeSet<&str> = ours.split("0x").skip(1).filter_map(|rest| rest.get(..6)).collect();
    assert!(stops.len() > 40, "{stops:?}");
    let strange: Vec<_> = stops.iter().filter(|stop| !maps.contains(*stop)).collect();
    assert!(strange.is_empty(), "stops that the page does not have: {strange:?}");
    let inks = ours.split("const INKS").nth(1).unwrap().split("];").next().unwrap();
    let inks: BTreeSet<&str> = inks.split('#').skip(1).filter_map(|rest| rest.get(..6)).collect();
    assert!(inks.len() > 10, "{inks:?}");
    let strange: Vec<_> = inks.iter().filter(|ink| !tokens.contains(&format!("#{ink}"))).collect();
    assert!(strange.is_empty(), "inks that are no design token: {strange:?}");
}

/// Fails when a crate of `forbidden` is among what the `selection` of `cargo tree` links.
fn check(selection: &[&str], forbidden: &[&[&str]]) {
    let linked = tree(selection);
    assert!(linked.contains("serde"), "cargo tree {selection:?} shows no tree: {linked:?}");
    let strangers: Vec<_> = forbidden.concat().into_iter().filter(|name| linked.contains(*name)).collect();
    assert!(strangers.is_empty(), "cargo tree {selection:?} contains {strangers:?}");
}

/// Names of the crates linked into a package: normal dependencies, neither build scripts nor tests.
fn tree(selection: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO")).args(TREE).args(selection).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().filter_map(|line| line.split(' ').next()).map(|name| name.replace('_', "-")).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("node_modules") {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}
