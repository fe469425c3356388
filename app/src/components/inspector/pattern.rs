//! The attention pattern of the head: queries down, keys across, tokens on both sides.

use super::Inspected;
use super::tokens::spelled;
use crate::components::Token;
use crate::components::attention::maps::first_token;
use crate::components::figures::heatmap_view::{HeatmapView, Said};
use crate::components::figures::screen::{Screen, size_of};
use crate::heatmap::{Cell, Colors, Grid, Heatmap, Map, Scale};
use leptos::html::Div;
use leptos::prelude::*;
use model::wire::FigureData;

/// Width of a letter of the labels and the least height of a line of them, in CSS pixels.
const LETTER: f64 = 6.4;
const LINE: f64 = 10.0;
/// Labels are cut off after so many letters.
const LONGEST: usize = 14;

/// The pattern, or the pattern times the norm of what each key's value writes, ‖v W_O‖.
#[component]
pub fn Pattern(
    /// What is inspected.
    inspected: Inspected,
    /// Whether the pattern can be weighted.
    weighs: Memo<bool>,
) -> impl IntoView {
    let screen = Screen::provide();
    let view = inspected.view;
    let (plain, weighted) = (inspected.figure("pattern"), inspected.figure("value_weighted"));
    let is_weighted = Memo::new(move |_| view.weighted.get() && weighs.get());
    let figure = Memo::new(move |_| if is_weighted.get() { weighted.get() } else { plain.get() });
    let all = inspected.tokens();
    // a reduced pattern has fewer cells than there are tokens: each is named by its first one
    let tokens = Memo::new(move |_| {
        let side = figure.get().and_then(|f| match &f.data {
            FigureData::Heatmap { rows, .. } => Some(rows.len()),
            _ => None,
        });
        let tokens = all.get();
        match side.filter(|side| (1..tokens.len()).contains(side)) {
            Some(side) => (0..side).map(|i| tokens[first_token(i, tokens.len(), side)].clone()).collect(),
            None => tokens,
        }
    });
    let host = NodeRef::<Div>::new();
    let size = size_of(host);
    let picture = Memo::new(move |_| {
        let figure = figure.get();
        let count = tokens.with(Vec::len);
        let cell = cell_size(size.get().width, &tokens.read());
        let grid = Grid::new(count, count, (cell, cell), screen.ratio.get());
        let values = match figure.as_deref().map(|f| &f.data) {
            Some(FigureData::Heatmap { values, .. }) if values.len() == count * count => values.to_vec(),
            _ => vec![f32::NAN; count * count],
        };
        (picture(count, values, screen.ground.get()), grid)
    });
    let limit = move || picture.with(|(map, _)| map.scale.high);
    let hovered = RwSignal::new(None::<Cell>);
    let describe = Callback::new(move |cell: Cell| {
        let value = picture.with(|(map, _)| map.value(cell));
        let name = |i: usize| tokens.with(|t| t.get(i).map(|t| spelled(t)).unwrap_or_default());
        Said {
            value: value.map_or_else(|| "masked".to_owned(), |v| format!("{v:.3}")),
            unit: String::new(),
            hint: format!("{} → {}", name(cell.row), name(cell.column)),
        }
    });
    let label = Signal::derive(move || {
        let count = tokens.with(Vec::len);
        format!("Attention pattern, {count} queries by {count} keys")
    });
    let bar =
        move || format!("background:{}", Colors::of(Map::Mist, screen.ground.get()).gradient("to right"));
    let cell_css =
        Signal::derive(move || picture.with(|(_, grid)| f64::from(grid.cell_width) / screen.ratio.get()));
    view! {
        <section data-figure=move || if is_weighted.get() { "value_weighted" } else { "pattern" }>
            <h3>
                "Pattern " <small>"query down, key across"</small>
                <span class="row push range">
                    <small>"0"</small>
                    <i
                        class="scale flat"
                        style=bar
                    ></i>
                    <small class="num">{move || format!("{:.2}", limit())}</small>
                </span>
            </h3>
            <label class="choice" hidden=move || !weighs.get()>
                <input
                    type="checkbox"
                    class="switch"
                    prop:checked=view.weighted
                    on:change=move |event| view.weighted.set(event_target_checked(&event))
                />
                "Weighted by what each key’s value writes"
            </label>
            <div class="pattern" node_ref=host>
                <Labels tokens cell=cell_css hovered=Signal::derive(move || hovered.get().map(|c| c.row)) keys=false />
                <div class="cells">
                    <HeatmapView
                        picture
                        label
                        marked=hovered
                        describe
                        on_hover=Callback::new(move |cell| hovered.set(cell))
                    />
                    <i class="ring last-query" style=move || format!("height:{}px", cell_css.get() - 1.0)></i>
                </div>
                <Labels tokens cell=cell_css hovered=Signal::derive(move || hovered.get().map(|c| c.column)) keys=true />
            </div>
        </section>
    }
}

