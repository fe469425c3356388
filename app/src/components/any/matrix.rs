//! A labelled matrix as a heatmap: diverging where it has negative values, sequential where it has none.

use super::cells::{LabelledCells, MOST_TEXTS, Range};
use super::shown::{Matrix as Numbers, Room, Shown, colors};
use super::{Frame, Source};
use crate::components::figures::heatmap_view::Said;
use crate::components::figures::screen::{Screen, size_of};
use crate::heatmap::Cell;
use crate::state::ViewState;
use leptos::html::Div;
use leptos::prelude::*;
use std::sync::Arc;

/// The figure.
#[component]
pub fn Matrix(
    /// A figure of a heatmap.
    figure: Source,
    /// What is written in the cells, row-major, in place of their values.
    #[prop(optional)]
    texts: Option<Signal<Arc<Vec<String>>>>,
    /// Another figure whose numbers are its table.
    #[prop(optional)]
    numbers: Option<Source>,
    /// What more to say of a cell.
    #[prop(optional)]
    say: Option<Callback<Cell, String>>,
) -> impl IntoView {
    let view: ViewState = expect_context();
    let screen = Screen::provide();
    let host = NodeRef::<Div>::new();
    let size = size_of(host);
    let texts = texts.unwrap_or_else(|| Signal::stored(Arc::default()));
    let shown = Memo::new(move |_| {
        let has_texts = texts.with(|texts| (1..=MOST_TEXTS).contains(&texts.len()));
        let matrix = Numbers::of(&figure.get()?.data)?;
        let (left, width) = (matrix.label_room(), size.get().width);
        let room = Room {
            width: width - left,
            wide: (if has_texts { 64.0 } else { 6.0 }, 72.0),
            high: (if has_texts { 20.0 } else { 6.0 }, 22.0),
            ratio: screen.ratio.get(),
        };
        let colors = colors(matrix.ends(), screen.diverging.get());
        (width > 0.0).then(|| Shown::new(matrix, colors, screen.ground.get(), left, room))
    });
    let hovered = RwSignal::new(None::<Cell>);
    let describe = Callback::new(move |cell: Cell| {
        let said = shown.with(|s| s.as_ref().map(|s| format!("{} {}", s.name(cell), s.value(cell))));
        let hint = say.map(|say| say.run(cell)).unwrap_or_default();
        Said { value: said.unwrap_or_default(), unit: String::new(), hint }
    });
    let on_pick = Callback::new(move |cell: Cell| {
        pick(view, shown.with_untracked(|s| s.as_ref().and_then(|s| s.head_of(cell))));
    });
    let marked = Memo::new(move |_| {
        let locked = || shown.with(|s| s.as_ref()?.cell_of(view.head.get()?));
        hovered.get().or_else(locked)
    });
    let label = Signal::derive(move || shown.with(|s| s.as_ref().map(Shown::summary)).unwrap_or_default());
    view! {
        <Frame figure numbers=numbers.unwrap_or(figure)>
            <Range shown />
            <div class="matrix" node_ref=host>
                <LabelledCells
                    shown
                    label
                    texts
                    marked
                    describe
                    on_hover=Callback::new(move |cell| hovered.set(cell))
                    on_pick
                />
            </div>
        </Frame>
    }
}

/// Inspects a head that was clicked, or lets go of it when it is inspected already.
pub fn pick(view: ViewState, head: Option<(usize, usize)>) {
    if head.is_some() {
        view.head.update(|now| *now = if *now == head { None } else { head });
    }
}
