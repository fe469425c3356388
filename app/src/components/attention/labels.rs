//! Names of layers and heads around the surface, or of each head in it where heads stand in the order of a score.

use super::order::Order;
use super::state::GridState;
use crate::chart::part::head_name;
use leptos::prelude::*;

/// Room that the name of a column takes, and that of a row.
const COLUMN: f64 = 22.0;
const ROW: f64 = 12.0;
/// The least width of a map that its name is written in.
const ROOM_FOR_NAME: f64 = 34.0;

/// The labels, at their places for where one looks from now.
#[component]
pub fn Labels(
    /// What is shown.
    grid: GridState,
) -> impl IntoView {
    move || if grid.order.with(Order::is_sorted) { names(grid) } else { axes(grid) }
}

/// Layers along one side and heads along the other.
fn axes(grid: GridState) -> AnyView {
    let (placement, layout) = (grid.placement(), grid.layout.get());
    let across = grid.view.transposed.get();
    let marked = grid.view.marked_head();
    let name = move |i: usize, is_layer: bool| {
        let on = marked.is_some_and(|(layer, head)| i == if is_layer { layer } else { head });
        (if is_layer { format!("L{i}") } else { format!("H{i}") }, on)
    };
    let columns = layout.labels(&placement, true, COLUMN).into_iter().map(|(i, at)| {
        let (text, on) = name(i, across);
        let style = format!("left:{}px;top:{}px", layout.left + at, layout.size.1 + 3.0);
        view! { <span class="lab column-label" class:on=on style=style>{text}</span> }
    });
    let rows = layout.labels(&placement, false, ROW).into_iter().map(|(i, at)| {
        let (text, on) = name(i, !across);
        let style = format!("left:{}px;top:{at}px", layout.left - 5.0);
        view! { <span class="lab row-label" class:on=on style=style>{text}</span> }
    });
    view! {
        <div class="labels" aria-hidden="true">
            {columns.collect_view()} {rows.collect_view()}
        </div>
    }
    .into_any()
}

/// Each head's name in the empty half of its map.
fn names(grid: GridState) -> AnyView {
    let (placement, layout) = (grid.placement(), grid.layout.get());
    let marked = grid.view.marked_head();
    if f64::from(placement.tile) / layout.ratio < ROOM_FOR_NAME {
        return ().into_any();
    }
    let (places, maps) = (grid.places.get(), grid.maps.get());
    let name = |(slot, place): (usize, &Option<crate::heatmap::atlas::Place>)| {
        let head = maps.head_of((*place)?.tile);
        let at = (slot % places.columns, slot / places.columns);
        let (left, top, size) = layout.place(&placement, at);
        let inside = left > -size && top > -size && left < layout.size.0 && top < layout.size.1;
        let style = format!("left:{}px;top:{top}px", layout.left + left + size);
        inside.then(|| {
            let on = marked == Some(head);
            view! { <span class="lab map-label" class:on=on style=style>{head_name(head)}</span> }
        })
    };
    view! {
        <div class="labels inside" aria-hidden="true">
            {places.slots.iter().enumerate().filter_map(name).collect_view()}
        </div>
    }
    .into_any()
}
