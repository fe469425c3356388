//! Arrays of two models, which are too large to stand side by side: where their numbers are.

use super::Pair;
use super::numbers::Frame;
use crate::components::figures::take_away::stored_address;
use crate::state::{RunState, RunStatus};
use leptos::prelude::*;
use model::sides::Side;
use model::wire::FigureData;

/// The figure.
#[component]
pub fn Arrays(
    /// Both sides.
    pair: Pair,
) -> impl IntoView {
    let run: RunState = expect_context();
    let (name, prompt) = pair.entry.with_value(|entry| (entry.name.clone(), entry.prompt));
    let sizes = move || {
        let both = pair.both.get()?;
        let FigureData::Tensor { axes, shape, .. } = &both.first.data else { return None };
        let sizes = axes.iter().zip(shape).map(|(axis, size)| format!("{axis} {size}"));
        Some(sizes.collect::<Vec<_>>().join(" × "))
    };
    let words = move || {
        let [first, ..] = pair.titles();
        let sizes = sizes().unwrap_or_default();
        format!(
            "Arrays of {sizes}. What is drawn of them further down is {first}’s; the numbers of all, as CSV:"
        )
    };
    let links = move || {
        let is_done = run.status.with(|status| matches!(status, RunStatus::Done { .. }));
        let link = |(side, title): (Side, String)| {
            let figure = run.figure(&side.name(&name), prompt).get()?;
            let address = stored_address(run, &figure, "csv")?;
            Some(view! { <a href=address download>{title}</a> })
        };
        let sides = [Side::First, Side::Other, Side::Difference].into_iter().zip(pair.titles());
        is_done.then(|| sides.filter_map(link).collect_view())
    };
    view! {
        <Frame pair>
            <p class="row hint side-files">{words} " " {links}</p>
        </Frame>
    }
}
