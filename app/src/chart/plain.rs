//! Any line or scatter figure as a chart: for results that have no chart of their own.

use super::format::plain;
use super::json::{Object, object};
use super::{Chart, Inks, Size, layout, numbers, series, value_axis};
use model::wire::{Figure, FigureData, Series};

/// Width of a letter of a tick's label, in CSS pixels.
const LETTER: f64 = 6.6;
/// Labels are cut off after so many letters.
const LONGEST: usize = 16;
/// Left, right, top and bottom of the plot, in CSS pixels.
pub(super) const MARGIN: [f64; 4] = [44.0, 16.0, 8.0, 20.0];

/// The chart of a line or a scatter figure; none of another kind.
pub fn chart(figure: &Figure, size: Size, inks: &Inks) -> Option<Chart> {
    match &figure.data {
        FigureData::Line { x, series } => Some(lines(figure, x, series, size, inks)),
        FigureData::Scatter { x, y, labels, x_title, y_title } => {
            let hover = |(i, label): (usize, &String)| {
                let at = |values: &[f32]| plain(values.get(i).copied().map_or(f64::NAN, f64::from));
                format!("<b>{label}</b><br>{x_title} {}<br>{y_title} {}", at(x), at(y))
            };
            let points = object! {
                "type": "scatter", "mode": "markers", "hoverinfo": "text", "x": numbers(x), "y": numbers(y),
                "hovertext": labels.iter().enumerate().map(hover).collect::<Vec<_>>(),
                "marker": object! { "size": 7, "color": inks.series_1, "opacity": 0.8 },
            };
            let titled = |title: &String| {
                value_axis(inks, None).with("title", &object! { "text": title, "standoff": 6 })
            };
            // room for the titles of the axes
            let [left, right, top, bottom] = MARGIN;
            let layout = layout(size, [left + 14.0, right, top, bottom + 18.0], inks)
                .with("xaxis", &titled(x_title))
                .with("yaxis", &titled(y_title));
            Some(Chart { data: vec![points], layout })
        }
        _ => None,
    }
}

fn lines(figure: &Figure, labels: &[String], all: &[Series], size: Size, inks: &Inks) -> Chart {
    let errors = series(figure, "stderr");
    let shown = all.iter().filter(|s| s.name != "stderr");
    let data = shown.enumerate().map(|(i, line)| {
        let hover = |(at, label): (usize, &String)| {
            let value = line.y.get(at).copied().map_or(f64::NAN, f64::from);
            format!("{label}<br>{} <b>{}</b>", line.name, plain(value))
        };
        let one = line.name.starts_with("prompt:");
        let color = if line.name == "mean" { &inks.ink } else { inks.series(i) };
        let trace = object! {
            "type": "scatter", "name": line.name, "hoverinfo": "text",
            "mode": if one { "lines" } else { "lines+markers" },
            "x": (0..labels.len()).collect::<Vec<_>>(), "y": numbers(&line.y),
            "hovertext": labels.iter().enumerate().map(hover).collect::<Vec<_>>(),
            "opacity": if one { 0.35 } else { 1.0 },
            "line": object! { "color": color, "width": if one { 1.0 } else { 1.5 }, "dash": if i % 2 == 1 { "4px,2px" } else { "solid" } },
            "marker": object! { "size": 5, "color": color },
        };
        match errors {
            Some(errors) if line.name == "mean" => {
                let bars = object! { "array": numbers(errors), "visible": true, "color": color, "thickness": 1, "width": 0 };
                trace.with("error_y", &bars)
            }
            _ => trace,
        }
    });
    let data = data.collect();
    let layout = layout(size, MARGIN, inks)
        .with("xaxis", &labelled_axis(labels, size.width))
        .with("yaxis", &value_axis(inks, None));
    Chart { data, layout }
}

/// Every so many labels, as many as have room. Places are numbers: a category axis would join equal tokens.
pub(super) fn labelled_axis(labels: &[String], width: f64) -> Object {
    let longest = labels.iter().map(|l| l.chars().count().min(LONGEST)).max().unwrap_or(1);
    let room = (width / (longest as f64 * LETTER + 10.0)).floor().max(1.0);
    let every = (labels.len() as f64 / room).ceil().max(1.0) as usize;
    let shown = || (0..labels.len()).step_by(every);
    let cut = |label: &String| label.chars().take(LONGEST).collect::<String>();
    object! {
        "range": [-0.5, labels.len() as f64 - 0.5], "fixedrange": true, "tickangle": 0, "showgrid": false,
        "zeroline": false, "ticks": "",
        "tickvals": shown().collect::<Vec<_>>(), "ticktext": shown().map(|i| cut(&labels[i])).collect::<Vec<_>>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn figure(data: FigureData) -> Figure {
        Figure { name: "a".into(), prompt: None, title: String::new(), data }
    }

    const SIZE: Size = Size { width: 200.0, height: 100.0 };

    #[test]
    fn equal_labels_keep_places_of_their_own_and_the_error_goes_with_the_mean() {
        let line = |name: &str, y: [f32; 3]| Series { name: name.into(), y: y.to_vec().into() };
        let figure = figure(FigureData::Line {
            x: [" the", " film", " the"].map(String::from).into(),
            series: vec![line("mean", [1.0, f32::NAN, 3.0]), line("stderr", [0.5, 0.5, 0.5])],
        });
        let (data, layout) = chart(&figure, SIZE, &Inks::default()).unwrap().read();
        assert_eq!(data.as_array().unwrap().len(), 1);
        assert_eq!((&data[0]["x"], &data[0]["y"]), (&json!([0, 1, 2]), &json!([1, null, 3])));
        assert_eq!(data[0]["error_y"]["array"], json!([0.5, 0.5, 0.5]));
        assert_eq!(layout["xaxis"]["ticktext"], json!([" the", " film", " the"]));
    }

    #[test]
    fn points_say_what_they_are() {
        let figure = figure(FigureData::Scatter {
            x: vec![1.0].into(),
            y: vec![-2.5].into(),
            labels: vec!["L0H1".into()],
            x_title: "positive".into(),
            y_title: "negative".into(),
        });
        let (data, layout) = chart(&figure, SIZE, &Inks::default()).unwrap().read();
        assert_eq!(data[0]["hovertext"][0], "<b>L0H1</b><br>positive 1<br>negative −2.5000");
        assert_eq!(layout["yaxis"]["title"]["text"], "negative");
    }
}
