//! The logit lens as a chart: what the residual stream already says before each layer, and the total it arrives at.

use super::format::signed;
use super::json::{Object, object};
use super::{
    Chart, Inks, LayerAxis, Part, Size, groups, layout, line, numbers, range_with_zero, series, value_axis,
};
use model::wire::Figure;

/// What the chart shows besides the lens itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lens {
    /// The mean logit difference, where the parts arrive.
    pub total: Option<f64>,
    /// The unembedding bias's part of it, which the lens leaves out.
    pub bias: Option<f64>,
    /// The layer to mark.
    pub marked: Option<usize>,
}

/// The chart of the figure `logit_lens`, `height` pixels high.
pub fn chart(figure: &Figure, lens: Lens, axis: &LayerAxis, height: f64, inks: &Inks) -> Chart {
    let (labels, all) = line(figure);
    let places: Vec<Option<f64>> =
        labels.iter().map(|l| l.parse().ok().map(|part| axis.position(part))).collect();
    let groups = groups(figure);
    let mut data: Vec<Object> = spread(figure, &places, inks).into_iter().collect();
    for (index, group) in groups.iter().enumerate() {
        data.extend(series(figure, &format!("group:{group}")).map(|y| group_line(&places, y, index, inks)));
    }
    data.extend(series(figure, "mean").map(|mean| mean_line(figure, labels, &places, mean, lens, inks)));
    data.extend(arrival(figure, lens, axis, inks));

    let drawn = all.iter().filter(|s| s.name == "mean" || s.name.starts_with("group:"));
    let ends = drawn.flat_map(|s| s.y.iter().copied()).chain(lens.total.map(|t| t as f32));
    let band = lens.marked.map(|layer| LayerAxis::band(layer, inks));
    let shapes: Vec<Object> =
        band.into_iter().chain(lens.total.map(|total| total_line(total, inks))).collect();
    let notes: Vec<Object> =
        lens.total.map(|total| total_label(total, axis.narrow, inks)).into_iter().collect();
    let size = Size { width: axis.width, height };
    let layout = layout(size, [axis.left, axis.width - axis.end(), 6.0, 16.0], inks)
        .with("xaxis", &axis.plotly(inks))
        .with("yaxis", &value_axis(inks, range_with_zero(ends)))
        .with("shapes", &shapes)
        .with("annotations", &notes);
    Chart { data, layout }
}

/// The area of one standard error to both sides of the figure's mean.
fn spread(figure: &Figure, places: &[Option<f64>], inks: &Inks) -> Option<Object> {
    Some(error_band(places, series(figure, "mean")?, series(figure, "stderr")?, inks))
}

/// One standard error to both sides of a line, as an area.
pub(super) fn error_band(places: &[Option<f64>], mean: &[f32], error: &[f32], inks: &Inks) -> Object {
    let points =
        || places.iter().zip(mean.iter().zip(error)).filter(|(_, (m, e))| m.is_finite() && e.is_finite());
    let upper = points().map(|(x, (m, e))| (x, m + e));
    let lower = points().map(|(x, (m, e))| (x, m - e));
    let (x, y): (Vec<&Option<f64>>, Vec<f32>) = upper.chain(lower.rev()).unzip();
    object! {
        "type": "scatter", "mode": "lines", "name": "stderr", "x": x, "y": y, "hoverinfo": "skip",
        "fill": "toself", "fillcolor": inks.grid, "line": object! { "width": 0 },
    }
}

fn group_line(places: &[Option<f64>], y: &[f32], index: usize, inks: &Inks) -> Object {
    object! {
        "type": "scatter", "mode": "lines", "name": "group", "x": places, "y": numbers(y), "hoverinfo": "skip",
        "line": object! { "color": inks.series(index), "width": 1, "dash": if index.is_multiple_of(2) { "solid" } else { "4px,2px" } },
    }
}

fn mean_line(
    figure: &Figure,
    labels: &[String],
    places: &[Option<f64>],
    mean: &[f32],
    lens: Lens,
    inks: &Inks,
) -> Object {
    let marked = |label: &String| {
        let at = lens.marked.and_then(|layer| match label.parse().ok()? {
            Part::Pre(l) | Part::Mid(l) => Some(l == layer || l == layer + 1),
            Part::FinalPost => Some(places.len() > 1 && axis_layers(labels) == layer + 1),
            _ => None,
        });
        at == Some(true)
    };
    let hover: Vec<String> = (0..labels.len()).map(|i| hover_text(figure, labels, i)).collect();
    object! {
        "type": "scatter", "mode": "lines+markers", "name": "mean", "x": places, "y": numbers(mean),
        "customdata": labels, "hovertext": hover, "hoverinfo": "text",
        "line": object! { "color": inks.ink, "width": 1.5 },
        "marker": object! {
            "opacity": 1, "size": labels.iter().map(|l| if marked(l) { 8 } else { 6 }).collect::<Vec<_>>(),
            "color": labels.iter().map(|l| if marked(l) { &inks.accent } else { &inks.ink }).collect::<Vec<_>>(),
            "line": object! { "color": inks.paper, "width": 1 },
        },
    }
}

