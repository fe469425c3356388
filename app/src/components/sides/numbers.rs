//! Named numbers of two sides in one table, and tables beside each other.

use super::Pair;
use crate::chart::format::{change, plain};
use crate::compare::Sides;
use crate::components::any::tokens::rows_of;
use crate::components::figures::export::{Address, Format, Picture};
use crate::components::figures::panel::FigurePanel;
use leptos::prelude::*;
use model::wire::Cell;
use std::rc::Rc;

/// The frame of what is numbers and no picture.
#[component]
pub fn Frame(
    /// Both sides.
    pair: Pair,
    children: Children,
) -> impl IntoView {
    let (heading, caption) = (pair.heading(), pair.caption());
    view! {
        <FigurePanel
            heading
            caption
            figure=pair.figure()
            table=pair.table()
            picture=no_picture()
            beside=|| ()
        >
            {children()}
        </FigurePanel>
    }
}

/// In the place of a picture.
fn no_picture() -> Picture {
    let make = |_: Format| -> Address { Box::pin(async { Err("these are numbers only".to_owned()) }) };
    StoredValue::new_local(Rc::new(make))
}

/// Scalars: a row for each, with both numbers and the difference.
#[component]
pub fn Numbers(
    /// Both sides.
    pair: Pair,
) -> impl IntoView {
    let table = pair.table();
    let field = |(column, cell): (usize, &Cell)| match cell {
        Cell::Text(text) => view! { <th scope="row">{text.clone()}</th> }.into_any(),
        Cell::Number(value) => {
            let text = if column == 3 { change(*value) } else { plain(*value) };
            view! { <td class="num">{text}</td> }.into_any()
        }
    };
    let row =
        move |cells: &Vec<Cell>| view! { <tr>{cells.iter().enumerate().map(field).collect_view()}</tr> };
    let head = |(column, title): (usize, &String)| {
        // a heading without words is none
        if column == 0 {
            view! { <td></td> }.into_any()
        } else {
            view! { <th scope="col">{title.clone()}</th> }.into_any()
        }
    };
    view! {
        <Frame pair>
            <div class="table" role="region" aria-label="Numbers of both" tabindex="0">
                <table>
                    <thead>
                        <tr>{move || table.with(|t| t.columns.iter().enumerate().map(head).collect_view())}</tr>
                    </thead>
                    <tbody>{move || table.with(|t| t.rows.iter().map(row).collect_view())}</tbody>
                </table>
            </div>
        </Frame>
    }
}

/// Tables of both sides, and of the difference where they have the same words.
#[component]
pub fn Tables(
    /// Both sides.
    pair: Pair,
) -> impl IntoView {
    let side = move |(title, of): (String, usize)| {
        let figure = move |sides: &Sides| match of {
            0 => Some(sides.first.clone()),
            1 => Some(sides.other.clone()),
            _ => sides.difference.clone(),
        };
        let figure = Memo::new(move |_| pair.both.with(|both| both.as_ref().and_then(figure)));
        let label = title.clone();
        view! {
            <div class="side-table" hidden=move || figure.with(Option::is_none)>
                <h3>{title}</h3>
                <div class="table" role="region" aria-label=label tabindex="0">
                    {move || figure.get().map(|figure| rows_of(&figure, None))}
                </div>
            </div>
        }
    };
    view! {
        <Frame pair>
            <div class="side-tables">{pair.titles().into_iter().zip(0..).map(side).collect_view()}</div>
        </Frame>
    }
}
