//! A result as a Jupyter notebook (nbformat 4.5): the question, and for every figure what it is, the Python that makes
//! it with TransformerLens, and the stored numbers as that cell's output.

use super::{Report, about, equation};
use model::table::{Table, full};
use model::wire::{Cell, Figure};
use serde_json::{Value, json};
use std::fmt::Write;

/// Rows of a table that the notebook shows; the figure's own file has all.
const ROWS: usize = 60;
/// Columns likewise.
const COLUMNS: usize = 24;

/// The notebook as JSON. `link` is the address of the result's page.
pub fn notebook(report: &Report, link: &str) -> Value {
    let mut cells = vec![markdown(&introduction(report, link)), code(&install(), None)];
    for figure in &report.figures {
        cells.push(markdown(&format!(
            "## {}\n\n{}",
            escape(&figure.title),
            about::figure(&report.experiment.analysis, figure)
        )));
        cells.extend(report.snippet(figure).map(|snippet| code(&snippet, Some(figure))));
    }
    for (number, cell) in cells.iter_mut().enumerate() {
        cell["id"] = json!(format!("cell-{number}"));
    }
    json!({
        "cells": cells,
        "metadata": {
            "kernelspec": { "display_name": "Python 3", "language": "python", "name": "python3" },
            "language_info": { "name": "python" },
            "hooklens": { "id": report.started.id, "fingerprint": report.model().fingerprint },
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    })
}

fn introduction(report: &Report, link: &str) -> String {
    let model = report.model();
    let mut text = format!(
        "# {}\n\nA result of [hooklens]({link}): `{}`, model {} ({} layers, {} heads, d_model {}), computed in {} on {}, \
         weights {}.\n\nThe stored numbers stand below each cell. Running a cell computes them again with \
         TransformerLens 2.18.\n",
        escape(&report.title()),
        report.started.id,
        code_span(&model.name),
        model.n_layers,
        model.n_heads,
        model.d_model,
        model.dtype,
        model.device,
        code_span(&model.fingerprint),
    );
    if !report.started.warnings.is_empty() {
        text.push_str("\n## To know\n\n");
        for warning in &report.started.warnings {
            // writing to a string cannot fail
            let _ = writeln!(text, "- {}", escape(warning));
        }
    }
    if let Some(equation) = equation::of(report) {
        let _ = write!(text, "\n{}\n", escape(&equation));
    }
    // the experiment is plain data, and indented JSON reads well
    let experiment = serde_json::to_string_pretty(&report.experiment).unwrap_or_default();
    let fence = fence(&experiment);
    let _ = write!(text, "\n## The experiment\n\n{fence}json\n{experiment}\n{fence}\n");
    text
}

fn install() -> String {
    format!("%pip install -q {}", model::snippet::REQUIREMENTS)
}

fn markdown(text: &str) -> Value {
    json!({ "cell_type": "markdown", "id": "", "metadata": {}, "source": lines(text) })
}

fn code(source: &str, figure: Option<&Figure>) -> Value {
    let outputs: Vec<Value> = figure.map(output).into_iter().collect();
    json!({
        "cell_type": "code",
        "execution_count": null,
        "id": "",
        "metadata": {},
        "outputs": outputs,
        "source": lines(source.trim_end()),
    })
}

/// The stored numbers, for people and, below, for whoever reads plain text.
fn output(figure: &Figure) -> Value {
    let table = Table::of(figure);
    json!({
        "output_type": "display_data",
        "metadata": {},
        "data": { "text/html": lines(&html(&table)), "text/plain": lines(&plain(&table)) },
    })
}

fn html(table: &Table) -> String {
    let titles = table.columns.iter().take(COLUMNS).map(|title| format!("<th>{}</th>", escape(title)));
    let mut html = format!("<table>\n<thead><tr>{}</tr></thead>\n<tbody>\n", titles.collect::<String>());
    for row in table.rows.iter().take(ROWS) {
        let cells = row.iter().take(COLUMNS).map(|cell| format!("<td>{}</td>", escape(&shown(cell))));
        // writing to a string cannot fail
        let _ = writeln!(html, "<tr>{}</tr>", cells.collect::<String>());
    }
    html + "</tbody>\n</table>"
        + &left_out(table).map(|words| format!("\n<p>{words}</p>")).unwrap_or_default()
}

fn plain(table: &Table) -> String {
    let short = Table {
        columns: table.columns.iter().take(COLUMNS).cloned().collect(),
        rows: table.rows.iter().take(ROWS).map(|row| row.iter().take(COLUMNS).cloned().collect()).collect(),
        labelled: table.labelled,
    };
    short.to_tsv() + &left_out(table).unwrap_or_default()
}

fn left_out(table: &Table) -> Option<String> {
    let (rows, columns) = (table.rows.len(), table.columns.len());
    (rows > ROWS || columns > COLUMNS).then(|| format!("shown in part: {rows} rows, {columns} columns"))
}

fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.replace('\n', "⏎"),
        Cell::Number(value) => full(*value),
    }
}

/// nbformat keeps text as lines that carry their ends.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// For HTML, and for Markdown, where HTML means what it says.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A fence that the text does not hold.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat((longest + 1).max(3))
}

/// A name as code: names of models are paths and hold no line breaks.
fn code_span(text: &str) -> String {
    format!("`{}`", text.replace(['`', '\n', '\r'], " "))
}
