//! What charts of two sides draw and say.

use super::*;
use model::wire::{Figure, Series};
use serde_json::json;
use std::sync::Arc;

const SIZE: Size = Size { width: 640.0, height: 200.0 };

fn figure(labels: &[&str], series: &[(&str, &[f32])]) -> Figure {
    let series = series.iter().map(|(name, y)| Series { name: (*name).into(), y: y.to_vec().into() });
    let x = labels.iter().map(|label| (*label).to_owned()).collect();
    let data = FigureData::Line { x, series: series.collect() };
    Figure { name: "logit_lens".into(), prompt: None, title: String::new(), data }
}

fn drawn(first: Figure, other: &Figure) -> (serde_json::Value, serde_json::Value) {
    let names = Names { first: "one".into(), other: "two".into() };
    chart(&Sides::new(Arc::new(first), other), &names, SIZE, &Inks::default()).unwrap().read()
}

#[test]
fn every_point_says_both_values_and_the_difference_with_its_error() {
    let of = |a: f32, b: f32| {
        let mean = [a.midpoint(b)];
        figure(&["0_pre"], &[("mean", &mean), ("stderr", &[0.5]), ("prompt:0", &[a]), ("prompt:1", &[b])])
    };
    let (data, layout) = drawn(of(2.0, 4.0), &of(1.0, 1.0));
    let traces = data.as_array().unwrap();
    let said = "<b>0_pre</b><br>one 3 ± 0.5000<br>two 1 ± 0.5000<br>difference +2 ± 1";
    let [band, lines @ ..] = traces.as_slice() else { panic!("a band") };
    assert!(lines.iter().all(|line| line["hovertext"][0] == said), "{:?}", lines[0]["hovertext"]);
    assert_eq!((lines.len(), &band["y"]), (3, &json!([3, 1])));
    let panels: Vec<_> = traces.iter().map(|trace| trace["yaxis"].as_str()).collect();
    assert_eq!(panels, [Some("y2"), None, None, Some("y2")]);
    assert_eq!(layout["xaxis"]["showticklabels"], json!(false));
}

#[test]
fn what_has_other_labels_stands_below_by_itself() {
    let (data, layout) = drawn(
        figure(&["0_pre"], &[("mean", &[1.0])]),
        &figure(&["0_pre", "1_pre"], &[("mean", &[2.0, 3.0])]),
    );
    assert_eq!(data.as_array().unwrap().len(), 2);
    assert_eq!((&data[1]["yaxis"], &data[1]["hovertext"][1]), (&json!("y2"), &json!("<b>1_pre</b> 3")));
    assert_eq!(layout["annotations"][0]["text"], json!("two"));
    assert_eq!(layout["xaxis2"]["ticktext"], json!(["0_pre", "1_pre"]));
}

#[test]
fn several_lines_of_a_side_are_told_apart_by_symbols() {
    let of = |value: f32| figure(&["0_pre"], &[("answer", &[value]), ("distractor", &[0.0])]);
    assert_eq!(line_names(&Sides::new(Arc::new(of(1.0)), &of(2.0))), ["● answer", "■ distractor"]);
    let (data, _) = drawn(of(1.0), &of(2.0));
    let symbols: Vec<_> =
        data.as_array().unwrap().iter().map(|trace| trace["marker"]["symbol"].clone()).collect();
    assert_eq!(symbols, ["circle", "circle", "circle", "square", "square", "square"]);
}

#[test]
fn numbered_values_are_points() {
    let (data, _) = drawn(
        figure(&["0", "1"], &[("logit_diff", &[1.0, 2.0])]),
        &figure(&["0", "1"], &[("logit_diff", &[1.0, 0.0])]),
    );
    assert!(data.as_array().unwrap().iter().all(|trace| trace["mode"] == "markers"));
}