/// How many layers the labels speak of.
fn axis_layers(labels: &[String]) -> usize {
    labels.iter().filter(|l| matches!(l.parse(), Ok(Part::Pre(_)))).count()
}

/// From the last layer's residual stream, over the bias, to the total: dotted.
fn arrival(figure: &Figure, lens: Lens, axis: &LayerAxis, inks: &Inks) -> Option<Object> {
    let last = f64::from(*series(figure, "mean")?.last()?);
    let total = lens.total?;
    let bias = lens.bias.map(|b| format!("<br>the unembedding's bias gives {}", signed(b, 3)));
    Some(object! {
        "type": "scatter", "mode": "lines+markers", "name": "total",
        "x": [axis.position(Part::FinalPost), axis.position(Part::Bias)], "y": [last, total],
        "customdata": ["final_post", "bias"], "hoverinfo": "text",
        "hovertext": [String::new(), format!("<b>total</b> {} logits{}", signed(total, 3), bias.unwrap_or_default())],
        "line": object! { "color": inks.ink_2, "width": 1, "dash": "dot" },
        "marker": object! { "opacity": 1, "color": inks.ink, "size": [0, 6], "line": object! { "color": inks.paper, "width": 1 } },
    })
}

fn total_line(total: f64, inks: &Inks) -> Object {
    object! {
        "type": "line", "layer": "below", "xref": "paper", "x0": 0, "x1": 1, "y0": total, "y1": total,
        "line": object! { "color": inks.ink_2, "width": 1, "dash": "dot" },
    }
}

fn total_label(total: f64, narrow: bool, inks: &Inks) -> Object {
    let words = if narrow { "" } else { " total" };
    object! {
        "xref": "paper", "x": 1, "xanchor": "left", "xshift": 8, "y": total, "yanchor": "middle",
        "text": format!("<b>{}</b>{words}", signed(total, 2)), "showarrow": false,
        "font": object! { "color": inks.ink },
    }
}

/// Label, mean and standard error, and each group's mean, of one place.
pub(crate) fn hover_text(figure: &Figure, labels: &[String], index: usize) -> String {
    let at = |name: &str| series(figure, name).and_then(|y| y.get(index)).copied().filter(|v| v.is_finite());
    let Some(mean) = at("mean") else { return String::new() };
    let error = at("stderr").map(|e| format!(" ± {e:.3}")).unwrap_or_default();
    let groups = groups(figure).into_iter().filter_map(|group| {
        let value = at(&format!("group:{group}"))?;
        Some(format!("<br>{group} {}", signed(value, 3)))
    });
    format!("<b>{}</b> {}{error}", labels[index], signed(mean, 3)) + &groups.collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::wire::{FigureData, Series};
    use serde_json::json;

    fn figure() -> Figure {
        let series = |name: &str, y: [f32; 3]| Series { name: name.into(), y: y.to_vec().into() };
        let data = FigureData::Line {
            x: ["0_pre", "1_pre", "final_post"].map(String::from).into(),
            series: vec![
                series("mean", [0.0, 1.0, 3.0]),
                series("stderr", [0.1, 0.1, 0.5]),
                series("group:positive", [0.0, 2.0, 4.0]),
            ],
        };
        Figure { name: "logit_lens".into(), prompt: None, title: String::new(), data }
    }

    #[test]
    fn the_dotted_line_ends_at_the_total_bias_included() {
        let axis = LayerAxis::new(2, 640.0, 1.0);
        let lens = Lens { total: Some(3.5), bias: Some(0.5), marked: Some(1) };
        let chart = chart(&figure(), lens, &axis, 104.0, &Inks::default());
        let (data, layout) = chart.read();
        let traces = data.as_array().unwrap();
        assert_eq!(
            traces.iter().map(|t| t["name"].as_str().unwrap()).collect::<Vec<_>>(),
            ["stderr", "group", "mean", "total"]
        );
        assert_eq!(traces[2]["x"], json!([0, 1, 2]));
        assert_eq!(traces[2]["marker"]["size"], json!([6, 8, 8]));
        assert_eq!(traces[3]["y"], json!([3, 3.5]));
        assert_eq!(layout["shapes"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn a_hover_names_the_place_as_transformer_lens_does() {
        let figure = figure();
        let text = hover_text(&figure, line(&figure).0, 2);
        assert_eq!(text, "<b>final_post</b> +3.000 ± 0.500<br>positive +4.000");
    }
}
