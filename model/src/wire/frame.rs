//! Events as binary frames: the same stream as the JSON lines, with the numbers of its figures left as raw floats.
//!
//! Media type `application/vnd.hooklens.frames` ([`MEDIA_TYPE`]). A stream is frames one after another, without
//! anything between them. A frame is, integers and floats little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | the magic `HKL1` |
//! | 4 | `H`, length of the header in bytes (`u32`), a multiple of 8 |
//! | 4 | `P`, length of the payload in bytes (`u32`), a multiple of 8 |
//! | 4 | zero |
//! | `H` | the header: the event as JSON (UTF-8), filled up with spaces |
//! | `P` | the payload: the arrays, each from a multiple of 8, filled up with zeros |
//!
//! So header, payload and every array start at a multiple of 8 from the start of the stream. In the header every
//! array of a figure's numbers (`y` of each series of a `line`, `x` and `y` of a `scatter`, `values` of a `heatmap` and of
//! a `tensor`) is replaced by `{"dtype": "f32", "offset": bytes from the start of the payload, "length": elements}`.
//! Everything else stays as in the JSON line. NaN in the payload is what `null` is there; infinities survive.
//!
//! A client that only draws may ask for [`Precision::Half`] (`application/vnd.hooklens.frames;precision=half`). Then the
//! `dtype` of attention, a tensor over `query` and `key` whose numbers are all within ±1, is `f16`: they are off by 0.00025 at
//! most, which no colour shows, and a stream of hundreds of patterns is half as long.

use super::{Event, EventBody, Figure, FigureData, Values};
use half::f16;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::mem::take;

/// What a client puts into `Accept` to get frames.
pub const MEDIA_TYPE: &str = "application/vnd.hooklens.frames";

/// [`MEDIA_TYPE`] in [`Precision::Half`].
pub const HALF_PRECISION: &str = "application/vnd.hooklens.frames;precision=half";

/// Longest header a [`Decoder`] takes, in bytes.
pub const MAX_HEADER: usize = 64 << 20;

/// Longest payload a [`Decoder`] takes, in bytes.
pub const MAX_PAYLOAD: usize = 1 << 30;

const MAGIC: [u8; 4] = *b"HKL1";
const PREAMBLE: usize = 16;
const ALIGNMENT: usize = 8;

/// How the numbers of a figure are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// As they are, `f32`.
    #[default]
    Single,
    /// `f16` where the eye cannot tell: attention patterns.
    Half,
}

/// Of one array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Dtype {
    F32,
    F16,
}

/// Why bytes are not a stream of frames.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The magic or the zero is not where a frame must start.
    #[error("not a frame: it must start with `HKL1`, two lengths and four zero bytes")]
    Preamble,
    /// A length is over its limit or not a multiple of 8.
    #[error(
        "a {part} of {length} bytes: it must be a multiple of {ALIGNMENT} and at most {limit} bytes long"
    )]
    Length {
        /// `header` or `payload`.
        part: &'static str,
        /// As read.
        length: usize,
        /// The most it may be.
        limit: usize,
    },
    /// The header is not an event.
    #[error("the header of a frame is not an event: {0}")]
    Header(#[from] serde_json::Error),
    /// An array is missing, of an unknown type, or not inside the payload.
    #[error("an array of a frame does not fit its payload of {payload} bytes: {reference}")]
    Array {
        /// Length of the payload in bytes.
        payload: usize,
        /// What stands in the header in its place.
        reference: String,
    },
    /// The stream ended inside a frame.
    #[error("the stream ended inside a frame, {0} bytes after its start")]
    Truncated(usize),
}

/// One event as one frame.
///
/// # Panics
/// Where a header is over [`MAX_HEADER`] or a payload over [`MAX_PAYLOAD`]; analyses are bounded far below.
pub fn encode(event: &Event, precision: Precision) -> Vec<u8> {
    let mut skeleton = event.clone();
    let attention = matches!(&event.body, EventBody::Figure(figure) if is_attention(figure));
    let arrays: Vec<Values> = match &mut skeleton.body {
        EventBody::Figure(figure) => array_fields(figure).into_iter().map(take).collect(),
        _ => Vec::new(),
    };
    let mut header = serde_json::to_value(&skeleton).expect("an event is plain JSON");
    let mut payload = Vec::new();
    for (place, values) in array_places(&mut header).into_iter().zip(&arrays) {
        // NaN is no more than anything
        let half = attention && precision == Precision::Half && !values.iter().any(|value| value.abs() > 1.0);
        let dtype = if half { Dtype::F16 } else { Dtype::F32 };
        *place = json!(Reference { dtype, offset: payload.len(), length: values.len() });
        write_array(&mut payload, values, dtype);
        pad(&mut payload, 0);
    }
    let mut header = header.to_string().into_bytes();
    pad(&mut header, b' ');
    assert!(
        header.len() <= MAX_HEADER && payload.len() <= MAX_PAYLOAD,
        "an event over the limits of a frame"
    );

    let mut frame = Vec::with_capacity(PREAMBLE + header.len() + payload.len());
    frame.extend(MAGIC);
    frame.extend((header.len() as u32).to_le_bytes());
    frame.extend((payload.len() as u32).to_le_bytes());
    frame.extend([0; 4]);
    frame.extend(header);
    frame.extend(payload);
    frame
}

/// Takes the bytes of a stream as they come, in pieces of any size, and gives back its events.
///
/// It never holds more than the bytes of one unfinished frame beyond the piece just pushed, whatever lengths a frame
/// claims. After an error the stream is of no more use: every later call answers [`FrameError::Preamble`] or the like.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// Bytes at the front of `buffer` that belong to events already given back.
    consumed: usize,
}

