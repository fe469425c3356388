//! Frames read back as they were written, and nothing else reads as a frame.

use super::*;
use crate::wire::{Cell, Failure, Finished, Progress, Series};
use proptest::collection::vec;
use proptest::prelude::*;

/// Any bits at all: NaN, infinities and denormals too.
fn values() -> impl Strategy<Value = Values> {
    vec(any::<u32>().prop_map(f32::from_bits), 0..40).prop_map(Values)
}

fn data() -> impl Strategy<Value = FigureData> {
    let labels = || vec(".{0,6}", 0..5);
    let series = (".{0,8}", values()).prop_map(|(name, y)| Series { name, y });
    prop_oneof![
        (labels(), vec(series, 0..4)).prop_map(|(x, series)| FigureData::Line { x, series }),
        (values(), values(), labels(), ".{0,4}", ".{0,4}").prop_map(|(x, y, labels, x_title, y_title)| {
            FigureData::Scatter { x, y, labels, x_title, y_title }
        }),
        (labels(), labels(), values()).prop_map(|(rows, columns, values)| FigureData::Heatmap {
            rows,
            columns,
            values
        }),
        (labels(), vec(0..9_usize, 0..4), values()).prop_map(|(axes, shape, values)| FigureData::Tensor {
            axes,
            shape,
            values
        }),
        (labels(), ".{0,4}").prop_map(|(columns, text)| FigureData::Table {
            columns,
            rows: vec![vec![Cell::Number(1.5), Cell::Text(text)]]
        }),
        // names that look like a reference to an array
        Just(FigureData::Scalars {
            values: [("dtype", None), ("offset", Some(0.0)), ("length", Some(3.0))]
                .map(|(name, value)| (name.to_owned(), value))
                .into()
        }),
    ]
}

fn body() -> impl Strategy<Value = EventBody> {
    let figure = (".{0,12}", proptest::option::of(0..9_usize), ".{0,12}", data())
        .prop_map(|(name, prompt, title, data)| EventBody::Figure(Figure { name, prompt, title, data }));
    prop_oneof![
        6 => figure,
        1 => Just(EventBody::Progress(Progress { done: 1, total: 2, unit: "prompts".into() })),
        1 => Just(EventBody::Done(Finished { elapsed_ms: 12.5 })),
        1 => ".{0,9}".prop_map(|message| EventBody::Error(Failure { code: "internal".into(), message })),
    ]
}

fn decode_all(stream: &[u8], piece: usize) -> Result<Vec<Event>, FrameError> {
    let mut decoder = Decoder::new();
    let mut events = Vec::new();
    for bytes in stream.chunks(piece) {
        decoder.push(bytes);
        while let Some(event) = decoder.next_event()? {
            events.push(event);
        }
    }
    decoder.finish()?;
    Ok(events)
}

