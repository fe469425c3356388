//! How the heads are arranged: which score, in its order or by layer, from which value on; and how close one looks.

use super::scores::{Scores, title, unit};
use super::state::GridState;
use super::surface::STEP;
use crate::components::figures::screen::Screen;
use crate::heatmap::atlas::Camera;
use crate::heatmap::{Colors, Map};
use crate::json;
use crate::link::Arrangement;
use leptos::prelude::*;

/// The line of controls above the grid.
#[component]
pub fn Controls(
    /// What is shown.
    grid: GridState,
) -> impl IntoView {
    let has_score = Memo::new(move |_| grid.order.with(|order| order.score.is_some()));
    let option = move |(i, name): (usize, String)| {
        view! {
            <option value=i selected=move || grid.order.with(|order| order.score == Some(i))>{title(&name)}</option>
        }
    };
    let choose = move |value: &str| {
        let names = grid.scores.with_untracked(|s| s.names.clone());
        let score = value.parse::<usize>().ok().and_then(|i| names.into_iter().nth(i));
        let sorted = score.is_some() && grid.view.heads.with_untracked(|heads| heads.sorted);
        grid.view.heads.set(Arrangement { score, sorted, least: None });
    };
    view! {
        <div class="controls">
            <label>
                "Score "
                <select aria-label="Score" on:change=move |event| choose(&event_target_value(&event))>
                    <option value="" selected=move || !has_score.get()>"none"</option>
                    {move || grid.scores.with(|s| s.names.clone()).into_iter().enumerate().map(option).collect_view()}
                </select>
            </label>
            <div class="tabs" role="group" aria-label="Order of the heads" hidden=move || !has_score.get()>
                <Tab grid sorted=false title="by layer" />
                <Tab grid sorted=true title="largest first" />
            </div>
            {move || has_score.get().then(|| view! { <Threshold grid /> })}
            <label class="choice">
                <input
                    type="checkbox"
                    class="switch"
                    prop:checked=grid.view.common
                    on:change=move |event| grid.view.common.set(event_target_checked(&event))
                />
                "One scale"
            </label>
            <Bar grid />
            <Zoom grid />
        </div>
    }
}

/// One of the two orders.
#[component]
fn Tab(grid: GridState, sorted: bool, title: &'static str) -> impl IntoView {
    view! {
        <button
            type="button"
            aria-pressed=move || (grid.order.with(|order| order.sorted) == sorted).to_string()
            on:click=move |_| grid.view.heads.update(|heads| heads.sorted = sorted)
        >
            {title}
        </button>
    }
}

/// The least value of the score, by slider or number, and how many heads have it.
#[component]
fn Threshold(grid: GridState) -> impl IntoView {
    let score = move || grid.order.with(|order| order.score).unwrap_or(0);
    let range = Memo::new(move |_| grid.scores.with(|s: &Scores| s.range(score())).unwrap_or((0.0, 1.0)));
    let low = move || range.get().0.min(0.0);
    let least = move || grid.order.with(|order| order.least).max(low());
    let read = move |text: &str| {
        json::number(&text.trim().replace(',', ".").replace('−', "-")).filter(|v| *v > low())
    };
    let set = move |text: &str| {
        let least = read(text);
        grid.sliding.set(None);
        grid.view.heads.update(|heads| heads.least = least);
    };
    // the address follows once the slider is let go: a browser takes no more than a few changes a second
    let slide = move |text: &str| grid.sliding.set(Some(read(text).unwrap_or(f64::MIN)));
    let about = move || {
        let kept = grid.maps.with(|m| grid.scores.with(|s| grid.order.with(|order| order.kept(m, s).len())));
        let all = grid.maps.with(|m| m.pyramid.tiles());
        let unit = grid.scores.with(|s| s.names.get(score()).map_or("", |name| unit(name)));
        format!("{unit} {kept} of {all} heads")
    };
    view! {
        <label class="threshold">
            "from "
            <input
                type="range"
                aria-label="Least score, as a slider"
                min=low
                max=move || range.get().1
                step=move || (range.get().1 - low()) / 200.0
                prop:value=least
                on:input=move |event| slide(&event_target_value(&event))
                on:change=move |event| set(&event_target_value(&event))
            />
            <input
                type="text"
                inputmode="decimal"
                size="5"
                autocomplete="off"
                aria-label="Least score"
                prop:value=move || format!("{:.2}", least())
                on:change=move |event| set(&event_target_value(&event))
            />
        </label>
        <small class="num" role="status">{about}</small>
    }
}

/// The colours and what they span.
#[component]
fn Bar(grid: GridState) -> impl IntoView {
    let screen = Screen::provide();
    let bar =
        move || format!("background:{}", Colors::of(Map::Mist, screen.ground.get()).gradient("to right"));
    view! {
        <span class="row range">
            <small>"0"</small>
            <i class="scale flat" style=bar></i>
            <small>{move || if grid.view.common.get() { "1" } else { "each head’s largest" }}</small>
        </span>
    }
}

/// Closer, farther, all.
#[component]
fn Zoom(grid: GridState) -> impl IntoView {
    let zoom = move |factor: f64| {
        grid.look(|camera, l| {
            let middle = (f64::from(l.frame.window.0) / 2.0, f64::from(l.frame.window.1) / 2.0);
            camera.zoomed(factor, middle, &l.frame)
        });
    };
    let whole = move || grid.camera.with(|camera| camera.zoom() <= 1.0);
    view! {
        <span class="row push zoom" role="group" aria-label="Zoom">
            <button type="button" class="icon" title="Farther (−)" aria-label="Farther" disabled=whole on:click=move |_| zoom(1.0 / STEP)>
                "−"
            </button>
            <button type="button" class="icon" title="Closer (+)" aria-label="Closer" on:click=move |_| zoom(STEP)>
                "+"
            </button>
            <button
                type="button"
                class="link"
                title="All heads (0, or a double click)"
                disabled=whole
                on:click=move |_| {
                    grid.look(|_, _| Camera::default());
                }
            >
                "all"
            </button>
        </span>
    }
}
