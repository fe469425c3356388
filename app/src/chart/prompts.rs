//! Logit differences prompt by prompt as a chart: a point each, group beside group, with the groups' means.

use super::format::signed;
use super::json::{Object, object};
use super::{Chart, Inks, LayerAxis, Size, layout, range_with_zero, value_axis};

/// The prompts as the chart shows them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prompts {
    /// logit(answer) − logit(distractor) by prompt; NaN where it is not computed yet.
    pub values: Vec<f32>,
    /// Each prompt's group, by its number in `names`; all 0 without groups.
    pub groups: Vec<usize>,
    /// The groups' names, in order of appearance; empty without groups.
    pub names: Vec<String>,
    /// The selected prompt.
    pub selected: usize,
}

/// So many prompts at most are labelled as wrong; where there are more, the summary counts them.
const LABELLED: usize = 3;

/// Places left empty between two groups.
const BETWEEN: usize = 2;

impl Prompts {
    /// The numbers of the prompts of each group, in order.
    fn members(&self) -> Vec<Vec<usize>> {
        let count = self.names.len().max(1);
        let mut members = vec![Vec::new(); count];
        for prompt in 0..self.values.len() {
            members[self.groups.get(prompt).copied().unwrap_or(0).min(count - 1)].push(prompt);
        }
        members
    }

    /// The mean over the prompts that are computed.
    fn mean(&self, members: &[usize]) -> Option<f64> {
        let known = members.iter().map(|p| f64::from(self.values[*p])).filter(|v| v.is_finite());
        let (sum, count) = known.fold((0.0, 0.0), |(sum, count), v| (sum + v, count + 1.0));
        (count > 0.0).then(|| sum / count)
    }
}

/// The chart, `height` pixels high, on the same left and right edges as the axis of layers.
pub fn chart(prompts: &Prompts, axis: &LayerAxis, height: f64, inks: &Inks) -> Chart {
    let members = prompts.members();
    let (mut data, mut shapes, mut means, mut ticks) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut start, mut places) = (0, vec![0; prompts.values.len()]);
    for (group, members) in members.iter().enumerate().filter(|(_, m)| !m.is_empty()) {
        data.push(points(prompts, members, group, start, inks));
        for (i, prompt) in members.iter().enumerate() {
            places[*prompt] = start + i;
        }
        let end = start + members.len() - 1;
        ticks.extend([(start, members[0]), (end, members[members.len() - 1])]);
        if let Some(mean) = prompts.mean(members) {
            shapes.push(mean_line(mean, start, end, group, inks));
            means.push((mean, group));
        }
        start = end + 1 + BETWEEN;
    }
    let known = prompts.values.get(prompts.selected).is_some_and(|v| v.is_finite());
    data.extend(known.then(|| ring(prompts, places[prompts.selected], inks)));

    let size = Size { width: axis.width, height };
    let mut notes = mean_labels(&means, inks);
    notes.extend(wrong_labels(prompts, &places));
    let layout = layout(size, [axis.left, axis.width - axis.end(), 8.0, 16.0], inks)
        .with("xaxis", &prompt_axis(start.saturating_sub(BETWEEN), ticks))
        .with("yaxis", &value_axis(inks, range_with_zero(prompts.values.iter().copied())))
        .with("shapes", &shapes)
        .with("annotations", &notes);
    Chart { data, layout }
}

/// The axis of `places` places, with the numbers of the first and the last prompt of each group.
fn prompt_axis(places: usize, mut ticks: Vec<(usize, usize)>) -> Object {
    ticks.dedup();
    object! {
        "range": [-0.8, places as f64 - 0.2], "fixedrange": true, "tickangle": 0,
        "tickvals": ticks.iter().map(|(x, _)| x).collect::<Vec<_>>(),
        "ticktext": ticks.iter().map(|(_, prompt)| prompt + 1).collect::<Vec<_>>(),
        "showgrid": false, "zeroline": false, "ticks": "",
    }
}

