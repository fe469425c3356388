//! The figures of a run: [`Figures`] is the middle column, [`LargestParts`] the right one while nothing is selected.
//!
//! Each figure reads its numbers from [`RunState`](crate::state::RunState) by the contract's name and what is marked
//! from [`ViewState`](crate::state::ViewState); none knows another. What they share is the frame ([`panel`]), the
//! screen ([`screen`]) and the axis of layers. `#[component]` functions need those two states and the theme as
//! contexts.

pub mod canvas;
pub mod export;
pub mod head_cells;
pub mod head_layout;
pub mod head_map;
pub mod head_svg;
pub mod heads;
pub mod heatmap_view;
pub mod icons;
pub mod lines;
pub mod panel;
pub mod parts;
pub mod plot;
pub mod scale_bar;
pub mod screen;
pub mod svg;
pub mod table;
pub mod take_away;

pub use head_map::HeadMap;
pub use heads::{HeadAttribution, head_map};
pub use lines::{LayerAttribution, LogitLens, PromptDifferences, scalar};
pub use parts::LargestParts;

use leptos::prelude::*;

/// The figures of an attribution, in reading order.
#[component]
pub fn Figures() -> impl IntoView {
    screen::Screen::provide();
    view! {
        <PromptDifferences />
        <LogitLens />
        <LayerAttribution />
        <HeadAttribution />
    }
}
