//! The right column of causal results: the pair, and what a selected cell says of every pair.

use super::pairs::PairTokens;
use super::{effect, map_names};
use crate::chart::format::{plain, signed};
use crate::components::figures::icons::{CLOSE, Icon};
use crate::components::inspector::bars::Bars;
use crate::state::{RunState, ViewState};
use leptos::prelude::*;
use model::wire::FigureData;

/// The selected cell, if any, and the pair.
#[component]
pub fn CausalSide() -> impl IntoView {
    let view: ViewState = expect_context();
    let is_open = Memo::new(move |_| view.cell.with(Option::is_some));
    let close = move |_| view.cell.set(None);
    view! {
        <Show when=move || is_open.get()>
            <section class="head-title">
                <div class="row base">
                    <h2 class="title">{move || cell_name(expect_context(), view)}</h2>
                    <button
                        type="button"
                        class="icon push"
                        title="Close (Esc)"
                        aria-label="Close the inspector"
                        on:click=close
                    >
                        <Icon path=CLOSE />
                    </button>
                </div>
            </section>
            <CellEffects of_heads=false />
        </Show>
        <PairTokens />
    }
}

/// `L2 · film`, as the maps over positions name the selected cell. Tracks.
fn cell_name(run: RunState, view: ViewState) -> Option<String> {
    let (layer, entry) = view.cell.get()?;
    let named = |name: &String| {
        let map = effect(run, view, name).get()?;
        (!map.of_heads() && entry < map.entries.len()).then(|| map.name(layer, entry))
    };
    map_names(run).get().iter().find_map(named)
}

/// What each map says of the selected head, or of the selected cell over positions.
#[component]
pub fn CellEffects(
    /// Whether a head is selected.
    of_heads: bool,
) -> impl IntoView {
    let run: RunState = expect_context();
    let names = map_names(run);
    view! {
        <For each=move || names.get() key=Clone::clone let:name>
            <CellEffect name of_heads />
        </For>
    }
}

/// What one map says of it: the value, its error, a bar for each pair.
#[component]
fn CellEffect(name: String, of_heads: bool) -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    let map = effect(run, view, &name);
    let (figure, pairs) = (run.figure(&name, None), run.figure(&format!("{name}_pairs"), None));
    let place = Memo::new(move |_| {
        let place = if of_heads { view.head.get() } else { view.cell.get() }?;
        map.with(|map| {
            let map = map.as_ref()?;
            (map.of_heads() == of_heads && place.1 < map.entries.len() && place.0 < map.lines.len())
                .then_some(place)
        })
    });
    let title = move || figure.get().map(|f| f.title.clone());
    let value = move || {
        let place = place.get()?;
        let change = map.with(|map| map.as_ref()?.change(place.0, place.1))?;
        Some(signed(change, 3))
    };
    let error = move || {
        let place = place.get()?;
        let error = map.with(|map| map.as_ref()?.error(place.0, place.1))?;
        Some(format!("± {}", plain(f64::from(error))))
    };
    let every = Memo::new(move |_| {
        let (Some(place), Some(pairs)) = (place.get(), pairs.get()) else { return Vec::new() };
        let columns = figure.get().map_or(0, |f| match &f.data {
            FigureData::Heatmap { columns, .. } => columns.len(),
            _ => 0,
        });
        let neutral = map.with(|map| map.as_ref().map_or(0.0, |map| map.neutral));
        let values = super::effects::by_pair(&pairs, place.0 * columns + place.1);
        values.into_iter().map(|value| value - neutral).collect()
    });
    let has_pairs = Memo::new(move |_| every.with(|every| every.len() > 1));
    let is_shown = Memo::new(move |_| place.with(Option::is_some));
    move || {
        is_shown.get().then(|| {
            view! {
                <section data-effect=name.clone()>
                    <h3>{title} <b class="num push">{value}</b> <small class="num">{error}</small></h3>
                    <Show when=move || has_pairs.get()>
                        <Bars
                            values=every
                            second=Signal::stored(Vec::<bool>::new())
                            what="Change of each pair"
                            name="pair"
                        />
                    </Show>
                </section>
            }
        })
    }
}