fn points(prompts: &Prompts, members: &[usize], group: usize, start: usize, inks: &Inks) -> Object {
    let (color, hollow) = (inks.series(group), group % 2 == 1);
    let hover = |prompt: &usize| {
        let group = prompts.names.get(group).map(|name| format!(" · {name}")).unwrap_or_default();
        let value = f64::from(prompts.values[*prompt]);
        let wrong = if value < 0.0 { "<br>prefers the distractor" } else { "" };
        format!("prompt {}{group}<br><b>{}</b> logits{wrong}", prompt + 1, signed(value, 3))
    };
    object! {
        "type": "scatter", "mode": "markers", "name": prompts.names.get(group),
        "x": (start..start + members.len()).collect::<Vec<_>>(),
        "y": members.iter().map(|p| Some(prompts.values[*p]).filter(|v| v.is_finite())).collect::<Vec<_>>(),
        "customdata": members, "hoverinfo": "text", "hovertext": members.iter().map(hover).collect::<Vec<_>>(),
        "marker": object! {
            "size": 7, "color": if hollow { &inks.paper } else { color },
            "line": object! {
                "color": if hollow { color } else { &inks.paper }, "width": if hollow { 1.75 } else { 1.0 },
            },
        },
        "cliponaxis": false,
    }
}

/// A ring round the selected prompt's point, which stands at `x`.
fn ring(prompts: &Prompts, x: usize, inks: &Inks) -> Object {
    object! {
        "type": "scatter", "mode": "markers", "name": "selected", "hoverinfo": "skip", "cliponaxis": false,
        "x": [x], "y": [prompts.values[prompts.selected]],
        "marker": object! { "size": 12, "color": "rgba(0,0,0,0)", "line": object! { "color": inks.accent, "width": 1.5 } },
    }
}

/// Names the prompts on which the distractor wins, if they are few. `places` are the points' places by prompt.
fn wrong_labels(prompts: &Prompts, places: &[usize]) -> Vec<Object> {
    let wrong: Vec<usize> = (0..places.len()).filter(|p| prompts.values[*p] < 0.0).collect();
    let label = |prompt: &usize| {
        object! {
            "x": places[*prompt], "y": prompts.values[*prompt], "showarrow": false,
            "xanchor": "left", "xshift": 6, "yanchor": "middle", "text": format!("{}: wrong", prompt + 1),
        }
    };
    if wrong.len() > LABELLED { Vec::new() } else { wrong.iter().map(label).collect() }
}

fn mean_line(mean: f64, start: usize, end: usize, group: usize, inks: &Inks) -> Object {
    object! {
        "type": "line", "layer": "below", "x0": start as f64 - 0.5, "x1": end as f64 + 0.5, "y0": mean, "y1": mean,
        "line": object! {
            "color": inks.series(group), "width": 1.5,
            "dash": if group.is_multiple_of(2) { "solid" } else { "4px,2px" },
        },
    }
}

/// The means beside the chart, the highest above its line and the others below, so that two can be read.
fn mean_labels(means: &[(f64, usize)], inks: &Inks) -> Vec<Object> {
    let highest = means.iter().fold(f64::NEG_INFINITY, |highest, (mean, _)| highest.max(*mean));
    let label = |(mean, group): &(f64, usize)| {
        object! {
            "xref": "paper", "x": 1, "xanchor": "left", "xshift": 8, "y": mean, "showarrow": false,
            "yanchor": if means.len() < 2 { "middle" } else if *mean >= highest { "bottom" } else { "top" },
            "text": signed(*mean, 2), "font": object! { "color": inks.series(*group) },
        }
    };
    means.iter().map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn groups_stand_side_by_side_and_keep_the_prompts_numbers() {
        let prompts = Prompts {
            values: vec![1.0, 2.0, 3.0, f32::NAN],
            groups: vec![0, 1, 0, 1],
            names: vec!["positive".into(), "negative".into()],
            selected: 2,
        };
        let chart = chart(&prompts, &LayerAxis::new(4, 640.0, 1.0), 92.0, &Inks::default());
        let (data, layout) = chart.read();
        let [first, second, selected] = data.as_array().unwrap().as_slice() else {
            panic!("two groups and a ring")
        };
        assert_eq!((&first["x"], &first["customdata"]), (&json!([0, 1]), &json!([0, 2])));
        assert_eq!((&second["x"], &second["customdata"]), (&json!([4, 5]), &json!([1, 3])));
        assert_eq!(second["y"], json!([2, null]));
        assert_eq!((&selected["x"], &selected["y"]), (&json!([1]), &json!([3])));
        assert_eq!(layout["xaxis"]["ticktext"], json!([1, 3, 2, 4]));
        assert_eq!(layout["shapes"][0]["y0"], json!(2));
    }

    #[test]
    fn without_groups_all_prompts_are_one() {
        let prompts = Prompts { values: vec![1.0], ..Prompts::default() };
        let chart = chart(&prompts, &LayerAxis::new(4, 640.0, 1.0), 92.0, &Inks::default());
        let (data, layout) = chart.read();
        assert_eq!(data.as_array().unwrap().len(), 2);
        assert_eq!(layout["xaxis"]["ticktext"], json!([1]));
    }
}