/// The picture of `count` × `count` values on a scale from zero to the largest.
fn picture(count: usize, values: Vec<f32>, ground: crate::heatmap::Ground) -> Heatmap {
    // above the diagonal nothing attends: masked values, or exact zeros
    let masked = |i: usize, v: f32| if i % count.max(1) > i / count.max(1) { f32::NAN } else { v };
    let values: Vec<f32> = values.into_iter().enumerate().map(|(i, v)| masked(i, v)).collect();
    let largest = values.iter().filter(|v| v.is_finite()).fold(0f32, |m, v| m.max(*v));
    let limit = if largest > 0.0 { largest } else { 1.0 };
    Heatmap { rows: count, columns: count, values, scale: Scale::from_zero(limit), map: Map::Mist, ground }
}

/// How large a cell can be beside its labels.
fn cell_size(width: f64, tokens: &[String]) -> f64 {
    let room = (width - label_width(tokens) - 2.0).max(0.0);
    (room / tokens.len().max(1) as f64).floor().clamp(1.0, 14.0)
}

fn label_width(tokens: &[String]) -> f64 {
    let longest = tokens.iter().map(|t| t.chars().count().min(LONGEST)).max().unwrap_or(0);
    longest as f64 * LETTER + 6.0
}

/// The tokens along one side; where cells are small, every second or third.
#[component]
fn Labels(
    tokens: Memo<Vec<String>>,
    cell: Signal<f64>,
    hovered: Signal<Option<usize>>,
    /// Below, reading upwards, rather than to the left.
    keys: bool,
) -> impl IntoView {
    let labels = move || {
        let every = (LINE / cell.get()).ceil().max(1.0) as usize;
        let tokens = tokens.get();
        let last = tokens.len().saturating_sub(1);
        let label = |(i, token): (usize, String)| {
            // the last query is where the logits are read
            let shown = i % every == 0 || (!keys && i == last);
            let on = move || hovered.get().map_or(!keys && i == last, |at| at == i);
            view! {
                <span class="lab" class:on=on class:skipped=!shown>
                    <Token text=cut(&token) />
                </span>
            }
        };
        tokens.into_iter().enumerate().map(label).collect_view()
    };
    view! {
        <div
            class=if keys { "keys" } else { "queries" }
            aria-hidden="true"
            style=move || format!("--cell:{}px", cell.get())
        >
            {labels}
        </div>
    }
}

/// The beginning of a long token.
fn cut(token: &str) -> String {
    if token.chars().count() <= LONGEST {
        return token.to_owned();
    }
    token.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heatmap::Ground;

    #[test]
    fn what_a_query_cannot_see_is_masked() {
        let map = picture(2, vec![1.0, 0.0, 0.25, 0.75], Ground::Light);
        assert_eq!(map.value(Cell { row: 0, column: 1 }), None);
        assert_eq!(map.value(Cell { row: 1, column: 0 }), Some(0.25));
        assert_eq!(map.scale, Scale::from_zero(1.0));
    }

    #[test]
    fn cells_leave_room_for_the_longest_token() {
        let tokens = vec!["<|endoftext|>".to_owned(); 20];
        let cell = cell_size(368.0, &tokens);
        assert!(cell * 20.0 + label_width(&tokens) <= 368.0 && cell >= 12.0);
        assert!(cell_size(368.0, &vec![String::new(); 1000]) <= 1.0);
    }
}
