//! The head map itself: two pictures, the labels around them, the values in their cells, the colour bar.

use super::head_layout::{HeadLayout, Label};
use super::head_map::HeadMap;
use super::heatmap_view::{HeatmapView, Said};
use super::scale_bar::ScaleBar;
use super::screen::Screen;
use crate::chart::LayerAxis;
use crate::chart::format::signed;
use crate::chart::part::head_name;
use crate::heatmap::{Cell, Colors, Heatmap, Scale, ink_on};
use crate::state::ViewState;
use leptos::prelude::*;

/// What the map shows and where.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// The numbers.
    pub map: HeadMap,
    /// The axis of layers, shared with the charts.
    pub axis: LayerAxis,
    /// Where everything stands.
    pub layout: HeadLayout,
    /// What the colours span.
    pub scale: Scale,
    /// The heads as a picture.
    pub heads: Heatmap,
    /// b_O and attn_out as a picture.
    pub sums: Heatmap,
}

/// Cells, labels, values and the colour bar.
#[component]
pub fn HeadCells(
    /// The map and where its parts stand.
    shown: Signal<Shown>,
) -> impl IntoView {
    let view: ViewState = expect_context();
    let screen = Screen::provide();
    let heads = Signal::derive(move || shown.with(|s| (s.heads.clone(), s.layout.heads)));
    let sums = Signal::derive(move || shown.with(|s| (s.sums.clone(), s.layout.sums)));
    let head_of = move |cell: Cell| shown.with_untracked(|s| s.layout.head_of(cell));
    let marked = Memo::new(move |_| {
        let head = view.marked_head()?;
        shown.with(|s| s.map.value(head).map(|_| s.layout.cell_of(head)))
    });
    view! {
        <div
            class="at"
            style=move || at(shown.with(|s| s.layout.heads_at))
        >
            <HeatmapView
                picture=heads
                label=Signal::derive(move || shown.with(|s| s.map.summary()))
                marked
                describe=Callback::new(move |cell| shown.with(|s| say_head(s, view, cell)))
                on_hover=Callback::new(move |cell: Option<Cell>| view.hovered_head.set(cell.map(head_of)))
                on_pick=Callback::new(move |cell| pick(view, head_of(cell)))
            />
        </div>
        <div
            class="at"
            style=move || at(shown.with(|s| s.layout.sums_at))
        >
            <HeatmapView
                picture=sums
                label="Attention bias b_O and attention output attn_out of each layer"
                marked=Signal::derive(|| None)
                describe=Callback::new(move |cell| shown.with(|s| say_sum(s, cell)))
                on_hover=Callback::new(|_| {})
            />
        </div>
        {move || shown.with(values)}
        {move || {
            let marked = view.marked_head();
            shown
                .with(|s| s.layout.labels(&s.map, marked))
                .into_iter()
                .map(label)
                .collect_view()
        }}
        <ScaleBar
            at=Signal::derive(move || shown.with(|s| s.layout.bar_at))
            height=Signal::derive(move || shown.with(|s| s.layout.heads.rows as f64 * s.layout.cell.1))
            limit=Signal::derive(move || shown.with(|s| s.scale.high))
            colors=Signal::derive(move || Colors::of(screen.diverging.get(), screen.ground.get()))
        />
    }
}

/// Locks a head, or lets go of it when it is locked already.
fn pick(view: ViewState, head: (usize, usize)) {
    view.head.update(|now| *now = if *now == Some(head) { None } else { Some(head) });
}

fn say_head(shown: &Shown, view: ViewState, cell: Cell) -> Said {
    let head = shown.layout.head_of(cell);
    let value = shown.map.value(head).map_or(f64::NAN, f64::from);
    let hint = if view.head.get() == Some(head) { "Click or Esc to release" } else { "Click to inspect" };
    let value = format!("{} {}", head_name(head), signed(value, 3));
    Said { value, unit: "logits".to_owned(), hint: hint.to_owned() }
}

fn say_sum(shown: &Shown, cell: Cell) -> Said {
    let (layer, is_out) = shown.layout.sum_of(cell);
    let (name, values) = if is_out { ("attn_out", &shown.map.attn_out) } else { ("b_O", &shown.map.bias) };
    let value = signed(values.get(layer).copied().unwrap_or(f32::NAN), 3);
    let value = format!("{layer}_{name} {value}");
    Said { value, unit: "logits".to_owned(), hint: shown.map.sum_of(layer) }
}

/// The style of an element that stands at a place.
fn at((x, y): (f64, f64)) -> String {
    format!("left:{x}px;top:{y}px")
}

fn label(label: Label) -> impl IntoView {
    let class = if label.row { "lab at row-label" } else { "lab at column-label" };
    view! {
        <span
            class=class
            class:on=label.on
            aria-hidden="true"
            style=at((label.x, label.y))
        >
            {label.text}
        </span>
    }
}

/// The values, written in the cells where they fit.
fn values(shown: &Shown) -> impl IntoView + use<> {
    let layout = shown.layout;
    let write = |picture: &Heatmap, at: (f64, f64)| {
        let colors = Colors::of(picture.map, picture.ground);
        let cells = picture.values.iter().enumerate().filter_map(|(index, value)| {
            let cell = Cell { row: index / picture.columns, column: index % picture.columns };
            let color = colors.at(picture.scale.step(*value)?);
            let (x, y) = layout.middle(at, cell);
            let text = signed(*value, 2);
            let style = format!("left:{x}px;top:{y}px;color:{}", ink_on(color));
            Some(view! {
                <span
                    class="lab at in-cell"
                    aria-hidden="true"
                    style=style
                >
                    {text}
                </span>
            })
        });
        cells.collect_view()
    };
    layout.has_values().then(|| (write(&shown.heads, layout.heads_at), write(&shown.sums, layout.sums_at)))
}
