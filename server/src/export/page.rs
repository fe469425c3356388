//! A result as one HTML file that needs nothing else: for readers without hooklens, and for keeping.
//!
//! No scripts. Colours follow the reader's system; the style is the page's own design tokens.

use super::svg::{self, Map, Theme, escape};
use super::{Report, about, equation};
use model::table::{Table, full};
use model::wire::{Cell, Figure};
use std::fmt::Write;

/// What the file, like the server that sends it, allows itself.
pub const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// Rows and columns of a table that is written out; the figure's own file has all.
const ROWS: usize = 1_000;
const COLUMNS: usize = 260;

const TOKENS: &str = include_str!("../../../style/tokens.css");
const STYLE: &str = include_str!("page.css");

/// The whole result. `link` is the address of its page.
pub fn page(report: &Report, link: &str) -> String {
    let title = report.title();
    let mut body = head_of(report, &title, link);
    let mut styles = String::new();
    for figure in &report.figures {
        let drawing = svg::draw(report, figure, Map::default());
        body.push_str(&section(report, figure, &drawing.inline()));
        styles.push_str(&drawing.style(Theme::Auto));
    }
    body.push_str(&experiment(report));
    document(&title, &styles, &body)
}

/// One figure, to stand in another site's frame.
pub fn embed(report: &Report, figure: &Figure, theme: Theme, link: &str) -> String {
    let drawing = svg::draw(report, figure, Map::default());
    let scheme = match theme {
        Theme::Light => ":root{color-scheme:light}",
        Theme::Dark => ":root{color-scheme:dark}",
        Theme::Auto => "",
    };
    let body = format!(
        "<figure class=\"embed\">{}<figcaption><h1>{}</h1> {} <a href=\"{}\" target=\"_blank\" rel=\"noopener\">{} in \
         hooklens</a></figcaption></figure>",
        drawing.inline(),
        escape(&figure.title),
        escape(&about::figure(&report.experiment.analysis, figure)),
        escape(link),
        escape(&report.model().name),
    );
    document(&figure.title, &format!("{}{scheme}", drawing.style(theme)), &body)
}

fn document(title: &str, styles: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" \
         content=\"{POLICY}\">\n<title>{}</title>\n<style>{TOKENS}{STYLE}{styles}</style>\n</head>\n<body>\n<main>\n\
         {body}</main>\n</body>\n</html>\n",
        escape(title)
    )
}

// writing to a string cannot fail, here and below

fn head_of(report: &Report, title: &str, link: &str) -> String {
    let model = report.model();
    let mut html = format!(
        "<header>\n<h1>{}</h1>\n<p>A result of <a href=\"{}\">hooklens</a>. It never changes: its id names the question, the \
         model’s contents and the version of the analysis.</p>\n<dl>",
        escape(title),
        escape(link)
    );
    let shape = format!(
        "{}: {} layers, {} heads, d_model {}, vocabulary {}",
        model.name, model.n_layers, model.n_heads, model.d_model, model.d_vocab
    );
    for (name, value) in [
        ("id", report.started.id.as_str()),
        ("model", &shape),
        ("fingerprint", &model.fingerprint),
        ("computed", &format!("{} on {}, hooklens {}", model.dtype, model.device, env!("CARGO_PKG_VERSION"))),
    ] {
        let _ = write!(html, "<div><dt>{name}</dt><dd>{}</dd></div>", escape(value));
    }
    html.push_str("</dl>\n");
    for warning in &report.started.warnings {
        let _ = writeln!(html, "<p class=\"warning\">{}</p>", escape(warning));
    }
    if let Some(equation) = equation::of(report) {
        let _ = writeln!(html, "<p class=\"equation\">{}</p>", escape(&equation));
    }
    html + "</header>\n"
}

fn section(report: &Report, figure: &Figure, picture: &str) -> String {
    let code = report.snippet(figure).map(|code| {
        format!(
            "<details><summary>The same with TransformerLens</summary><pre tabindex=\"0\">{}</pre></details>\n",
            escape(&code)
        )
    });
    let prompt = figure.prompt.map(|number| format!(" <small>prompt {number}</small>")).unwrap_or_default();
    format!(
        "<section>\n<h2>{}{prompt}</h2>\n<p>{}</p>\n<div class=\"picture\">{picture}</div>\n<details><summary>Numbers</summary>\
         {}</details>\n{}</section>\n",
        escape(&figure.title),
        escape(&about::figure(&report.experiment.analysis, figure)),
        table(figure),
        code.unwrap_or_default()
    )
}

fn table(figure: &Figure) -> String {
    let table = Table::of(figure);
    // a heading without words is none
    let title = |title: &String| {
        let words = escape(title);
        if words.is_empty() { "<td></td>".to_owned() } else { format!("<th scope=\"col\">{words}</th>") }
    };
    let titles: String = table.columns.iter().take(COLUMNS).map(title).collect();
    let mut html = format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Numbers of {}\"><table>",
        escape(&figure.title)
    );
    let _ = write!(html, "<thead><tr>{titles}</tr></thead><tbody>");
    for row in table.rows.iter().take(ROWS) {
        let cell = |(i, cell): (usize, &Cell)| match cell {
            Cell::Text(text) if i == 0 && table.labelled => {
                format!("<th scope=\"row\">{}</th>", escape(text))
            }
            Cell::Text(text) => format!("<td class=\"text\">{}</td>", escape(text)),
            Cell::Number(value) => format!("<td>{}</td>", full(*value)),
        };
        let cells: String = row.iter().take(COLUMNS).enumerate().map(cell).collect();
        let _ = write!(html, "<tr>{cells}</tr>");
    }
    html.push_str("</tbody></table></div>");
    let (rows, columns) = (table.rows.len(), table.columns.len());
    if rows > ROWS || columns > COLUMNS {
        let _ = write!(html, "<p>Shown in part: there are {rows} rows and {columns} columns.</p>");
    }
    html
}

fn experiment(report: &Report) -> String {
    // the experiment is plain data, and indented JSON reads well
    let json = serde_json::to_string_pretty(&report.experiment).unwrap_or_default();
    format!(
        "<section>\n<h2>The experiment</h2>\n<details><summary>As JSON</summary><pre tabindex=\"0\">{}</pre></details>\n</section>\n",
        escape(&json)
    )
}
