//! A map in small, for the card of an example question.

use crate::heatmap::{Colors, Ground, Map, css};
use crate::state::{Palette, Theme, ViewState};
use leptos::prelude::*;
use model::wire::SmallMap;

/// Pixels of a cell of a thumbnail, gap included.
const CELL: usize = 10;

/// Layers left to right, heads or positions down, in the page's colours.
pub fn thumbnail(map: &SmallMap) -> impl IntoView + use<> {
    let (theme, view): (Theme, ViewState) = (expect_context(), expect_context());
    let ground = if theme.is_dark() { Ground::Dark } else { Ground::Light };
    let palette = if view.palette.get() == Palette::RedBlue { Map::RedBlue } else { Map::OrangePurple };
    let colors = Colors::of(palette, ground);
    let known = map.values.iter().filter(|v| v.is_finite());
    let largest = known.fold(f32::MIN_POSITIVE, |m, v| m.max(v.abs()));
    let (rows, columns) = (map.rows.max(1), map.columns.max(1));
    let cell = |(i, value): (usize, &f32)| {
        let (layer, head) = (i / columns, i % columns);
        let step = (f32::midpoint(value / largest, 1.0) * f32::from(Colors::LAST)).round() as u8;
        let fill = css(colors.at(step));
        view! { <rect x=layer * 2 * CELL y=head * CELL width=2 * CELL - 1 height=CELL - 1 fill=fill /> }
    };
    let (width, height) = (rows * 2 * CELL, columns * CELL);
    view! {
        <svg viewBox=format!("0 0 {width} {height}") preserveAspectRatio="none" shape-rendering="crispEdges">
            {map.values.iter().enumerate().map(cell).collect_view()}
        </svg>
    }
}