impl Decoder {
    /// A decoder at the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.consumed);
        self.consumed = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next event, or `None` until more bytes are pushed.
    pub fn next_event(&mut self) -> Result<Option<Event>, FrameError> {
        let rest = &self.buffer[self.consumed..];
        let Some((preamble, rest)) = rest.split_at_checked(PREAMBLE) else { return Ok(None) };
        if preamble[..4] != MAGIC || preamble[12..] != [0; 4] {
            return Err(FrameError::Preamble);
        }
        let header_length = length(preamble, 4, "header", MAX_HEADER)?;
        let payload_length = length(preamble, 8, "payload", MAX_PAYLOAD)?;
        let Some((header, rest)) = rest.split_at_checked(header_length) else { return Ok(None) };
        let Some(payload) = rest.get(..payload_length) else { return Ok(None) };
        let event = decode(header, payload)?;
        self.consumed += PREAMBLE + header_length + payload_length;
        Ok(Some(event))
    }

    /// Says whether the stream may end here: an error where it would end inside a frame.
    pub fn finish(&self) -> Result<(), FrameError> {
        match self.buffer.len() - self.consumed {
            0 => Ok(()),
            left => Err(FrameError::Truncated(left)),
        }
    }
}

fn length(preamble: &[u8], at: usize, part: &'static str, limit: usize) -> Result<usize, FrameError> {
    let bytes = [preamble[at], preamble[at + 1], preamble[at + 2], preamble[at + 3]];
    let length = u32::from_le_bytes(bytes) as usize;
    if length > limit || !length.is_multiple_of(ALIGNMENT) {
        return Err(FrameError::Length { part, length, limit });
    }
    Ok(length)
}

fn decode(header: &[u8], payload: &[u8]) -> Result<Event, FrameError> {
    let mut header: Value = serde_json::from_slice(header)?;
    let arrays = array_places(&mut header)
        .into_iter()
        .map(|place| read_array(&std::mem::replace(place, json!([])), payload))
        .collect::<Result<Vec<_>, _>>()?;
    let mut event: Event = serde_json::from_value(header)?;
    if let EventBody::Figure(figure) = &mut event.body {
        for (field, values) in array_fields(figure).into_iter().zip(arrays) {
            *field = values;
        }
    }
    Ok(event)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reference {
    dtype: Dtype,
    offset: usize,
    length: usize,
}

/// Whether it has patterns by query and key, which are drawn rather than read.
fn is_attention(figure: &Figure) -> bool {
    matches!(&figure.data, FigureData::Tensor { axes, .. }
        if axes.iter().rev().map(String::as_str).take(2).eq(["key", "query"]))
}

fn write_array(payload: &mut Vec<u8>, values: &[f32], dtype: Dtype) {
    match dtype {
        Dtype::F32 => payload.extend(values.iter().flat_map(|value| value.to_le_bytes())),
        Dtype::F16 => payload.extend(values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes())),
    }
}

fn read_array(reference: &Value, payload: &[u8]) -> Result<Values, FrameError> {
    let values = Reference::deserialize(reference).ok().and_then(|Reference { dtype, offset, length }| {
        let size = match dtype {
            Dtype::F32 => size_of::<f32>(),
            Dtype::F16 => size_of::<f16>(),
        };
        let bytes = payload.get(offset..length.checked_mul(size)?.checked_add(offset)?)?;
        Some(match dtype {
            Dtype::F32 => bytes.as_chunks().0.iter().map(|element| f32::from_le_bytes(*element)).collect(),
            Dtype::F16 => {
                bytes.as_chunks().0.iter().map(|element| f16::from_le_bytes(*element).to_f32()).collect()
            }
        })
    });
    values.ok_or_else(|| FrameError::Array { payload: payload.len(), reference: reference.to_string() })
}

/// The arrays of a figure, in the order of [`array_places`].
fn array_fields(figure: &mut Figure) -> Vec<&mut Values> {
    match &mut figure.data {
        FigureData::Line { series, .. } => series.iter_mut().map(|series| &mut series.y).collect(),
        FigureData::Scatter { x, y, .. } => vec![x, y],
        FigureData::Heatmap { values, .. } | FigureData::Tensor { values, .. } => vec![values],
        FigureData::Table { .. } | FigureData::Scalars { .. } => Vec::new(),
    }
}

/// The same arrays, or what stands in their place, in the JSON of an event.
fn array_places(event: &mut Value) -> Vec<&mut Value> {
    let Some(figure) = event.as_object_mut().filter(|event| event.get("event") == Some(&json!("figure")))
    else {
        return Vec::new();
    };
    match figure.get("kind").and_then(Value::as_str) {
        Some("line") => {
            let series = figure.get_mut("series").and_then(Value::as_array_mut);
            series.into_iter().flatten().filter_map(|series| series.get_mut("y")).collect()
        }
        Some("scatter") => {
            let (mut x, mut y) = (None, None);
            for (name, value) in figure.iter_mut() {
                match name.as_str() {
                    "x" => x = Some(value),
                    "y" => y = Some(value),
                    _ => {}
                }
            }
            x.into_iter().chain(y).collect()
        }
        Some("heatmap" | "tensor") => figure.get_mut("values").into_iter().collect(),
        _ => Vec::new(),
    }
}

fn pad(bytes: &mut Vec<u8>, with: u8) {
    bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), with);
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
