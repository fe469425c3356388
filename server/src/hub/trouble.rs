//! What keeps the hub or its cache from giving a file, in words that say what to do.

use super::name::HubName;
use super::settings::{Settings, Token};
use reqwest::StatusCode;
use std::error::Error;
use std::io;
use std::path::Path;

/// Why there is no file.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The hub does not answer, or not sensibly; the cache may do instead.
    Unreachable(String),
    /// It answered no, or what it gave is not what it should be.
    Refused(String),
    /// Nobody waits for it any more.
    GivenUp,
}

impl Trouble {
    /// A request that got no answer, or whose answer broke off.
    pub(super) fn network(settings: &Settings, error: &reqwest::Error) -> Self {
        Self::Unreachable(format!("{} does not answer: {}", settings.host(), causes(error)))
    }

    /// An error of the disk at `path`.
    pub(super) fn disk(path: &Path, error: &io::Error) -> Self {
        Self::Refused(format!("{} cannot be written: {error}; is the disk full?", path.display()))
    }

    /// An answer that is no success. `code` is the hub's own word for it (`X-Error-Code`).
    pub(super) fn answer(settings: &Settings, name: &HubName, status: StatusCode, code: &str) -> Self {
        let host = settings.host();
        let HubName { repo, revision } = name;
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Self::Unreachable(format!("{host} answered {status}"));
        }
        Self::Refused(match (code, status) {
            ("RevisionNotFound", _) => format!("`{repo}` on {host} has no revision `{revision}`"),
            ("GatedRepo", _) | (_, StatusCode::FORBIDDEN) => gated(settings, repo),
            ("EntryNotFound", _) => format!("`{repo}` on {host} lacks a file that it lists; try again later"),
            ("DisabledRepo", _) => format!("`{repo}` is disabled on {host}"),
            (_, StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND) => missing(settings, repo),
            _ => format!("{host} answered {status} for `{repo}`"),
        })
    }
}

fn gated(settings: &Settings, repo: &str) -> String {
    let accept = format!("accept its conditions at {}/{repo}", settings.endpoint);
    match &settings.token {
        None => format!(
            "`{repo}` is gated: {accept}, then set the environment variable HF_TOKEN to an access token of that account"
        ),
        Some(Token { origin, .. }) => {
            format!(
                "`{repo}` is gated, and the account of the token from {origin} has no access yet: {accept}"
            )
        }
    }
}

/// The hub does not tell a private repository from one that is not there.
fn missing(settings: &Settings, repo: &str) -> String {
    let host = settings.host();
    let private = match &settings.token {
        None => "if it is private, set the environment variable HF_TOKEN to an access token".to_owned(),
        Some(Token { origin, .. }) => {
            format!("if it is private, the token from {origin} is not valid or has no access to it")
        }
    };
    format!("there is no model `{repo}` on {host}: check the spelling; {private}")
}

/// An error with everything that led to it: the outermost alone says little.
fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
