//! What maps of cells have in common as SVG documents: white paper, cells, words.

use crate::heatmap::{Rgb, css};
use std::fmt::Write;

/// The colour of words beside the cells.
pub const INK: &str = "#474e5a";

/// The beginning of a document of so many CSS pixels: white paper in either theme.
pub fn paper(width: f64, height: f64) -> String {
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="monospace" font-size="10.5"><rect width="100%" height="100%" fill="#fff"/>"##
    )
}

/// A cell about its middle, with the gap to the next one.
pub fn cell(out: &mut String, (x, y): (f64, f64), (wide, high): (f64, f64), color: Rgb) {
    // writing to a string cannot fail
    let _ = write!(
        out,
        r#"<rect x="{:.2}" y="{:.2}" width="{:.2}" height="{:.2}" fill="{}"/>"#,
        x - wide / 2.0,
        y - high / 2.0,
        wide - 1.0,
        high - 1.0,
        css(color)
    );
}

/// Words on a base line; tokens may hold spaces, and what XML is written with.
pub fn text(out: &mut String, (x, y): (f64, f64), anchor: &str, fill: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = write!(
        out,
        r#"<text x="{x:.2}" y="{y:.2}" text-anchor="{anchor}" fill="{fill}" xml:space="preserve">{words}</text>"#
    );
}
