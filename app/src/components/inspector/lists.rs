//! What the head writes: the tokens whose logits it raises and lowers most.

use super::Inspected;
use crate::chart::format::signed;
use crate::components::Token;
use leptos::prelude::*;
use model::wire::{Cell, Figure, FigureData};

/// How many tokens are listed on either side.
const LISTED: usize = 8;

/// Promoted and suppressed tokens side by side.
#[component]
pub fn Lists(
    /// What is inspected.
    inspected: Inspected,
) -> impl IntoView {
    let list = move |name: &'static str, title: &'static str| {
        let figure = inspected.figure(name);
        let items = move || {
            let rows = figure.get().map(|f| token_rows(&f)).unwrap_or_default();
            let item = |(token, logit): (String, f64)| {
                view! { <li><Token text=token /> <span class="num">{signed(logit, 2)}</span></li> }
            };
            rows.into_iter().map(item).collect_view()
        };
        view! {
            <div data-figure=name>
                <h3>{title} " " <small>"logits"</small></h3>
                <ol>{items}</ol>
            </div>
        }
    };
    view! { <section class="lists">{list("promoted", "Promotes")} {list("suppressed", "Suppresses")}</section> }
}

/// The first text and the first number of each row.
fn token_rows(figure: &Figure) -> Vec<(String, f64)> {
    let FigureData::Table { rows, .. } = &figure.data else { return Vec::new() };
    let read = |row: &Vec<Cell>| {
        let token = row.iter().find_map(|cell| match cell {
            Cell::Text(text) => Some(text.clone()),
            Cell::Number(_) => None,
        });
        let logit = row.iter().find_map(|cell| match cell {
            Cell::Number(number) => Some(*number),
            Cell::Text(_) => None,
        });
        token.zip(logit)
    };
    rows.iter().filter_map(read).take(LISTED).collect()
}
