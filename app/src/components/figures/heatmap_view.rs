//! A heatmap one can point at: hover previews a cell, arrow keys walk, click or Enter picks.

use super::canvas::{HeatCanvas, Picture};
use super::screen::Screen;
use crate::heatmap::{Cell, Grid};
use leptos::html::Div;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, MouseEvent};

/// What is said of a cell: its name and value, and what a click would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Bold, such as `L17H3 +0.742`.
    pub value: String,
    /// After it, such as `logits`.
    pub unit: String,
    /// Below it, such as `Click to inspect`.
    pub hint: String,
}

/// The picture with its ring, its tooltip, and its keys. Its own size is the picture's; labels stand around it.
#[component]
pub fn HeatmapView(
    /// What is drawn.
    #[prop(into)]
    picture: Signal<Picture>,
    /// The figure in words, for screen readers.
    #[prop(into)]
    label: Signal<String>,
    /// The cell to put the ring on.
    #[prop(into)]
    marked: Signal<Option<Cell>>,
    /// What to say of a cell.
    describe: Callback<Cell, Said>,
    /// The cell under the pointer or the keyboard; none when it leaves.
    on_hover: Callback<Option<Cell>>,
    /// A cell was clicked, or Enter pressed on it.
    #[prop(optional)]
    on_pick: Option<Callback<Cell>>,
) -> impl IntoView {
    let ratio = Screen::provide().ratio;
    let host = NodeRef::<Div>::new();
    let hovered = RwSignal::new(None::<Cell>);
    let hover = move |cell: Option<Cell>| {
        // the browser takes the focus from a map that leaves the page after its signals are gone
        if hovered.try_get_untracked().is_some_and(|before| before != cell) {
            hovered.set(cell);
            on_hover.run(cell);
        }
    };
    let under = move |event: &MouseEvent| {
        let place = host.get_untracked()?.get_bounding_client_rect();
        let (x, y) = (f64::from(event.client_x()) - place.left(), f64::from(event.client_y()) - place.top());
        picture.with_untracked(|(_, grid)| grid.cell_at(x * ratio.get_untracked(), y * ratio.get_untracked()))
    };
    let on_key = move |event: KeyboardEvent| {
        let at = hovered.get_untracked().or(marked.get_untracked());
        match (event.key().as_str(), at) {
            ("Enter" | " ", Some(cell)) => on_pick.iter().for_each(|pick| pick.run(cell)),
            // what else Escape releases is the page's business
            ("Escape", _) => return hover(None),
            (key, at) => match walk(key, at, &picture.with_untracked(|(_, grid)| *grid)) {
                Some(cell) => hover(Some(cell)),
                None => return,
            },
        }
        event.prevent_default();
    };
    let size = move || {
        let [width, height] = picture.with(|(_, grid)| [grid.width(), grid.height()]).map(f64::from);
        format!("width:{}px;height:{}px", width / ratio.get(), height / ratio.get())
    };
    view! {
        <div
            class="heatmap"
            node_ref=host
            tabindex="0"
            role="application"
            aria-roledescription="heatmap"
            aria-label=label
            style=size
            on:pointermove=move |event| hover(under(&event))
            on:pointerleave=move |_| hover(None)
            on:blur=move |_| hover(None)
            on:click=move |event| {
                if let (Some(cell), Some(pick)) = (under(&event), on_pick) {
                    pick.run(cell);
                }
            }
            on:keydown=on_key
        >
            <HeatCanvas picture />
            {move || marked.get().map(|cell| ring(cell, &picture.with(|(_, grid)| *grid), ratio.get()))}
            {move || hovered.get().map(|cell| tip(cell, &picture.with(|(_, grid)| *grid), ratio.get(), describe))}
        </div>
    }
}

/// Where a key leads from a cell; from nowhere, to the first cell.
fn walk(key: &str, from: Option<Cell>, grid: &Grid) -> Option<Cell> {
    let (rows, columns) = match key {
        "ArrowUp" => (-1, 0),
        "ArrowDown" => (1, 0),
        "ArrowLeft" => (0, -1),
        "ArrowRight" => (0, 1),
        "Home" => (0, isize::MIN),
        "End" => (0, isize::MAX),
        _ => return None,
    };
    Some(from.map_or(Cell { row: 0, column: 0 }, |cell| grid.step(cell, rows, columns)))
}

fn place(cell: Cell, grid: &Grid, ratio: f64) -> [f64; 4] {
    let (width, height) = (f64::from(grid.cell_width) / ratio, f64::from(grid.cell_height) / ratio);
    let gap = f64::from(grid.gap) / ratio;
    [cell.column as f64 * width, cell.row as f64 * height, width - gap, height - gap]
}

fn ring(cell: Cell, grid: &Grid, ratio: f64) -> impl IntoView + use<> {
    let [left, top, width, height] = place(cell, grid, ratio);
    view! {
        <i
            class="ring"
            style=format!("left:{left}px;top:{top}px;width:{width}px;height:{height}px")
        ></i>
    }
}

/// The tooltip: to the right of the cell, or to its left in the right half.
fn tip(cell: Cell, grid: &Grid, ratio: f64, describe: Callback<Cell, Said>) -> impl IntoView + use<> {
    let [left, top, width, height] = place(cell, grid, ratio);
    let said = describe.run(cell);
    let flip = cell.column * 2 >= grid.columns;
    let x = if flip { f64::from(grid.width()) / ratio - left + 8.0 } else { left + width + 8.0 };
    let side = if flip { "right" } else { "left" };
    view! {
        <div
            class="tip"
            role="status"
            style=format!("{side}:{x}px;top:{}px", top + height + 6.0)
        >
            <b>{said.value}</b>
            " "
            {said.unit}
            {(!said.hint.is_empty()).then(|| view! { <small>{said.hint}</small> })}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_walk_and_stay_inside() {
        let grid = Grid::new(2, 3, (10.0, 10.0), 1.0);
        let at = |row, column| Some(Cell { row, column });
        assert_eq!(walk("ArrowDown", None, &grid), at(0, 0));
        assert_eq!(walk("ArrowDown", at(0, 1), &grid), at(1, 1));
        assert_eq!(walk("ArrowLeft", at(0, 0), &grid), at(0, 0));
        assert_eq!(walk("End", at(1, 0), &grid), at(1, 2));
        assert_eq!(walk("Home", at(1, 2), &grid), at(1, 0));
        assert_eq!(walk("x", at(1, 2), &grid), None);
    }
}
