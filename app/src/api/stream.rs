//! The events of a run as they come: binary frames, resumed where the stream broke off.

use super::http::{Method, Watch, error, request};
use super::{NOT_FOUND, UNREACHABLE};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Reflect, Uint8Array};
use model::wire::frame::{Decoder, HALF_PRECISION};
use model::wire::{ApiError, Event, EventBody};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Response};

/// Waits between attempts to resume, in milliseconds; the last one again and again.
const BACKOFF_MS: [u32; 5] = [250, 500, 1000, 2000, 4000];

/// What happens on a stream.
pub enum Notice {
    /// The next event.
    Event(Box<Event>),
    /// The stream broke off; it is being resumed.
    Lost,
    /// The stream is there again, at the event where it broke off.
    Resumed,
}

/// Follows a run from event `from` to its end and tells `on` of everything. A broken connection is resumed for as long
/// as `watch` wants it; an error is the server's word (`not_found`: it no longer knows the run), or the request was
/// given up.
pub async fn follow(id: &str, from: u64, watch: &Watch, mut on: impl FnMut(Notice)) -> Result<(), ApiError> {
    let mut next = from;
    let mut attempt = 0;
    loop {
        let before = next;
        let mut take = |event: Event| {
            if attempt > 0 {
                on(Notice::Resumed);
                attempt = 0;
            }
            next = event.seq + 1;
            let last = matches!(event.body, EventBody::Done(_) | EventBody::Error(_));
            on(Notice::Event(Box::new(event)));
            last
        };
        match read(id, before, watch, &mut take).await {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(e) if e.code == UNREACHABLE => {}
            Err(e) => return Err(e),
        }
        if attempt == 0 {
            on(Notice::Lost);
        }
        TimeoutFuture::new(BACKOFF_MS[attempt.min(BACKOFF_MS.len() - 1)]).await;
        attempt += 1;
        if watch.is_aborted() {
            return Err(error(super::ABORTED, "given up"));
        }
    }
}

/// Reads one connection's events into `take`, which says whether an event was the last. Whether the last one came.
async fn read(
    id: &str,
    from: u64,
    watch: &Watch,
    take: &mut impl FnMut(Event) -> bool,
) -> Result<bool, ApiError> {
    let path = format!("/api/runs/{id}/events?from={from}");
    let response = request(Method::Get, &path, Some(HALF_PRECISION), None, watch).await?;
    let reader = reader(&response).ok_or_else(|| error(NOT_FOUND, "the stream of events has no body"))?;
    let mut decoder = Decoder::new();
    while let Some(bytes) = chunk(&reader, watch).await? {
        decoder.push(&bytes);
        let broken = |e| error("bad_answer", &format!("the stream of events cannot be read: {e}"));
        while let Some(event) = decoder.next_event().map_err(broken)? {
            if take(event) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn reader(response: &Response) -> Option<ReadableStreamDefaultReader> {
    response.body()?.get_reader().dyn_into().ok()
}

/// The next bytes; none at the end of the stream.
async fn chunk(reader: &ReadableStreamDefaultReader, watch: &Watch) -> Result<Option<Vec<u8>>, ApiError> {
    let fail = |reason: JsValue| watch.failure(&reason);
    let result = JsFuture::from(reader.read()).await.map_err(fail)?;
    let value = Reflect::get(&result, &JsValue::from_str("value")).map_err(fail)?;
    Ok(value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec))
}
