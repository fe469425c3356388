//! Lines and points.

use super::{Source, heading};
use crate::chart::{Inks, Size, line, plain};
use crate::components::figures::lines::ChartFigure;
use crate::state::RunState;
use leptos::prelude::*;
use model::table::Table;

/// A line or scatter figure as a chart.
#[component]
pub fn AnyChart(
    /// The figure.
    figure: Source,
) -> impl IntoView {
    let run: RunState = expect_context();
    let (heading, caption) = heading(run, figure);
    let label = heading.title.clone();
    let chart = move |size: Size, inks: &Inks| plain::chart(&*figure.get()?, size, inks);
    let table = Memo::new(move |_| figure.get().map(|f| Table::of(&f)).unwrap_or_default());
    let key = move || {
        let names = figure.get().map(|f| names(&f)).unwrap_or_default();
        let entry = |(i, name): (usize, String)| {
            let class = match name.as_str() {
                "mean" => "stroke mean",
                _ if i % 2 == 1 => "stroke b",
                _ => "stroke",
            };
            view! { <span><i class=class></i>{name.trim_start_matches("group:").to_owned()}</span> }
        };
        view! { <p class="key">{names.into_iter().enumerate().map(entry).collect_view()}</p> }
    };
    view! {
        <ChartFigure
            heading
            caption
            figure
            table
            label=Signal::stored(label)
            chart=Box::new(chart)
            beside=key
        />
    }
}

/// The series that a key is needed for: not the errors, and not one line a prompt.
fn names(figure: &model::wire::Figure) -> Vec<String> {
    let all = line(figure).1.iter().map(|s| s.name.clone()).filter(|name| name != "stderr");
    let names: Vec<String> = all.filter(|name| !name.starts_with("prompt:")).collect();
    if names.len() > 1 { names } else { Vec::new() }
}
