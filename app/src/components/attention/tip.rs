//! What is said of the head under the pointer, and the ring around the marked one.

use super::maps::first_token;
use super::scores::title;
use super::state::GridState;
use crate::chart::part::head_name;
use crate::components::inspector::tokens::spelled;
use leptos::prelude::*;

/// A map, and the cell of it where it is pointed at by a pointer rather than by keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pointed {
    /// The number of the map.
    pub tile: usize,
    /// Row and column of the finest level.
    pub cell: Option<(usize, usize)>,
}

impl Pointed {
    /// What is under a device pixel of the canvas. Tracks.
    pub fn at(grid: GridState, x: f64, y: f64) -> Option<Self> {
        let placement = grid.placement();
        let (place, (across, down)) = placement.at(x, y)?;
        let tile = grid.places.with(|places| places.at(place))?.tile;
        let side = grid.maps.with(|maps| maps.pyramid.side());
        Some(Self { tile, cell: placement.cell(down, side).zip(placement.cell(across, side)) })
    }
}

/// The ring around the head that is marked in any figure.
#[component]
pub fn Ring(
    /// What is shown.
    grid: GridState,
) -> impl IntoView {
    let style = move || {
        let tile = grid.maps.with(|maps| maps.tile_of(grid.view.marked_head()?))?;
        let place = grid.places.with(|places| places.find(tile))?;
        let placement = grid.placement();
        let (left, top, size) = grid.layout.with(|layout| layout.place(&placement, place));
        Some(format!("left:{left}px;top:{top}px;width:{size}px;height:{size}px"))
    };
    move || style().map(|style| view! { <i class="ring" style=style></i> })
}

/// Name, scores, and what the query under the pointer gives to the key.
#[component]
pub fn Tip(
    /// What is shown.
    grid: GridState,
    /// What is pointed at.
    #[prop(into)]
    pointed: Signal<Option<Pointed>>,
) -> impl IntoView {
    move || {
        let pointed = pointed.get()?;
        let style = place(grid, pointed.tile)?;
        let head = grid.maps.with(|maps| maps.head_of(pointed.tile));
        let scores = grid.scores.with(|scores| {
            let line = |(i, name): (usize, &String)| {
                let value = scores.get(head, i)?;
                Some(view! { <dt>{title(name)}</dt><dd>{format!("{value:.2}")}</dd> })
            };
            scores.names.iter().enumerate().filter_map(line).collect_view()
        });
        let locked = grid.view.head.get() == Some(head);
        let hint = if locked { "Click or Esc to release" } else { "Click to enlarge" };
        Some(view! {
            <div class="tip" role="status" style=style>
                <b>{head_name(head)}</b>
                " "
                {said(grid, pointed)}
                <dl>{scores}</dl>
                <small>{hint}</small>
            </div>
        })
    }
}

/// `␣was → ␣great 0.31`.
fn said(grid: GridState, Pointed { tile, cell }: Pointed) -> Option<String> {
    let (query, key) = cell?;
    let (value, side) = grid.maps.with(|maps| (maps.pyramid.value(tile, query, key), maps.pyramid.side()));
    let name = |cell: usize| {
        grid.tokens.with(|tokens| {
            let token = tokens.get(first_token(cell, tokens.len(), side));
            token.map(|token| spelled(token)).unwrap_or_default()
        })
    };
    Some(format!("{} → {} {:.2}", name(query), name(key), value?))
}

/// Beside the map, towards the middle of the surface.
fn place(grid: GridState, tile: usize) -> Option<String> {
    let place = grid.places.with(|places| places.find(tile))?;
    let placement = grid.placement();
    grid.layout.with(|layout| {
        let (left, top, size) = layout.place(&placement, place);
        let (width, height) = layout.size;
        let y = (top + size + 6.0).clamp(0.0, height);
        Some(if left + size / 2.0 > width / 2.0 {
            format!("right:{}px;top:{y}px", (width - left + 8.0).clamp(0.0, width))
        } else {
            format!("left:{}px;top:{y}px", (left + size + 8.0).clamp(0.0, width))
        })
    })
}
