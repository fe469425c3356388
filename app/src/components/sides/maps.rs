//! Two maps and their difference: pointing at a cell of one marks it in all and says all its values.

use super::layout::{Laid, Look, lay_out};
use super::picture::svg;
use super::{Both, Pair};
use crate::chart::format::change;
use crate::chart::{Chart, Inks, Size, plain};
use crate::compare::Sides;
use crate::components::any::cells::{LabelledCells, Range};
use crate::components::any::lens::{GRID, Ranked, TOKENS, ranked};
use crate::components::any::matrix::pick;
use crate::components::any::shown::Shown;
use crate::components::figures::export::{Address, Format, Picture, svg_address};
use crate::components::figures::heatmap_view::Said;
use crate::components::figures::panel::FigurePanel;
use crate::components::figures::plot::{Drawn, PlotView};
use crate::components::figures::screen::{Screen, size_of};
use crate::heatmap::{Cell, Ground};
use crate::state::ViewState;
use leptos::html::Div;
use leptos::prelude::*;
use model::sides::Side;
use std::rc::Rc;
use std::sync::Arc;

/// What the three maps have in common.
#[derive(Clone, Copy)]
struct Linked {
    pair: Pair,
    view: ViewState,
    laid: Memo<Option<Laid>>,
    /// The map pointed at and its cell, where it is no map of heads: those are marked all over the page.
    hovered: RwSignal<Option<(usize, Cell)>>,
    /// The likeliest tokens of the first side's and the other side's cells, where they are those of a lens.
    tokens: [Option<Memo<Option<Arc<Ranked>>>>; 2],
    unit: &'static str,
}

impl Linked {
    /// Reads a map. Tracks.
    fn map<T>(self, index: usize, read: impl FnOnce(&Shown) -> Option<T>) -> Option<T> {
        self.laid.with(|laid| laid.as_ref()?.maps.get(index).and_then(read))
    }

    fn shown(self, index: usize) -> Signal<Option<Shown>> {
        Memo::new(move |_| self.map(index, |shown| Some(shown.clone()))).into()
    }

    /// The cell to mark in a map.
    fn marked(self, index: usize) -> Option<Cell> {
        if self.map(index, |shown| shown.heads).is_some() {
            return self.map(index, |shown| shown.cell_of(self.view.marked_head()?));
        }
        let hovered = self.hovered.get()?;
        self.laid.with(|laid| laid.as_ref()?.counterpart(hovered, index))
    }

    fn hover(self, index: usize, cell: Option<Cell>) {
        if untrack(|| self.map(index, |shown| shown.heads)).is_some() {
            let head = cell.and_then(|cell| untrack(|| self.map(index, |shown| shown.head_of(cell))));
            self.view.hovered_head.set(head);
        } else {
            self.hovered.set(cell.map(|cell| (index, cell)));
        }
    }

    /// A cell's name, and its value in every map that has it.
    fn say(self, index: usize, cell: Cell) -> Said {
        let titles = self.pair.titles();
        let line = |to: usize| {
            let cell = self.laid.with(|laid| laid.as_ref()?.counterpart((index, cell), to))?;
            let value = self.map(to, |shown| Some(shown.map.value(cell).map_or(f64::NAN, f64::from)))?;
            let value = if to == 2 { change(value) } else { crate::chart::format::plain(value) };
            let token = self.tokens.get(to).copied().flatten();
            let token =
                token.and_then(|ranked| ranked.get()).map(|ranked| format!(" {}", ranked.say_first(cell)));
            Some(format!("{value}  {}{}", titles[to], token.unwrap_or_default()))
        };
        let hint = (0..titles.len()).filter_map(line).collect::<Vec<_>>().join("\n");
        let value = self.map(index, |shown| Some(shown.name(cell))).unwrap_or_default();
        Said { value, unit: self.unit.to_owned(), hint }
    }
}

/// The figure.
#[component]
pub fn Maps(
    /// Both sides.
    pair: Pair,
) -> impl IntoView {
    let view: ViewState = expect_context();
    let screen = Screen::provide();
    let host = NodeRef::<Div>::new();
    let size = size_of(host);
    let look = move || Look {
        width: size.get().width,
        ratio: screen.ratio.get(),
        diverging: screen.diverging.get(),
        ground: screen.ground.get(),
        across: view.transposed.get(),
        limit: view.scale.get().map(|limit| limit as f32),
    };
    let laid = Memo::new(move |_| pair.both.with(|both| lay_out(both.as_ref()?, look())));
    let (heading, caption) = (pair.heading(), pair.caption());
    let linked =
        Linked { pair, view, laid, hovered: RwSignal::new(None), tokens: tokens(pair), unit: heading.unit };
    let is_points = RwSignal::new(false);
    let is = move |what: fn(&Laid) -> bool| laid.with(|laid| laid.as_ref().is_some_and(what));
    let drawn = Drawn::new_local(None);
    let picture = picture_of(pair, look, is_points, drawn);
    view! {
        <FigurePanel
            heading
            caption
            figure=pair.figure()
            table=pair.table()
            picture
            beside=move || view! { <Switch both=pair.both is_points /> }
        >
            <div
                class="side-maps"
                class:in-row=move || is(|laid| laid.in_row)
                class:fits=move || is(|laid| laid.fits)
                hidden=is_points
                node_ref=host
            >
                {(0..3).map(|index| view! { <OneMap linked index /> }).collect_view()}
            </div>
            <div hidden=move || !is_points.get()>
                <Points pair drawn />
            </div>
        </FigurePanel>
    }
}

