//! Events as the body of an answer: JSON lines, or binary frames where they are asked for.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use model::wire::Event;
use model::wire::frame::{self, Precision};
use std::borrow::Borrow;

/// Media type of JSON lines.
pub const NDJSON: &str = "application/x-ndjson";

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// One JSON object a line.
    Lines,
    /// See [`frame`].
    Frames(Precision),
}

impl Encoding {
    /// What a client asks for; lines unless its `Accept` names frames.
    pub fn accepted(headers: &HeaderMap) -> Self {
        let named = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let frames = named.flat_map(|value| value.split(',')).find_map(precision);
        frames.map_or(Self::Lines, Self::Frames)
    }

    /// One event, ready to send.
    pub fn encode(self, event: &Event) -> Result<Vec<u8>, serde_json::Error> {
        match self {
            Self::Frames(precision) => Ok(frame::encode(event, precision)),
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
            Self::Frames(_) => frame::MEDIA_TYPE,
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

/// In which precision `kind`, one of an `Accept` header, names frames; none where it names something else.
fn precision(kind: &str) -> Option<Precision> {
    let mut parts = kind.split(';').map(str::trim);
    let is_frames = parts.next() == Some(frame::MEDIA_TYPE);
    let half = parts.any(|parameter| parameter == "precision=half");
    is_frames.then_some(if half { Precision::Half } else { Precision::Single })
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
        let single = Encoding::Frames(Precision::Single);
        check("application/vnd.hooklens.frames", single);
        check("application/json, application/vnd.hooklens.frames;q=0.9", single);
        check("application/vnd.hooklens.frames; precision=half", Encoding::Frames(Precision::Half));
        check("*/*", Encoding::Lines);
        check("application/x-ndjson", Encoding::Lines);
        assert_eq!(Encoding::accepted(&HeaderMap::new()), Encoding::Lines);
    }
}
