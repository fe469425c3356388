//! The colour bar: the range of a diverging map, which can be set, and its palette, which can be changed.

use crate::chart::format::signed;
use crate::heatmap::Colors;
use crate::json;
use crate::state::{Palette, ViewState};
use leptos::prelude::*;

/// The bar at `at` from the left, as high as the cells.
#[component]
pub fn ScaleBar(
    /// From the left, CSS pixels.
    at: Signal<f64>,
    /// Its height, CSS pixels.
    height: Signal<f64>,
    /// The value of the last colour; the first is its negative.
    limit: Signal<f32>,
    /// The colours.
    colors: Signal<Colors>,
) -> impl IntoView {
    let view: ViewState = expect_context();
    let set = move |text: String| {
        let limit = json::number(&text.trim().trim_start_matches(['+', '±']).replace(',', "."));
        view.scale.set(limit.filter(|limit| *limit > 0.0));
    };
    let (orange, red) = (Palette::OrangePurple, Palette::RedBlue);
    let other = move || if view.palette.get() == red { orange } else { red };
    let other_name =
        move || if other() == red { "Red and blue" } else { "Orange and purple, for the colour-blind" };
    view! {
        <div class="scale-bar at" style=move || format!("left:{}px;height:{}px", at.get(), height.get())>
            <button
                type="button"
                class="scale"
                title=other_name
                aria-label=move || format!("Colours: {}", other_name())
                style=move || format!("background:{}", colors.get().gradient("to top"))
                on:click=move |_| view.palette.set(other())
            ></button>
            <input
                class="lab"
                type="text"
                inputmode="decimal"
                size="6"
                autocomplete="off"
                aria-label="Range of the colours, plus and minus"
                title="Range of the colours; empty for the largest value"
                class:set=move || view.scale.with(Option::is_some)
                prop:value=move || signed(limit.get(), 2)
                on:change=move |event| set(event_target_value(&event))
            />
            <span class="lab middle" aria-hidden="true">"0"</span>
            <span class="lab bottom" aria-hidden="true">{move || signed(-limit.get(), 2)}</span>
        </div>
    }
}
