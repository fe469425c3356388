//! What is asked of the hub over HTTP: what a revision holds, and the files themselves.

use super::name::{HubName, is_commit};
use super::settings::Settings;
use super::trouble::Trouble;
use reqwest::header::{CONTENT_RANGE, HeaderMap, RANGE};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use std::time::Duration;

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// Longest silence in the middle of an answer.
const SILENCE: Duration = Duration::from_secs(30);

/// Longest answer about a revision: repositories of many thousand files.
const INFO_LIMIT: usize = 32 << 20;

/// Asks the hub.
pub(super) struct HubClient {
    settings: Settings,
    http: Client,
}

/// What a revision holds.
#[derive(Debug)]
pub(super) struct Revision {
    pub(super) commit: String,
    pub(super) files: Vec<RemoteFile>,
}

/// One file of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RemoteFile {
    pub(super) name: String,
    pub(super) size: u64,
    /// The hash of its contents, which is its blob's name.
    pub(super) etag: String,
}

#[derive(Deserialize)]
struct Info {
    sha: String,
    siblings: Vec<Sibling>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sibling {
    rfilename: String,
    size: Option<u64>,
    blob_id: Option<String>,
    lfs: Option<Lfs>,
}

#[derive(Deserialize)]
struct Lfs {
    sha256: String,
}

impl HubClient {
    /// # Errors
    /// Where the system's certificates cannot be used.
    pub(super) fn new(settings: Settings) -> Result<Self, String> {
        // fails where another part of the process has chosen one, which then serves as well
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder()
            .user_agent(concat!("hooklens/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            .build()
            .map_err(|e| format!("no secure connections can be made: {e}"))?;
        Ok(Self { settings, http })
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The commit that a revision is, and its files with sizes and hashes.
    pub(super) async fn revision(&self, name: &HubName) -> Result<Revision, Trouble> {
        let revision = name.revision.replace('/', "%2F");
        let address =
            format!("{}/api/models/{}/revision/{revision}?blobs=true", self.settings.endpoint, name.repo);
        let mut response = self.send(name, self.http.get(address)).await?;
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|e| self.network(&e))? {
            body.extend_from_slice(&piece);
            if body.len() > INFO_LIMIT {
                return Err(self.nonsense(&format!("more than {INFO_LIMIT} bytes")));
            }
        }
        let info: Info = serde_json::from_slice(&body).map_err(|e| self.nonsense(&e.to_string()))?;
        if !is_commit(&info.sha) {
            return Err(self.nonsense(&format!("the commit `{}`", info.sha)));
        }
        let files = info.siblings.into_iter().filter_map(|sibling| {
            let etag = sibling.lfs.map(|lfs| lfs.sha256).or(sibling.blob_id)?;
            let named = etag.bytes().all(|b| b.is_ascii_alphanumeric()) && !etag.is_empty();
            named.then_some(RemoteFile { name: sibling.rfilename, size: sibling.size?, etag })
        });
        Ok(Revision { commit: info.sha, files: files.collect() })
    }

    /// The contents of a file from byte `from` on, or from its first where the answer says so.
    pub(super) async fn contents(
        &self,
        name: &HubName,
        commit: &str,
        file: &RemoteFile,
        from: u64,
    ) -> Result<(Response, u64), Trouble> {
        let address = format!("{}/{}/resolve/{commit}/{}", self.settings.endpoint, name.repo, file.name);
        let mut request = self.http.get(address);
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        let response = self.send(name, request).await?;
        let begins = if response.status() == StatusCode::PARTIAL_CONTENT {
            range_start(response.headers())
        } else {
            Some(0)
        };
        match begins {
            Some(begins) if begins == from || begins == 0 => Ok((response, begins)),
            _ => Err(self.nonsense("a part of the file that was not asked for")),
        }
    }

    /// Sends a request with the token. A redirect to another host does not carry the token on.
    async fn send(&self, name: &HubName, request: RequestBuilder) -> Result<Response, Trouble> {
        let request = match &self.settings.token {
            Some(token) => request.bearer_auth(&token.secret),
            None => request,
        };
        let response = request.send().await.map_err(|e| self.network(&e))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let code =
            response.headers().get("x-error-code").and_then(|code| code.to_str().ok()).unwrap_or_default();
        Err(Trouble::answer(&self.settings, name, response.status(), code))
    }

    pub(super) fn network(&self, error: &reqwest::Error) -> Trouble {
        Trouble::network(&self.settings, error)
    }

    fn nonsense(&self, what: &str) -> Trouble {
        let host = self.settings.host();
        Trouble::Unreachable(format!(
            "{host} does not answer as a Hugging Face hub does ({what}); is HF_ENDPOINT right?"
        ))
    }
}

fn range_start(headers: &HeaderMap) -> Option<u64> {
    let range = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}
