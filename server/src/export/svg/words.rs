//! Tables and named numbers, drawn as text in columns.

use super::canvas::{Anchor, Drawing};
use super::labels;
use super::scale::plain;
use model::table::Table;
use model::wire::Cell;

const ROW: f64 = 18.0;
/// Rows that are drawn; the figure's own file has all.
const ROWS: usize = 40;
const COLUMNS: usize = 12;
const GAP: f64 = 24.0;

/// Draws a table.
pub(super) fn draw(table: &Table, drawing: &mut Drawing) {
    let shown: Vec<Vec<(String, bool)>> =
        table.rows.iter().take(ROWS).map(|row| row.iter().take(COLUMNS).map(text).collect()).collect();
    let titles: Vec<&String> = table.columns.iter().take(COLUMNS).collect();
    let mut x = 0.0;
    for (column, title) in titles.iter().enumerate() {
        let numeric = shown.iter().all(|row| row.get(column).is_none_or(|(_, numeric)| *numeric));
        let longest =
            shown.iter().filter_map(|row| row.get(column)).map(|(text, _)| text.chars().count()).max();
        let width = (longest.unwrap_or(0).max(title.chars().count()) as f64 * labels::CHARACTER).min(420.0);
        let (anchor, at) = if numeric { (Anchor::End, x + width) } else { (Anchor::Start, x) };
        drawing.text("ink-3", (at, 12.0), anchor, title);
        for (i, row) in shown.iter().enumerate() {
            if let Some((text, _)) = row.get(column) {
                drawing.text("ink num", (at, 12.0 + (i + 1) as f64 * ROW), anchor, text);
            }
        }
        x += width + GAP;
    }
    drawing.width = (x - GAP).max(240.0) + 8.0;
    drawing.line("hair", (0.0, 17.0), (drawing.width, 17.0));
    drawing.height = 24.0 + shown.len() as f64 * ROW;
    if table.rows.len() > ROWS {
        let rest = format!("and {} rows more", table.rows.len() - ROWS);
        drawing.text("ink-3", (0.0, drawing.height + 8.0), Anchor::Start, &rest);
        drawing.height += 16.0;
    }
}

/// A cell, and whether it is a number.
fn text(cell: &Cell) -> (String, bool) {
    match cell {
        Cell::Number(value) => (plain(*value), true),
        Cell::Text(text) => (labels::shown(text), false),
    }
}
