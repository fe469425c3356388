//! The prompt above the grid: the token under the pointer is the query whose row stands out in every map, and the others
//! are coloured by what the heads shown give to them.

use super::maps::cell_of;
use super::order::Order;
use super::state::GridState;
use crate::components::Token;
use crate::components::figures::screen::Screen;
use crate::components::inspector::tokens::spelled;
use crate::heatmap::{Colors, Map, Scale, css, ink_on};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, MouseEvent};

/// A share below this part of the largest is not written.
const WORTH_WRITING: f32 = 0.15;

/// The tokens.
#[component]
pub fn QueryTokens(
    /// What is shown.
    grid: GridState,
) -> impl IntoView {
    let shares = Memo::new(move |_| {
        let row = grid.row()?;
        let kept = grid.maps.with(|m| grid.scores.with(|s| grid.order.with(|order| order.kept(m, s))));
        Some(grid.maps.with(|maps| maps.mean(kept.into_iter(), row)))
    });
    let tokens = move || {
        grid.tokens
            .get()
            .into_iter()
            .enumerate()
            .map(|(i, text)| view! { <Chip grid i text shares /> })
            .collect_view()
    };
    let hover = move |event: &MouseEvent| grid.hovered.set(token_of(event));
    let lock = move |query: usize| {
        grid.view.query.update(|now| *now = (*now != Some(query)).then_some(query));
    };
    let said = move || {
        let query = grid.query()?;
        let token = grid.tokens.with(|tokens| spelled(&tokens[query]));
        let heads = grid.maps.with(|m| grid.scores.with(|s| grid.order.with(|o: &Order| o.kept(m, s).len())));
        Some(format!("From {token}: where {heads} heads look, mean."))
    };
    view! {
        <div class="query">
            <p
                class="gloss valued"
                role="listbox"
                tabindex="0"
                aria-label="Query token, whose row stands out in every map"
                aria-activedescendant=move || grid.query().map(|query| format!("query-{query}"))
                on:pointerover=move |event| hover(&event)
                on:pointerleave=move |_| grid.hovered.set(None)
                on:blur=move |_| {
                    grid.hovered.try_set(None);
                }
                on:click=move |event| {
                    if let Some(query) = token_of(&event) {
                        lock(query);
                    }
                }
                on:keydown=move |event| {
                    if on_key(grid, &event, lock) {
                        event.prevent_default();
                    }
                }
            >
                {tokens}
            </p>
            <p class="hint" role="status">
                {move || said().unwrap_or_else(|| "Point at a token to see where every head looks from it; a click keeps it.".to_owned())}
            </p>
        </div>
    }
}

/// One token, with its share of the attention from the query.
#[component]
fn Chip(grid: GridState, i: usize, text: String, shares: Memo<Option<Vec<f32>>>) -> impl IntoView {
    let screen = Screen::provide();
    let is_query = move || grid.query() == Some(i);
    // of this token alone, so that only those whose number changes are touched
    let share = Memo::new(move |_| {
        let (query, count) = (grid.query()?, grid.tokens.with(Vec::len));
        shares.with(|shares| {
            let shares = shares.as_ref()?;
            let largest = shares.iter().fold(0f32, |most, v| most.max(*v));
            let value = *shares.get(cell_of(i, count, shares.len()))?;
            (i <= query).then_some((value, largest))
        })
    });
    let color = move || {
        let (value, largest) = share.get()?;
        let color = Colors::of(Map::Mist, screen.ground.get()).at(Scale::from_zero(largest).step(value)?);
        Some(format!("background:{};color:{}", css(color), ink_on(color)))
    };
    let written = move || {
        let (value, largest) = share.get().filter(|(value, largest)| *value >= WORTH_WRITING * largest)?;
        (largest > 0.0).then(|| format!("{value:.2}"))
    };
    view! {
        <span
            class="g"
            role="option"
            id=format!("query-{i}")
            data-query=i
            class:on=is_query
            aria-selected=move || is_query().to_string()
        >
            <span class="chip" style=color>
                <Token text />
            </span>
            <small>{written}</small>
        </span>
    }
}

/// The number of the token under an event.
fn token_of(event: &MouseEvent) -> Option<usize> {
    let element = event.target()?.dyn_into::<Element>().ok()?;
    element.closest("[data-query]").ok()??.get_attribute("data-query")?.parse().ok()
}

/// Arrows walk, Enter keeps, Escape lets go; whether a key did something.
fn on_key(grid: GridState, event: &KeyboardEvent, lock: impl Fn(usize)) -> bool {
    let last = grid.tokens.with_untracked(Vec::len).saturating_sub(1);
    let now = untrack(|| grid.query());
    let walk = |to: usize| {
        grid.hovered.set(Some(to.min(last)));
        true
    };
    match event.key().as_str() {
        "ArrowRight" | "ArrowDown" => walk(now.map_or(0, |now| now + 1)),
        "ArrowLeft" | "ArrowUp" => walk(now.map_or(last, |now| now.saturating_sub(1))),
        "Home" => walk(0),
        "End" => walk(last),
        "Enter" | " " => now.inspect(|now| lock(*now)).is_some(),
        "Escape" => {
            grid.hovered.set(None);
            let was_locked = grid.view.query.get_untracked().is_some();
            grid.view.query.set(None);
            was_locked
        }
        _ => false,
    }
}