/// One of the maps; nothing where there is no difference.
#[component]
fn OneMap(linked: Linked, index: usize) -> impl IntoView {
    let shown = linked.shown(index);
    let title = linked.pair.titles()[index].clone();
    let label = {
        let title = title.clone();
        Signal::derive(move || {
            let summary = shown.with(|shown| shown.as_ref().map(Shown::summary));
            format!("{title}: {}", summary.unwrap_or_default())
        })
    };
    let left = move || shown.with(|shown| shown.as_ref().map(|shown| format!("--left:{}px", shown.left)));
    let on_pick = Callback::new(move |cell: Cell| {
        pick(linked.view, untrack(|| linked.map(index, |shown| shown.head_of(cell))));
    });
    view! {
        <div class="side-map" hidden=move || shown.with(Option::is_none) style=left>
            <h3>{title}</h3>
            <div class="matrix">
                <LabelledCells
                    shown
                    label
                    texts=Signal::stored(Arc::default())
                    marked=Signal::derive(move || linked.marked(index))
                    describe=Callback::new(move |cell| linked.say(index, cell))
                    on_hover=Callback::new(move |cell| linked.hover(index, cell))
                    on_pick
                />
            </div>
            <Range shown />
        </div>
    }
}

/// The likeliest tokens of each side, for the grid of the logit lens of two models.
fn tokens(pair: Pair) -> [Option<Memo<Option<Arc<Ranked>>>>; 2] {
    let (name, prompt, panel) = pair.entry.with_value(|e| (e.name.clone(), e.prompt, e.panel.clone()));
    let of_models = name == GRID && Side::of(&panel).0 == Side::Difference;
    let of = |side: Side, name: &str| pair.run.figure(&side.name(name), prompt);
    [Side::First, Side::Other].map(|side| of_models.then(|| ranked(of(side, GRID), of(side, TOKENS))))
}

/// Maps, or the one's cells against the other's.
#[component]
fn Switch(both: Both, is_points: RwSignal<bool>) -> impl IntoView {
    let has_points = Memo::new(move |_| both.with(|both| both.as_ref().is_some_and(Sides::same_labels)));
    let tab = move |points: bool, title: &'static str, hint: &'static str| {
        view! {
            <button
                type="button"
                title=hint
                aria-pressed=move || (is_points.get() == points).to_string()
                on:click=move |_| is_points.set(points)
            >
                {title}
            </button>
        }
    };
    move || {
        has_points.get().then(|| {
            view! {
                <div class="tabs" role="group" aria-label="Drawn as">
                    {tab(false, "maps", "The two maps and their difference")}
                    {tab(true, "points", "A point for each cell: its value in the one against its value in the other")}
                </div>
            }
        })
    }
}

/// Every cell as a point: the first side across, the other up.
#[component]
fn Points(pair: Pair, drawn: Drawn) -> impl IntoView {
    let screen = Screen::provide();
    let host = NodeRef::<Div>::new();
    let size = size_of(host);
    let points = move |size: Size, inks: &Inks| -> Option<Chart> {
        let figure = pair.both.with(|both| pair.names.with_value(|names| both.as_ref()?.points(names)));
        plain::chart(&figure?, size, inks)
    };
    let chart = Memo::new(move |_| {
        let size = size.get();
        (size.width > 0.0).then(|| screen.inks.with(|inks| points(size, inks))).flatten()
    });
    let [first, other, _] = pair.titles();
    let label = Signal::stored(format!("A point for each cell: {first} across, {other} up"));
    view! {
        <div class="side-points">
            <PlotView chart host label drawn />
        </div>
    }
}

/// What is on the screen, as a picture on white paper.
fn picture_of(
    pair: Pair,
    look: impl Fn() -> Look + 'static,
    is_points: RwSignal<bool>,
    drawn: Drawn,
) -> Picture {
    let make = move |format: Format| -> Address {
        let light = Look { ground: Ground::Light, ..untrack(&look) };
        let laid = pair.both.with_untracked(|both| lay_out(both.as_ref()?, light));
        let (titles, as_points) = (pair.titles(), is_points.get_untracked());
        Box::pin(async move {
            if as_points {
                let plot = drawn.try_get_value().flatten().ok_or("nothing is drawn yet")?;
                return plot.image(if format == Format::Png { "png" } else { "svg" }).await;
            }
            svg_address(svg(&laid.ok_or("nothing is drawn yet")?, &titles), format).await
        })
    };
    StoredValue::new_local(Rc::new(make))
}
