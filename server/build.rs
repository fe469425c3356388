//! Embeds the page that Trunk left in `dist/`, and allows its inline scripts by their hashes.
//!
//! Release builds carry the page inside the binary; other builds read it from `dist/` while they run. Where it is not
//! built, a note stands in its place, except in a release, which must not be shipped without: there it is an error.

use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::{Digest, Sha256};
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
    let index = fs::read_to_string(page.join("index.html")).expect("cannot read the page's index.html");
    println!("cargo::rustc-env=HOOKLENS_INLINE_SCRIPTS={}", inline_script_hashes(&index));
    memory_serve::load_directory_with_embed(page, release);
}

/// The `'sha256-…'` sources of a Content-Security-Policy for every `<script>` with a body of its own.
fn inline_script_hashes(html: &str) -> String {
    let scripts = html.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (body, _) = rest.split_once("</script>")?;
        let inline = !attributes.contains("src=") && !body.is_empty();
        inline.then(|| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(body))))
    });
    scripts.collect::<Vec<_>>().join(" ")
}
