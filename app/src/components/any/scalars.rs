//! Named numbers, and arrays that are too large to show.

use super::{Frame, Source};
use crate::chart::format::plain;
use leptos::prelude::*;
use model::wire::FigureData;

/// Names and values side by side.
#[component]
pub fn Scalars(
    /// A figure of scalars.
    figure: Source,
) -> impl IntoView {
    let items = move || {
        let figure = figure.get();
        let Some(FigureData::Scalars { values }) = figure.as_deref().map(|f| &f.data) else {
            return Vec::new();
        };
        let item = |(name, value): (&String, &Option<f64>)| {
            let value = value.map_or_else(|| "–".to_owned(), plain);
            view! { <div><dt>{name.replace('_', " ")}</dt><dd class="num">{value}</dd></div> }.into_any()
        };
        values.iter().map(item).collect()
    };
    view! {
        <Frame figure>
            <dl class="scalars">{items}</dl>
        </Frame>
    }
}

/// What an array holds, for those that no view draws.
#[component]
pub fn Shape(
    /// A figure of a tensor.
    figure: Source,
) -> impl IntoView {
    let text = move || {
        let figure = figure.get();
        let Some(FigureData::Tensor { axes, shape, .. }) = figure.as_deref().map(|f| &f.data) else {
            return String::new();
        };
        let sizes: Vec<String> =
            axes.iter().zip(shape).map(|(axis, size)| format!("{axis} {size}")).collect();
        format!("An array of {}: save it as JSON.", sizes.join(" × "))
    };
    view! {
        <Frame figure>
            <p class="hint">{text}</p>
        </Frame>
    }
}