proptest! {
    #[test]
    fn a_stream_cut_anywhere_reads_back_whole(bodies in vec(body(), 0..5), piece in 1..200_usize) {
        let events: Vec<Event> =
            bodies.into_iter().zip(0..).map(|(body, seq)| Event { seq, body }).collect();
        let stream: Vec<u8> = events.iter().flat_map(|event| encode(event, Precision::Single)).collect();
        prop_assert_eq!(decode_all(&stream, piece).unwrap(), events);
    }

    #[test]
    fn half_precision_is_off_by_less_than_a_colour_shows(values in vec(-1.0_f32..=1.0, 0..40)) {
        let data = FigureData::Tensor { axes: patterns(), shape: vec![1, values.len()], values: values.into() };
        let whole = Event { seq: 0, body: EventBody::Figure(figure(data)) };
        let [exact, drawn] = [Precision::Single, Precision::Half].map(|precision| {
            decode_all(&encode(&whole, precision), 64).unwrap().remove(0)
        });
        prop_assert_eq!(&exact, &whole);
        let (exact, drawn) = (numbers(&exact), numbers(&drawn));
        prop_assert_eq!(exact.len(), drawn.len());
        for (a, b) in exact.iter().zip(drawn) {
            prop_assert!((a - b).abs() <= 2.5e-4, "{a} became {b}");
        }
    }

    #[test]
    fn bytes_that_are_no_frames_are_an_error(bytes in vec(any::<u8>(), 0..200), piece in 1..50_usize) {
        prop_assert_eq!(decode_all(&bytes, piece).is_ok(), bytes.is_empty());
    }

    #[test]
    fn one_wrong_byte_never_panics(body in body(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut frame = encode(&Event { seq: 0, body }, Precision::Half);
        let at = at.index(frame.len());
        frame[at] = byte;
        let _ = decode_all(&frame, 64);
    }
}

fn figure(data: FigureData) -> Figure {
    Figure { name: "attention".into(), prompt: None, title: "Attention".into(), data }
}

fn patterns() -> Vec<String> {
    ["query", "key"].map(str::to_owned).to_vec()
}

/// Of a tensor.
fn numbers(event: &Event) -> &[f32] {
    match &event.body {
        EventBody::Figure(Figure { data: FigureData::Tensor { values, .. }, .. }) => values,
        other => panic!("{other:?} is no tensor"),
    }
}

#[test]
fn half_precision_halves_the_patterns_and_leaves_all_else() {
    let tensor = |axes: Vec<String>, values: Vec<f32>| FigureData::Tensor {
        axes,
        shape: vec![1, values.len()],
        values: values.into(),
    };
    let size = |data: FigureData, precision| {
        let frame = encode(&Event { seq: 0, body: EventBody::Figure(figure(data)) }, precision);
        u32::from_le_bytes(frame[8..12].try_into().unwrap())
    };
    let pattern = || tensor(patterns(), [[0.5, f32::NAN, -1.0, 1.0]; 16].concat());
    assert_eq!([Precision::Single, Precision::Half].map(|precision| size(pattern(), precision)), [256, 128]);
    assert_eq!(size(tensor(patterns(), vec![0.5, 1.5]), Precision::Half), 8);
    let effects = vec!["layer".to_owned(), "head".to_owned()];
    assert_eq!(size(tensor(effects, vec![0.5, 0.25]), Precision::Half), 8, "numbers that are read stay");
    let heatmap = FigureData::Heatmap { rows: vec![], columns: vec![], values: vec![0.5, 0.25].into() };
    assert_eq!(size(heatmap, Precision::Half), 8);
}

fn heatmap() -> Event {
    let data = FigureData::Heatmap {
        rows: vec!["L0".into()],
        columns: vec!["H0".into(), "H1".into(), "H2".into()],
        values: vec![1.0, f32::NAN, f32::NEG_INFINITY].into(),
    };
    let figure = Figure { name: "head_attribution".into(), prompt: None, title: "Heads".into(), data };
    Event { seq: 7, body: EventBody::Figure(figure) }
}

/// Rewrites the header of a frame, keeping its payload.
fn with_header(frame: &[u8], from: &str, to: &str) -> Vec<u8> {
    let header_length = u32::from_le_bytes(frame[4..8].try_into().unwrap()) as usize;
    let (front, payload) = frame.split_at(PREAMBLE + header_length);
    let mut header =
        str::from_utf8(&front[PREAMBLE..]).unwrap().trim_end().replacen(from, to, 1).into_bytes();
    pad(&mut header, b' ');
    let length = (header.len() as u32).to_le_bytes();
    [&frame[..4], &length, &frame[8..PREAMBLE], &header, payload].concat()
}

#[test]
fn the_layout_is_as_documented() {
    let frame = encode(&heatmap(), Precision::Single);
    let header_length = u32::from_le_bytes(frame[4..8].try_into().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&frame[PREAMBLE..PREAMBLE + header_length]).unwrap();
    assert_eq!(header["values"], json!({"dtype": "f32", "offset": 0, "length": 3}));
    assert_eq!((&header["seq"], &header["kind"]), (&json!(7), &json!("heatmap")));
    let payload = &frame[PREAMBLE + header_length..];
    assert_eq!(payload[..4], 1.0_f32.to_le_bytes());
    assert_eq!(payload[8..], [f32::NEG_INFINITY.to_le_bytes(), [0; 4]].concat());
    assert_eq!(frame.len() % ALIGNMENT, 0);
}

#[test]
fn arrays_outside_the_payload_are_an_error() {
    let frame = encode(&heatmap(), Precision::Single);
    for (from, to) in [
        ("\"length\":3", "\"length\":5"),
        ("\"length\":3", "\"length\":4611686018427387904"),
        ("\"offset\":0", "\"offset\":99"),
        ("\"f32\"", "\"f64\""),
        ("\"f32\"", "\"f32\",\"stride\":2"),
        ("{\"dtype\":\"f32\",\"length\":3,\"offset\":0}", "[1,2,3]"),
    ] {
        let error = decode_all(&with_header(&frame, from, to), 4096).unwrap_err();
        assert!(matches!(error, FrameError::Array { payload: 16, .. }), "{to}: {error}");
    }
}

#[test]
fn a_huge_length_is_refused_before_it_is_believed() {
    let mut frame = encode(&heatmap(), Precision::Single);
    frame[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
    let error = decode_all(&frame, 4096).unwrap_err();
    assert!(matches!(error, FrameError::Length { part: "payload", .. }), "{error}");
}

#[test]
fn a_stream_that_ends_inside_a_frame_says_so() {
    let frame = encode(&heatmap(), Precision::Single);
    let error = decode_all(&frame[..frame.len() - 1], 4096).unwrap_err();
    assert!(matches!(error, FrameError::Truncated(length) if length == frame.len() - 1), "{error}");
}
