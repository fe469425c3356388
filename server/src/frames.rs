//! Events as the body of an answer: JSON lines, or binary frames where they are asked for.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use model::wire::{Event, frame};
use std::borrow::Borrow;

/// Media type of JSON lines.
pub const NDJSON: &str = "application/x-ndjson";

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// One JSON object a line.
    Lines,
    /// See [`frame`].
    Frames,
}

impl Encoding {
    /// What a client asks for; lines unless its `Accept` names frames.
    pub fn accepted(headers: &HeaderMap) -> Self {
        let named = |value: &str| value.split(',').any(|kind| media_type(kind) == frame::MEDIA_TYPE);
        let frames =
            headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).any(named);
        if frames { Self::Frames } else { Self::Lines }
    }

    /// One event, ready to send.
    pub fn encode(self, event: &Event) -> Result<Vec<u8>, serde_json::Error> {
        match self {
            Self::Frames => Ok(frame::encode(event)),
            Self::Lines => {
                let mut line = serde_json::to_vec(event)?;
                line.push(b'\n');
                Ok(line)
            }
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Lines => NDJSON,
            Self::Frames => frame::MEDIA_TYPE,
        }
    }

    /// An answer that sends `events` as they come.
    pub fn respond<E: Borrow<Event>>(self, events: impl Stream<Item = E> + Send + 'static) -> Response {
        let pieces = events.map(move |event| {
            // writing plain data as JSON does not fail; were it to, the connection breaks rather than skip an event
            self.encode(event.borrow()).map(Bytes::from)
        });
        let headers = [
            (header::CONTENT_TYPE, self.media_type()),
            // proxies that collect a stream before passing it on would hold back the progress
            (header::HeaderName::from_static("x-accel-buffering"), "no"),
        ];
        (headers, Body::from_stream(pieces)).into_response()
    }

    /// An answer that sends stored `events` from number `from` on.
    pub fn respond_stored(self, events: Vec<Event>, from: u64) -> Response {
        let rest = events.into_iter().filter(move |event| event.seq >= from);
        self.respond(futures_util::stream::iter(rest))
    }
}

/// The type without parameters such as `;q=0.9`.
fn media_type(kind: &str) -> &str {
    kind.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(accept: &str, expected: Encoding) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        assert_eq!(Encoding::accepted(&headers), expected, "{accept}");
    }

    #[test]
    fn frames_are_sent_to_those_who_name_them() {
        check("application/vnd.hooklens.frames", Encoding::Frames);
        check("application/json, application/vnd.hooklens.frames;q=0.9", Encoding::Frames);
        check("*/*", Encoding::Lines);
        check("application/x-ndjson", Encoding::Lines);
        assert_eq!(Encoding::accepted(&HeaderMap::new()), Encoding::Lines);
    }
}
