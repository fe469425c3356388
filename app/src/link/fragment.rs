//! An experiment as text that fits into an address: JSON, deflated, base64url.

use crate::json;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use model::wire::Experiment;

/// Best ratio: an address is made once and sent around.
const LEVEL: u8 = 10;

/// Longest experiment that is unpacked, in bytes of JSON: a link must not be able to fill the memory.
const LIMIT: usize = 8 << 20;

/// A fragment that is not an experiment: cut off on its way, or made by another version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenLink;

/// The experiment as a fragment, without its `#`.
pub(super) fn encode(experiment: &Experiment) -> String {
    let json = serde_json::to_vec(experiment).unwrap_or_default();
    BASE64_URL_SAFE_NO_PAD.encode(compress_to_vec(&json, LEVEL))
}

/// The inverse of [`encode`].
pub(super) fn decode(fragment: &str) -> Result<Experiment, BrokenLink> {
    let packed = BASE64_URL_SAFE_NO_PAD.decode(fragment).or(Err(BrokenLink))?;
    let json = decompress_to_vec_with_limit(&packed, LIMIT).or(Err(BrokenLink))?;
    let json = String::from_utf8(json).or(Err(BrokenLink))?;
    json::read(&json).or(Err(BrokenLink))
}
