//! The head map as an SVG document: what it exports, on white paper in either theme.

use super::head_layout::HeadLayout;
use super::head_map::HeadMap;
use super::svg::{INK, cell, paper, text};
use crate::chart::format::signed;
use crate::heatmap::{Cell, Colors, Ground, Heatmap, Map, Scale, css, ink_on};
use std::fmt::Write;

/// The document, `width` CSS pixels wide. Like the page it labels rows and columns, and writes values where they fit.
pub fn svg(map: &HeadMap, layout: &HeadLayout, width: f64, scale: Scale, colors: Map) -> String {
    let (heads, sums) = layout.pictures(map, scale, (colors, Ground::Light));
    let mut out = paper(width, layout.height);
    cells(&mut out, &heads, layout, layout.heads_at);
    cells(&mut out, &sums, layout, layout.sums_at);
    for label in layout.labels(map, None) {
        let (anchor, drop) = if label.row { ("end", 3.5) } else { ("middle", 10.0) };
        text(&mut out, (label.x, label.y + drop), anchor, INK, &label.text);
    }
    bar(&mut out, layout, scale, colors);
    out + "</svg>"
}

fn cells(out: &mut String, picture: &Heatmap, layout: &HeadLayout, at: (f64, f64)) {
    let colors = Colors::of(picture.map, picture.ground);
    for (index, value) in picture.values.iter().enumerate() {
        let Some(step) = picture.scale.step(*value) else { continue };
        let at_cell = Cell { row: index / picture.columns, column: index % picture.columns };
        let (middle, color) = (layout.middle(at, at_cell), colors.at(step));
        cell(out, middle, layout.cell, color);
        if layout.has_values() {
            text(out, (middle.0, middle.1 + 3.5), "middle", ink_on(color), &signed(*value, 2));
        }
    }
}

/// The colour bar as a stack of steps, beside the heads, with its ends and zero.
fn bar(out: &mut String, layout: &HeadLayout, scale: Scale, map: Map) {
    let colors = Colors::of(map, Ground::Light);
    let height = layout.heads.rows as f64 * layout.cell.1 - 1.0;
    let slice = height / f64::from(u16::from(Colors::LAST) + 1);
    for step in 0..=Colors::LAST {
        let y = height - f64::from(u16::from(step) + 1) * slice;
        let _ = write!(
            out,
            r#"<rect x="{}" y="{y:.2}" width="8" height="{:.2}" fill="{}"/>"#,
            layout.bar_at,
            slice + 0.3,
            css(colors.at(step))
        );
    }
    for (value, y) in [(scale.high, 9.0), (0.0, height / 2.0 + 3.5), (scale.low, height)] {
        text(out, (layout.bar_at + 12.0, y), "start", INK, &signed(value, 2));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::LayerAxis;

    #[test]
    fn a_masked_cell_leaves_the_paper_white() {
        let map = HeadMap {
            layers: 2,
            heads: 1,
            values: vec![1.0, f32::NAN],
            bias: vec![0.0; 2],
            attn_out: vec![0.0; 2],
        };
        let axis = LayerAxis::new(2, 400.0, 1.0);
        let layout = HeadLayout::new(&map, &axis, 1.0, true, None);
        let document = svg(&map, &layout, 400.0, Scale::symmetric(1.0), Map::RedBlue);
        let cells = document.matches("<rect").count() - 1 - (usize::from(Colors::LAST) + 1);
        assert_eq!(cells, 1 + 4);
        assert!(document.contains("#053061") && document.contains(">+1.00</text>"));
        assert!(document.contains(">L0</text>") && document.contains(">b_O</text>"));
    }
}
