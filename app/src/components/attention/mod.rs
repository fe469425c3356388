//! The attention patterns of all heads on one prompt, as thumbnails on one surface: layers across and heads down, or in
//! the order of a score.
//!
//! [`maps`], [`scores`], [`order`], [`layout`] and [`pointers`] are plain values, tested on the host; [`GridState`] has the
//! signals; the rest are its views. The picture itself is drawn by [`crate::heatmap::atlas`].

pub mod controls;
pub mod labels;
pub mod layout;
pub mod maps;
pub mod order;
pub mod picture;
pub mod pointers;
pub mod query;
pub mod scores;
pub mod state;
pub mod surface;
pub mod tip;

pub use order::step;
pub use state::{GridState, NAME, SCORES};

use super::figures::panel::{FigurePanel, Heading};
use super::figures::screen::{Screen, size_of};
use crate::state::{RunState, ViewState};
use leptos::html::Div;
use leptos::prelude::*;
use model::table::Table;
use order::Order;

/// The height of the surface where the figure does not fill the page, CSS pixels.
const HEIGHT: f64 = 600.0;

/// The figure. Its numbers come from `run`; what is selected is in the view, as for every figure.
#[component]
pub fn AttentionGrid(
    /// The run that has the figure `attention`.
    run: RunState,
    /// The prompt it belongs to.
    prompt: Option<usize>,
) -> impl IntoView {
    let view: ViewState = expect_context();
    let screen = Screen::provide();
    let host = NodeRef::<Div>::new();
    let size = size_of(host);
    let room = Signal::derive(move || {
        let maximised = view.maximised.with(|m| m.as_deref() == Some(NAME));
        let size = size.get();
        (size.width, if maximised { (size.height - 20.0).max(200.0) } else { HEIGHT })
    });
    let grid = GridState::new(run, prompt, room);
    let table = Memo::new(move |_| {
        let (columns, rows) = grid.scores.with(scores::Scores::table);
        Table { columns, rows, labelled: true }
    });
    let heading = Heading::new(NAME, "Attention of every head", "");
    view! {
        <FigurePanel
            heading
            caption=Signal::derive(move || caption(grid))
            figure=grid.figure
            table
            picture=picture::picture_of(grid, screen)
            beside=move || view! { <Turn view grid /> }
        >
            <query::QueryTokens grid />
            <controls::Controls grid />
            <div class="attention" node_ref=host>
                <surface::Surface grid />
            </div>
        </FigurePanel>
    }
}

/// What one sees. Tracks.
fn caption(grid: GridState) -> String {
    let (tokens, side) = (grid.tokens.with(Vec::len), grid.maps.with(|maps| maps.pyramid.side()));
    let order = if grid.order.with(Order::is_sorted) {
        "Largest score first"
    } else if grid.view.transposed.get() {
        "Layers across, heads down"
    } else {
        "Heads across, layers down"
    };
    let reduced = if side < tokens {
        format!(
            " {tokens} tokens are reduced to {side} cells a side, each the largest of what it stands for."
        )
    } else {
        String::new()
    };
    format!("{order}; queries run down and keys across. Drag to move, scroll or pinch to zoom.{reduced}")
}

/// Layers down instead of across, where heads stand by layer.
#[component]
fn Turn(view: ViewState, grid: GridState) -> impl IntoView {
    view! {
        <div class="tabs">
            <button
                type="button"
                aria-pressed=move || (!view.transposed.get()).to_string()
                title="Layers down instead of left to right"
                disabled=move || grid.order.with(Order::is_sorted)
                on:click=move |_| view.transposed.update(|across| *across = !*across)
            >
                "layers down"
            </button>
        </div>
    }
}
