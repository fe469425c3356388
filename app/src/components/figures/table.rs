//! The same numbers as a table, on the page, for whoever prefers or needs it.

use leptos::prelude::*;
use model::table::Table;
use model::wire::Cell;

/// Rows that the page shows; of a tensor there may be a million.
const ROWS: usize = 2000;

/// The table on the page, scrolling in its own box.
#[component]
pub fn TableView(
    /// What it is a table of.
    title: String,
    /// Its numbers.
    table: Table,
) -> impl IntoView {
    let text = |cell: Cell| match cell {
        Cell::Number(v) if v.is_nan() => String::new(),
        Cell::Number(v) => crate::chart::format::signed(v, 4),
        Cell::Text(text) => text,
    };
    let row = move |row: Vec<Cell>| {
        let mut cells = row.into_iter().map(text);
        view! {
            <tr>
                <th scope="row">{cells.next()}</th>
                {cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}
            </tr>
        }
    };
    // a heading without words is none
    let heading = |title: String| {
        if title.is_empty() {
            view! { <td></td> }.into_any()
        } else {
            view! { <th scope="col">{title}</th> }.into_any()
        }
    };
    let left_out = table.rows.len().saturating_sub(ROWS);
    let left_out = (left_out > 0).then(|| {
        view! { <p class="hint">{format!("{left_out} further rows: “Copy as TSV” and the files have them.")}</p> }
    });
    view! {
        <div class="table" role="region" aria-label=title.clone() tabindex="0">
            <table>
                <caption>{title.clone()}</caption>
                <thead>
                    <tr>
                        {table
                            .columns
                            .into_iter()
                            .map(heading)
                            .collect_view()}
                    </tr>
                </thead>
                <tbody>{table.rows.into_iter().take(ROWS).map(row).collect_view()}</tbody>
            </table>
            {left_out}
        </div>
    }
}
