//! Embeds the page that `scripts/page.mjs` left in `dist/`.
//!
//! Release builds carry the page inside the binary; other builds read it from `dist/` while they run. Where it is not
//! built, a note stands in its place, except in a release, which must not be shipped without: there it is an error.

use std::fs;
use std::path::Path;

/// Builds a release without the page, for machines that only use the command line.
const WITHOUT_PAGE: &str = "HOOKLENS_WITHOUT_PAGE";

fn main() {
    let dist = Path::new("../dist");
    // cargo can only watch what exists
    fs::create_dir_all(dist).expect("cannot create the folder dist");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../dist");
    println!("cargo::rerun-if-env-changed={WITHOUT_PAGE}");

    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let built = dist.join("index.html").is_file();
    assert!(
        built || !release || std::env::var_os(WITHOUT_PAGE).is_some(),
        "the page is not built: run `make build`, or set {WITHOUT_PAGE}=1 to build a release without it"
    );
    let page = if built { dist } else { Path::new("unbuilt") };
    memory_serve::load_directory_with_embed(page, release);
}
