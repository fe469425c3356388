//! The logit lens of one prompt as a grid: the likeliest token at every layer and position, the next ones on hover.

use super::Source;
use super::matrix::Matrix;
use crate::chart::format::plain;
use crate::heatmap::Cell;
use crate::state::RunState;
use leptos::prelude::*;
use model::wire::{Cell as Field, Figure, FigureData};
use std::sync::Arc;

/// The figure that becomes a grid of tokens.
pub const GRID: &str = "top_probability";
/// The table that has the tokens.
pub const TOKENS: &str = "top_tokens";

/// The heatmap of probabilities with the tokens of the table written into it.
#[component]
pub fn TokenGrid(
    /// The figure [`GRID`].
    figure: Source,
) -> impl IntoView {
    let run: RunState = expect_context();
    let prompt = figure.get_untracked().and_then(|f| f.prompt);
    let tokens = run.figure(TOKENS, prompt);
    let ranked = ranked(figure, tokens);
    let texts =
        Signal::derive(move || Arc::new(ranked.get().map(|ranked| ranked.first()).unwrap_or_default()));
    let say =
        Callback::new(move |cell: Cell| ranked.get().map(|ranked| ranked.say(cell)).unwrap_or_default());
    view! { <Matrix figure texts say numbers=tokens /> }
}

/// The tokens of a grid's cells, once both figures have come.
pub fn ranked(grid: Source, tokens: Source) -> Memo<Option<Arc<Ranked>>> {
    Memo::new(move |_| Some(Arc::new(Ranked::new(&*grid.get()?, &*tokens.get()?)?)))
}

/// The table's tokens by cell of the grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    columns: usize,
    /// Token and probability, likeliest first, row-major.
    cells: Vec<Vec<(String, f64)>>,
}

impl Ranked {
    /// From the grid (entries × positions) and the table (entry, position, rank, token, logit, probability).
    fn new(grid: &Figure, table: &Figure) -> Option<Self> {
        let FigureData::Heatmap { rows: entries, columns, .. } = &grid.data else { return None };
        let FigureData::Table { columns: titles, rows } = &table.data else { return None };
        let at = |title: &str| titles.iter().position(|t| t == title);
        let (entry, position, token, probability) =
            (at("entry")?, at("position")?, at("token")?, at("probability")?);
        let mut cells = vec![Vec::new(); entries.len() * columns.len()];
        for row in rows {
            let (
                Some(Field::Text(name)),
                Some(Field::Number(place)),
                Some(Field::Text(token)),
                Some(Field::Number(p)),
            ) = (row.get(entry), row.get(position), row.get(token), row.get(probability))
            else {
                continue;
            };
            let row = entries.iter().position(|e| e == name)?;
            if let Some(cell) = cells.get_mut(row * columns.len() + *place as usize) {
                cell.push((token.clone(), *p));
            }
        }
        Some(Self { columns: columns.len(), cells })
    }

    fn first(&self) -> Vec<String> {
        self.cells
            .iter()
            .map(|cell| cell.first().map(|(token, _)| token.clone()).unwrap_or_default())
            .collect()
    }

    /// The likeliest token of a cell, and its probability, in words; empty where there is none.
    pub fn say_first(&self, cell: Cell) -> String {
        self.say_some(cell, 1)
    }

    fn say(&self, cell: Cell) -> String {
        self.say_some(cell, usize::MAX)
    }

    fn say_some(&self, cell: Cell, count: usize) -> String {
        let ranked = self.cells.get(cell.row * self.columns + cell.column);
        let named =
            ranked.into_iter().flatten().take(count).map(|(token, p)| format!("“{token}” {}", plain(*p)));
        named.collect::<Vec<_>>().join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_find_their_cells() {
        let figure = |data| Figure { name: String::new(), prompt: Some(0), title: String::new(), data };
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let grid = figure(FigureData::Heatmap {
            rows: names(&["0_pre", "final_post"]),
            columns: names(&["a", " b"]),
            values: vec![0.1, 0.2, 0.3, 0.4].into(),
        });
        let row = |entry: &str, position: f64, rank: f64, token: &str, p: f64| {
            vec![
                Field::Text(entry.into()),
                Field::Number(position),
                Field::Number(rank),
                Field::Text(token.into()),
                Field::Number(1.0),
                Field::Number(p),
            ]
        };
        let table = figure(FigureData::Table {
            columns: names(&["entry", "position", "rank", "token", "logit", "probability"]),
            rows: vec![
                row("0_pre", 1.0, 0.0, " x", 0.2),
                row("0_pre", 1.0, 1.0, " y", 0.125),
                row("final_post", 0.0, 0.0, " z", 0.3),
            ],
        });
        let ranked = Ranked::new(&grid, &table).unwrap();
        assert_eq!(ranked.first(), ["", " x", " z", ""]);
        assert_eq!(ranked.say(Cell { row: 0, column: 1 }), "“ x” 0.2000 · “ y” 0.1250");
        assert_eq!(ranked.say_first(Cell { row: 0, column: 1 }), "“ x” 0.2000");
    }
}
