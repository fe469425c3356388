//! Lines or points of two sides in one chart, the difference below with its standard error.

use super::Pair;
use crate::chart::{Inks, Size, sides};
use crate::components::figures::lines::ChartFigure;
use leptos::prelude::*;

/// The figure.
#[component]
pub fn Lines(
    /// Both sides.
    pair: Pair,
) -> impl IntoView {
    let (heading, caption) = (pair.heading(), pair.caption());
    let [first, other, _] = pair.titles();
    let label = Signal::stored(format!("{}: {first} and {other}", heading.title));
    let chart = move |size: Size, inks: &Inks| {
        pair.both.with(|both| pair.names.with_value(|names| sides::chart(both.as_ref()?, names, size, inks)))
    };
    let has_difference = Memo::new(move |_| {
        pair.both.with(|both| both.as_ref().is_some_and(|both| both.difference.is_some()))
    });
    let lines =
        Memo::new(move |_| pair.both.with(|both| both.as_ref().map(sides::line_names)).unwrap_or_default());
    let key = move || {
        let [first, other, _] = pair.titles();
        let difference =
            has_difference.get().then(|| view! { <span><i class="stroke mean"></i>"difference"</span> });
        view! {
            <p class="key">
                <span><i class="stroke"></i>{first}</span>
                <span><i class="stroke b"></i>{other}</span>
                {difference}
                {lines.get().into_iter().map(|name| view! { <span>{name}</span> }).collect_view()}
            </p>
        }
    };
    view! {
        <ChartFigure
            heading
            caption
            figure=pair.figure()
            table=pair.table()
            label
            chart=Box::new(chart)
            beside=key
        />
    }
}
