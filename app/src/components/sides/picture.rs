//! The maps of two sides and their difference as one SVG document: what a figure of them exports, on white paper.

use super::layout::{BETWEEN, Laid};
use crate::chart::format::plain;
use crate::components::any::shown::{LONGEST, Shown};
use crate::components::figures::svg::{INK, cell, paper, text};
use crate::heatmap::{Colors, Ground, css};
use std::fmt::Write;

/// Height of a title, and of the range below the cells, CSS pixels.
const LINE: f64 = 18.0;
/// Width of a letter, CSS pixels.
const LETTER: f64 = 6.4;
/// Width of a colour bar, and its height.
const BAR: (f64, f64) = (64.0, 8.0);

/// The document: the maps beside or below each other as they are laid out, each under its title.
pub fn svg(laid: &Laid, titles: &[String]) -> String {
    let heights = laid.maps.iter().map(height);
    let widths = laid.maps.iter().map(width);
    let gaps = BETWEEN * laid.maps.len().saturating_sub(1) as f64;
    let (wide, high) = if laid.in_row {
        (widths.sum::<f64>() + gaps, heights.fold(0.0, f64::max))
    } else {
        (widths.fold(0.0, f64::max), heights.sum::<f64>() + gaps)
    };
    let mut out = paper(wide, high);
    let (mut x, mut y) = (0.0, 0.0);
    for (map, title) in laid.maps.iter().zip(titles) {
        one(&mut out, map, title, (x, y));
        if laid.in_row { x += width(map) + BETWEEN } else { y += height(map) + BETWEEN }
    }
    out + "</svg>"
}

fn width(map: &Shown) -> f64 {
    // the range below needs a bar and two numbers
    map.left + (map.columns.len() as f64 * map.cell.0).max(BAR.0 + 20.0 * LETTER)
}

fn height(map: &Shown) -> f64 {
    2.0 * LINE + map.rows.len() as f64 * map.cell.1 + labels_below(map)
}

fn labels_below(map: &Shown) -> f64 {
    let letters = map.columns.iter().map(|label| label.chars().count().min(LONGEST)).max().unwrap_or(0);
    if map.names_lie() { LINE } else { letters as f64 * LETTER + 8.0 }
}

fn one(out: &mut String, map: &Shown, title: &str, (x, y): (f64, f64)) {
    let (left, top) = (x + map.left, y + LINE);
    let (wide, high) = map.cell;
    text(out, (left, y + 12.0), "start", "#15181e", title);
    let colors = Colors::of(map.map.map, Ground::Light);
    for (index, value) in map.map.values.iter().enumerate() {
        let Some(step) = map.map.scale.step(*value) else { continue };
        let (row, column) = (index / map.map.columns, index % map.map.columns);
        let middle = (left + (column as f64 + 0.5) * wide, top + (row as f64 + 0.5) * high);
        cell(out, middle, map.cell, colors.at(step));
    }
    let (every_row, every_column) = map.every();
    let cut = |label: &String| label.chars().take(LONGEST).collect::<String>();
    for (row, label) in map.rows.iter().enumerate().step_by(every_row).filter(|_| map.left > 0.0) {
        text(out, (left - 6.0, top + (row as f64 + 0.5) * high + 3.5), "end", INK, &cut(label));
    }
    let bottom = top + map.rows.len() as f64 * high;
    for (column, label) in map.columns.iter().enumerate().step_by(every_column) {
        let middle = left + (column as f64 + 0.5) * wide;
        column_label(out, (middle, bottom), map.names_lie(), &cut(label));
    }
    range(out, map, (left, bottom + labels_below(map)));
}

fn column_label(out: &mut String, (x, y): (f64, f64), lies: bool, label: &str) {
    if lies {
        return text(out, (x, y + 12.0), "middle", INK, label);
    }
    // writing to a string cannot fail
    let _ = write!(out, r#"<g transform="translate({:.2} {:.2}) rotate(-90)">"#, x + 3.5, y + 4.0);
    text(out, (0.0, 0.0), "end", INK, label);
    out.push_str("</g>");
}

/// The colours between the values of their ends.
fn range(out: &mut String, map: &Shown, (x, y): (f64, f64)) {
    let low = plain(f64::from(map.map.scale.low));
    let start = x + low.chars().count() as f64 * LETTER + 6.0;
    text(out, (x, y + 11.0), "start", INK, &low);
    let colors = Colors::of(map.map.map, Ground::Light);
    let slice = BAR.0 / f64::from(u16::from(Colors::LAST) + 1);
    for step in 0..=Colors::LAST {
        let at = start + f64::from(step) * slice;
        let (y, fill) = (y + 3.0, css(colors.at(step)));
        let _ = write!(
            out,
            r#"<rect x="{at:.2}" y="{y:.2}" width="{:.2}" height="{}" fill="{fill}"/>"#,
            slice + 0.3,
            BAR.1
        );
    }
    text(out, (start + BAR.0 + 6.0, y + 11.0), "start", INK, &plain(f64::from(map.map.scale.high)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Sides;
    use crate::components::sides::layout::{Look, lay_out};
    use crate::heatmap::Map;
    use model::wire::{Figure, FigureData};
    use std::sync::Arc;

    fn tokens(values: [f32; 2]) -> Figure {
        let (rows, columns) = (vec!["L0".into()], vec![" a long token".into(), "<b>".into()]);
        let data = FigureData::Heatmap { rows, columns, values: values.to_vec().into() };
        Figure { name: "any".into(), prompt: None, title: String::new(), data }
    }

    #[test]
    fn all_three_maps_are_in_one_document_with_titles_and_ranges() {
        let look = Look {
            width: 640.0,
            ratio: 1.0,
            diverging: Map::RedBlue,
            ground: Ground::Light,
            across: true,
            limit: None,
        };
        let sides = Sides::new(Arc::new(tokens([1.0, -2.0])), &tokens([0.5, f32::NAN]));
        let laid = lay_out(&sides, look).unwrap();
        let document = svg(&laid, &["one", "two", "one − two"].map(str::to_owned));
        for words in
            [">one</text>", ">two</text>", ">one − two</text>", ">−2</text>", ">0.5000</text>", "&lt;b&gt;"]
        {
            assert!(document.contains(words), "{words}");
        }
        let bars = 3 * (usize::from(Colors::LAST) + 1);
        // a masked cell, and with it the difference, leaves the paper white
        assert_eq!(document.matches("<rect").count(), 1 + bars + 4);
        assert_eq!(document.matches("rotate(-90)").count(), 6);
    }
}
