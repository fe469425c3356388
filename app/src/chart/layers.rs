//! Layer attribution as a chart: what each layer's attention and MLP add, with embeddings and bias at the ends.

use super::json::{Object, object};
use super::lens::hover_text;
use super::{Chart, Inks, LayerAxis, Part, Size, groups, layout, line, range_with_zero, series, value_axis};
use model::wire::Figure;

/// The outputs that make a trace each, with their names as the key shows them.
const OUTPUTS: [(Output, &str); 3] =
    [(Output::Mlp, "mlp_out"), (Output::Attention, "attn_out"), (Output::Ends, "embed, bias")];

#[derive(Clone, Copy, PartialEq)]
enum Output {
    Attention,
    Mlp,
    Ends,
}

impl Output {
    fn of(part: Part) -> Self {
        match part {
            Part::AttnOut(_) => Self::Attention,
            Part::MlpOut(_) => Self::Mlp,
            _ => Self::Ends,
        }
    }
}

/// One part of the decomposition: its number among the labels, and its place.
type Place = (usize, f64);

/// The chart of the figure `layer_attribution`, `height` pixels high, with a band over the `marked` layer.
pub fn chart(figure: &Figure, marked: Option<usize>, axis: &LayerAxis, height: f64, inks: &Inks) -> Chart {
    let (labels, _) = line(figure);
    let parts: Vec<(usize, Part)> =
        labels.iter().enumerate().filter_map(|(i, l)| Some((i, l.parse().ok()?))).collect();
    let mut data = Vec::new();
    for (output, name) in OUTPUTS {
        let mine = parts.iter().filter(|(_, part)| Output::of(*part) == output);
        let places: Vec<Place> = mine.map(|(i, part)| (*i, axis.position(*part))).collect();
        if output != Output::Ends {
            let groups = groups(figure);
            let lines = groups.iter().filter_map(|g| series(figure, &format!("group:{g}")));
            data.extend(lines.map(|y| faint(y, &places, output, inks)));
        }
        data.push(trace(figure, name, output, &places, inks));
    }

    let size = Size { width: axis.width, height };
    let band: Vec<Object> = marked.map(|layer| LayerAxis::band(layer, inks)).into_iter().collect();
    let layout = layout(size, [axis.left, axis.width - axis.end(), 4.0, 16.0], inks)
        .with("xaxis", &axis.plotly(inks))
        .with("yaxis", &value_axis(inks, range_with_zero(extent(figure))))
        .with("shapes", &band);
    Chart { data, layout }
}

/// All that is drawn: the groups' lines and the ends of the error bars.
fn extent(figure: &Figure) -> impl Iterator<Item = f32> {
    let errors = series(figure, "stderr").unwrap_or_default();
    let mean = series(figure, "mean").unwrap_or_default().iter().enumerate();
    let bars = mean.flat_map(|(i, m)| {
        let error = errors.get(i).copied().filter(|e| e.is_finite()).unwrap_or(0.0);
        [m - error, m + error]
    });
    let groups = line(figure).1.iter().filter(|s| s.name.starts_with("group:"));
    bars.chain(groups.flat_map(|s| s.y.iter().copied()))
}

fn at(values: &[f32], (index, _): &Place) -> Option<f32> {
    values.get(*index).copied().filter(|v| v.is_finite())
}

fn faint(y: &[f32], places: &[Place], output: Output, inks: &Inks) -> Object {
    object! {
        "type": "scatter", "mode": "lines", "name": "group", "hoverinfo": "skip", "opacity": 0.4,
        "x": places.iter().map(|(_, x)| x).collect::<Vec<_>>(),
        "y": places.iter().map(|p| at(y, p)).collect::<Vec<_>>(),
        "line": object! { "color": color(output, inks), "width": 1 },
    }
}

fn trace(figure: &Figure, name: &str, output: Output, places: &[Place], inks: &Inks) -> Object {
    let (labels, _) = line(figure);
    let (mean, errors) =
        (series(figure, "mean").unwrap_or_default(), series(figure, "stderr").unwrap_or_default());
    let color = color(output, inks);
    let hollow = output == Output::Mlp;
    object! {
        "type": "scatter", "name": name, "hoverinfo": "text",
        "mode": if output == Output::Ends { "markers" } else { "lines+markers" },
        "x": places.iter().map(|(_, x)| x).collect::<Vec<_>>(),
        "y": places.iter().map(|p| at(mean, p)).collect::<Vec<_>>(),
        "error_y": object! {
            "array": places.iter().map(|p| at(errors, p)).collect::<Vec<_>>(),
            "visible": true, "color": color, "thickness": 1, "width": 0,
        },
        "customdata": places.iter().map(|(i, _)| &labels[*i]).collect::<Vec<_>>(),
        "hovertext": places.iter().map(|(i, _)| hover_text(figure, labels, *i)).collect::<Vec<_>>(),
        "line": object! { "color": color, "width": 1.5, "dash": if hollow { "4px,2px" } else { "solid" } },
        "marker": object! {
            "opacity": 1,
            "symbol": if output == Output::Ends { "square" } else { "circle" },
            "size": if output == Output::Ends { 5 } else { 6 },
            "color": if hollow { &inks.paper } else { color },
            "line": object! { "color": if hollow { color } else { &inks.paper }, "width": if hollow { 1.75 } else { 1.0 } },
        },
    }
}

fn color(output: Output, inks: &Inks) -> &String {
    match output {
        Output::Attention => &inks.series_1,
        Output::Mlp => &inks.series_2,
        Output::Ends => &inks.ink,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::wire::{FigureData, Series};
    use serde_json::json;

    #[test]
    fn attention_and_mlp_are_series_of_their_own_and_the_ends_are_points() {
        let data = FigureData::Line {
            x: ["embed", "0_attn_out", "0_mlp_out", "1_attn_out", "1_mlp_out", "bias"]
                .map(String::from)
                .into(),
            series: vec![Series { name: "mean".into(), y: vec![0.1, 1.0, 2.0, 3.0, f32::NAN, 0.2].into() }],
        };
        let figure = Figure { name: "layer_attribution".into(), prompt: None, title: String::new(), data };
        let chart = chart(&figure, Some(1), &LayerAxis::new(2, 640.0, 1.0), 96.0, &Inks::default());
        let (data, layout) = chart.read();
        let [mlp, attention, ends] = data.as_array().unwrap().as_slice() else { panic!("three traces") };
        assert_eq!((&mlp["name"], &mlp["y"]), (&json!("mlp_out"), &json!([2, null])));
        assert_eq!(attention["customdata"], json!(["0_attn_out", "1_attn_out"]));
        assert_eq!(attention["x"], json!([0.5, 1.5]));
        assert_eq!(ends["customdata"], json!(["embed", "bias"]));
        assert_eq!(layout["shapes"][0]["x0"], json!(1));
    }
}
