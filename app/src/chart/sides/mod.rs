//! The lines of two sides over each other, and below them their difference on an axis of its own; or the points of both.

use super::format::{change, plain};
use super::json::{Object, object};
use super::lens::error_band;
use super::plain::{MARGIN, labelled_axis};
use super::{Chart, Inks, Size, layout, line, numbers, range_with_zero, value_axis};
use crate::compare::{Line, LinePair, Names, Sides};
use model::wire::FigureData;

/// Lower and upper end of the panels, as shares of the plot, the upper panel first; and of the only one.
const PANELS: [[f64; 2]; 2] = [[0.52, 1.0], [0.0, 0.36]];
const ONE_PANEL: [f64; 2] = [0.0, 1.0];
/// What tells several lines of a side apart.
const SYMBOLS: [&str; 4] = ["circle", "square", "diamond", "triangle-up"];

/// The same in words beside the chart.
const MARKS: [&str; 4] = ["●", "■", "◆", "▲"];

/// Whose a line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    First,
    Other,
    Difference,
}

/// The chart; none of figures that are neither lines nor points.
pub fn chart(sides: &Sides, names: &Names, size: Size, inks: &Inks) -> Option<Chart> {
    match (&sides.first.data, &sides.other.data) {
        (FigureData::Line { .. }, FigureData::Line { .. }) => Some(lines(sides, names, size, inks)),
        (FigureData::Scatter { .. }, FigureData::Scatter { .. }) => points(sides, names, size, inks),
        _ => None,
    }
}

/// The names of a side's lines, each after its symbol; none where there is only one.
pub fn line_names(sides: &Sides) -> Vec<String> {
    let pairs = sides.lines();
    let named = |(nth, (first, ..)): (usize, &LinePair)| {
        format!("{} {}", MARKS[nth % MARKS.len()], first.name.replace('_', " "))
    };
    if pairs.len() > 1 { pairs.iter().enumerate().map(named).collect() } else { Vec::new() }
}

fn lines(sides: &Sides, names: &Names, size: Size, inks: &Inks) -> Chart {
    let (pairs, same, labels) = (sides.lines(), sides.same_labels(), sides.labels());
    let labels = labels.as_slice();
    let others = if same { labels } else { line(&sides.other).0 };
    let has_two = !same || pairs.iter().any(|(.., difference)| difference.is_some());
    // what has other labels stands in the lower panel, in the difference's place
    let below = |of: Of| of == Of::Difference || (of == Of::Other && !same);
    let mut data = Vec::new();
    for (nth, pair) in pairs.iter().enumerate() {
        let (first, other, difference) = pair;
        let hover = if same { said_of_all(labels, pair, names) } else { Vec::new() };
        let bands = difference.iter().filter_map(|line| Some(band(line, labels.len(), inks)?.on(true)));
        data.extend(bands);
        let drawn = [
            Some((first, Of::First)),
            Some((other, Of::Other)),
            difference.as_ref().map(|d| (d, Of::Difference)),
        ];
        for (line, of) in drawn.into_iter().flatten() {
            let labels = if of == Of::Other { others } else { labels };
            let hover = if same { hover.clone() } else { said(labels, line) };
            data.push(trace(line, of, nth, labels, &hover, inks).on(below(of)));
        }
    }
    let upper =
        pairs.iter().flat_map(|(first, other, _)| first.y.iter().chain(other.y.iter().filter(move |_| same)));
    let lower = pairs.iter().flat_map(|(_, other, difference)| {
        let line = if same { difference.as_ref() } else { Some(other) };
        line.into_iter().flat_map(extent)
    });
    let [top, bottom] = if has_two { PANELS } else { [ONE_PANEL; 2] };
    let hidden = has_two && same;
    let mut layout = layout(size, MARGIN, inks)
        .with(
            "xaxis",
            &labelled_axis(labels, size.width).with("anchor", "y").with("showticklabels", &!hidden),
        )
        .with("yaxis", &value_axis(inks, range_with_zero(upper.copied())).with("domain", &top));
    if has_two {
        let title = if same { "difference" } else { names.other.as_str() };
        layout = layout
            .with("xaxis2", &labelled_axis(others, size.width).with("anchor", "y2"))
            .with(
                "yaxis2",
                &value_axis(inks, range_with_zero(lower)).with("domain", &bottom).with("anchor", "x2"),
            )
            .with("annotations", &[panel_title(title, bottom[1])]);
    }
    Chart { data, layout }
}

impl Object {
    /// A trace in the lower panel, or in the upper one.
    fn on(self, lower: bool) -> Self {
        if lower { self.with("xaxis", "x2").with("yaxis", "y2") } else { self }
    }
}

fn panel_title(text: &str, top: f64) -> Object {
    object! {
        "xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": top, "yanchor": "bottom", "text": text,
        "showarrow": false,
    }
}

fn places(count: usize) -> Vec<Option<f64>> {
    (0..count).map(|place| Some(place as f64)).collect()
}

