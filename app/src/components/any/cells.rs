//! A labelled matrix on the page: its cells, the labels around them, what is written in them, the range of its colours.

use super::shown::{LONGEST, Shown};
use crate::chart::format::plain;
use crate::components::Token;
use crate::components::figures::heatmap_view::{HeatmapView, Said};
use crate::components::figures::screen::Screen;
use crate::heatmap::{Cell, Colors, ink_on};
use leptos::prelude::*;
use std::sync::Arc;

/// The least width of a cell that its value, or its text, is written in.
const ROOM: f64 = 44.0;
/// Texts are written in at most so many cells.
pub const MOST_TEXTS: usize = 3000;

/// The cells with the labels around; nothing until there is something to show.
#[component]
pub fn LabelledCells(
    /// What is drawn.
    #[prop(into)]
    shown: Signal<Option<Shown>>,
    /// The figure in words, for screen readers.
    #[prop(into)]
    label: Signal<String>,
    /// What is written in the cells, row-major, in place of their values.
    texts: Signal<Arc<Vec<String>>>,
    /// The cell to mark.
    #[prop(into)]
    marked: Signal<Option<Cell>>,
    /// What to say of a cell.
    describe: Callback<Cell, Said>,
    /// The cell under the pointer or the keyboard.
    on_hover: Callback<Option<Cell>>,
    /// A cell was chosen.
    on_pick: Callback<Cell>,
) -> impl IntoView {
    let is_shown = Memo::new(move |_| shown.with(Option::is_some));
    let picture = Signal::derive(move || {
        shown.with(|s| s.as_ref().map(|s| (s.map.clone(), s.grid))).unwrap_or_default()
    });
    let side_labels = move || {
        let on = marked.get().map(|cell| cell.row);
        shown.with(|s| s.as_ref().filter(|s| s.left > 0.0).map(|s| labels(&s.rows, s.every().0, on)))
    };
    let column_labels = move || {
        let on = marked.get().map(|cell| cell.column);
        shown.with(|s| s.as_ref().map(|s| labels(&s.columns, s.every().1, on)))
    };
    let lie = move || shown.with(|s| s.as_ref().is_some_and(Shown::names_lie));
    move || {
        is_shown.get().then(|| {
            view! {
                <div class="rows" style=move || shown.with(|s| s.as_ref().map(Shown::style))>
                    <div class="side-labels">{side_labels}</div>
                    <div class="cells">
                        <HeatmapView picture label marked describe on_hover on_pick />
                        {move || shown.with(|s| s.as_ref().map(|s| texts.with(|t| written(s, t))))}
                    </div>
                    <div class="columns" class:lie=lie>{column_labels}</div>
                </div>
            }
        })
    }
}

/// What the colours span.
#[component]
pub fn Range(
    /// What is drawn.
    #[prop(into)]
    shown: Signal<Option<Shown>>,
) -> impl IntoView {
    let screen = Screen::provide();
    let ends = Memo::new(move |_| shown.with(|s| s.as_ref().map(|s| (s.map.scale, s.map.map))));
    move || {
        ends.get().map(|(scale, map)| {
            let bar = format!("background:{}", Colors::of(map, screen.ground.get()).gradient("to right"));
            view! {
                <p class="row range">
                    <small class="num">{plain(f64::from(scale.low))}</small>
                    <i class="scale flat" style=bar></i>
                    <small class="num">{plain(f64::from(scale.high))}</small>
                </p>
            }
        })
    }
}

/// Values or texts, in cells that have room for them.
fn written(shown: &Shown, texts: &[String]) -> impl IntoView + use<> {
    let count = shown.map.values.len();
    let has_texts = texts.len() == count;
    let (wide, high) = shown.cell;
    let wanted = if wide < ROOM || high < 14.0 || count > MOST_TEXTS { 0 } else { count };
    let colors = Colors::of(shown.map.map, shown.map.ground);
    let write = |index: usize| {
        let step = shown.map.scale.step(shown.map.values[index])?;
        let (row, column) = (index / shown.map.columns, index % shown.map.columns);
        let (x, y) = ((column as f64 + 0.5) * wide, (row as f64 + 0.5) * high);
        let width = wide - 4.0;
        let style = format!("left:{x}px;top:{y}px;max-width:{width}px;color:{}", ink_on(colors.at(step)));
        let text = if has_texts {
            view! { <Token text=texts[index].clone() /> }.into_any()
        } else {
            shown.short(shown.map.values[index]).into_any()
        };
        Some(view! {
            <span class="lab at in-cell" aria-hidden="true" style=style>
                {text}
            </span>
        })
    };
    (0..wanted).filter_map(write).collect_view()
}

/// The labels of one side: every so many, and the marked one.
fn labels(labels: &[String], every: usize, on: Option<usize>) -> impl IntoView + use<> {
    let label = |(i, text): (usize, &String)| {
        let has_room = i % every == 0 || on == Some(i);
        let text: String = text.chars().take(if has_room { LONGEST } else { 0 }).collect();
        view! {
            <span class="lab" class:on=on == Some(i) aria-hidden="true">
                <Token text />
            </span>
        }
    };
    labels.iter().enumerate().map(label).collect_view()
}
