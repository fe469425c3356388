//! What keeps other sites out: response headers, and the check of whom a request was meant for.

use crate::error::AppError;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::net::IpAddr;

/// The Content-Security-Policy of every answer: nothing but what this server sends.
/// Plotly sets style attributes, hence `style-src-attr`; it makes images as `data:` and `blob:`.
pub const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What an answer allows, where it is not the page or its interface; a handler puts it into the response's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// A document with its style inside and no scripts.
    Document,
    /// The same, in a frame of any site.
    Frame,
}

impl Policy {
    /// As the header has it.
    fn text(self) -> String {
        let ancestors = if self == Self::Frame { "*" } else { "'none'" };
        format!("{}; frame-ancestors {ancestors}", crate::export::page::POLICY)
    }
}

/// Adds the security headers, and `no-store` where a handler said nothing about caching.
pub async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = response.extensions().get::<Policy>().copied();
    let headers = response.headers_mut();
    let fixed = [
        (CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(policy) = policy
        && let Ok(text) = HeaderValue::from_str(&policy.text())
    {
        headers.insert(CONTENT_SECURITY_POLICY, text);
    }
    if policy == Some(Policy::Frame) {
        headers.remove(X_FRAME_OPTIONS);
        let anyone = HeaderValue::from_static("cross-origin");
        headers.insert(HeaderName::from_static("cross-origin-resource-policy"), anyone);
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// For a server on a loopback address: refuses requests for any other host name. A page of another site can point its
/// own name at 127.0.0.1 (DNS rebinding) and would then count as of the same origin.
pub async fn only_loopback_names(request: Request, next: Next) -> Result<Response, AppError> {
    if host(request.headers()).as_deref().is_some_and(is_loopback_name) {
        return Ok(next.run(request).await);
    }
    Err(AppError::Forbidden(
        "this server listens for this machine only: call it localhost or 127.0.0.1, or start it with another --host",
    ))
}

fn host(headers: &HeaderMap) -> Option<String> {
    let authority: Authority = headers.get(HOST)?.to_str().ok()?.parse().ok()?;
    Some(authority.host().trim_matches(['[', ']']).to_owned())
}

/// Whether a host name can only mean this machine.
pub fn is_loopback_name(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_loopback() {
        for (header, expected) in [
            ("localhost:7878", true),
            ("127.0.0.1", true),
            ("[::1]:80", true),
            ("Hooklens.localhost:9", true),
            ("evil.example:7878", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("10.0.0.7:7878", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, header.parse().unwrap());
            assert_eq!(host(&headers).as_deref().is_some_and(is_loopback_name), expected, "{header}");
        }
    }
}