fn band(line: &Line, count: usize, inks: &Inks) -> Option<Object> {
    Some(error_band(&places(count), &line.y, line.stderr.as_deref()?, inks))
}

/// Values and the ends of their error bands.
fn extent(line: &Line) -> impl Iterator<Item = f32> {
    let errors = line.stderr.as_deref().unwrap_or_default();
    let error = |at: usize| errors.get(at).copied().filter(|e| e.is_finite()).unwrap_or(0.0);
    line.y.iter().enumerate().flat_map(move |(at, value)| [value - error(at), value + error(at)])
}

fn trace(line: &Line, of: Of, nth: usize, labels: &[String], hover: &[String], inks: &Inks) -> Object {
    let color = match of {
        Of::First => &inks.series_1,
        Of::Other => &inks.series_2,
        Of::Difference => &inks.ink,
    };
    let hollow = of == Of::Other;
    // prompts and neurons have an order, but nothing lies between two of them
    let numbered = labels.iter().all(|label| label.parse::<usize>().is_ok());
    object! {
        "type": "scatter", "mode": if numbered { "markers" } else { "lines+markers" }, "name": line.name,
        "x": places(labels.len()), "y": numbers(&line.y), "hoverinfo": "text", "hovertext": hover,
        "line": object! { "color": color, "width": 1.5, "dash": if hollow { "4px,2px" } else { "solid" } },
        "marker": object! {
            "symbol": SYMBOLS[nth % SYMBOLS.len()], "size": 6, "opacity": 1,
            "color": if hollow { &inks.paper } else { color },
            "line": object! { "color": if hollow { color } else { &inks.paper }, "width": if hollow { 1.75 } else { 1.0 } },
        },
        "cliponaxis": false,
    }
}

/// Both values and the difference, for each label.
fn said_of_all(labels: &[String], (first, other, difference): &LinePair, names: &Names) -> Vec<String> {
    let say = |(at, label): (usize, &String)| {
        let value = |name: &str, line: &Line, write: fn(f64) -> String| {
            format!("<br>{name} {}", value_at(line, at, write))
        };
        let named =
            if first.name.is_empty() { String::new() } else { format!(" {}", first.name.replace('_', " ")) };
        let both = value(&names.first, first, plain) + &value(&names.other, other, plain);
        let difference =
            difference.as_ref().map(|line| value("difference", line, change)).unwrap_or_default();
        format!("<b>{label}</b>{named}{both}{difference}")
    };
    labels.iter().enumerate().map(say).collect()
}

/// The values of a line that stands alone.
fn said(labels: &[String], line: &Line) -> Vec<String> {
    let say = |(at, label): (usize, &String)| format!("<b>{label}</b> {}", value_at(line, at, plain));
    labels.iter().enumerate().map(say).collect()
}

/// `0.4305 ± 0.0120`.
fn value_at(line: &Line, at: usize, write: fn(f64) -> String) -> String {
    let get = |values: &[f32]| values.get(at).copied().filter(|v| v.is_finite()).map(f64::from);
    let value = write(get(&line.y[..]).unwrap_or(f64::NAN));
    let error = line.stderr.as_deref().and_then(get).map(|error| format!(" ± {}", plain(error)));
    value + &error.unwrap_or_default()
}

/// Filled points of the first side, hollow ones of the other.
fn points(sides: &Sides, names: &Names, size: Size, inks: &Inks) -> Option<Chart> {
    let trace = |data: &FigureData, name: &String, hollow: bool| {
        let FigureData::Scatter { x, y, labels, x_title, y_title } = data else { return None };
        let hover = |(at, label): (usize, &String)| {
            let value = |values: &[f32]| plain(values.get(at).copied().map_or(f64::NAN, f64::from));
            format!("<b>{label}</b> {name}<br>{x_title} {}<br>{y_title} {}", value(x), value(y))
        };
        let color = if hollow { &inks.series_2 } else { &inks.series_1 };
        Some(object! {
            "type": "scatter", "mode": "markers", "name": name, "x": numbers(x), "y": numbers(y), "hoverinfo": "text",
            "hovertext": labels.iter().enumerate().map(hover).collect::<Vec<_>>(),
            "marker": object! {
                "size": 7, "opacity": 0.8, "color": if hollow { "rgba(0,0,0,0)" } else { color.as_str() },
                "line": object! { "color": color, "width": if hollow { 1.5 } else { 0.0 } },
            },
        })
    };
    let FigureData::Scatter { x_title, y_title, .. } = &sides.first.data else { return None };
    let data =
        vec![trace(&sides.first.data, &names.first, false)?, trace(&sides.other.data, &names.other, true)?];
    let titled =
        |title: &String| value_axis(inks, None).with("title", &object! { "text": title, "standoff": 6 });
    let [left, right, top, bottom] = MARGIN;
    let layout = layout(size, [left + 14.0, right, top, bottom + 18.0], inks)
        .with("xaxis", &titled(x_title))
        .with("yaxis", &titled(y_title));
    Some(Chart { data, layout })
}

#[cfg(test)]
mod tests;
