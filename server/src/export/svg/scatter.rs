//! Points with a label each.

use super::canvas::{Anchor, Drawing};
use super::labels;
use super::scale::{Scale, plain, tick};

const SIDE: f64 = 420.0;
const LEFT: f64 = 52.0;
const TOP: f64 = 26.0;

/// Draws points; labels stand beside them where there are few.
pub(super) fn draw(x: &[f32], y: &[f32], names: &[String], titles: (&str, &str), drawing: &mut Drawing) {
    let wide = |values: &[f32]| values.iter().map(|v| f64::from(*v)).collect::<Vec<_>>();
    let across = Scale::around_zero(wide(x), (LEFT, LEFT + SIDE));
    let up = Scale::around_zero(wide(y), (TOP + SIDE, TOP));
    (drawing.width, drawing.height) = (LEFT + SIDE + 90.0, TOP + SIDE + 44.0);
    for value in up.ticks(6) {
        let Some(at) = up.at(value) else { continue };
        drawing.line(if value == 0.0 { "rule" } else { "grid" }, (LEFT, at), (LEFT + SIDE, at));
        drawing.text("ink-3 num", (LEFT - 6.0, at + 3.5), Anchor::End, &tick(value));
    }
    for value in across.ticks(6) {
        let Some(at) = across.at(value) else { continue };
        drawing.line(if value == 0.0 { "rule" } else { "grid" }, (at, TOP), (at, TOP + SIDE));
        drawing.text("ink-3 num", (at, TOP + SIDE + 15.0), Anchor::Middle, &tick(value));
    }
    drawing.text("ink-2", (0.0, 14.0), Anchor::Start, titles.1);
    drawing.text("ink-2", (LEFT + SIDE / 2.0, TOP + SIDE + 34.0), Anchor::Middle, titles.0);
    for ((x, y), name) in x.iter().zip(y).zip(names) {
        let (Some(left), Some(top)) = (across.at(f64::from(*x)), up.at(f64::from(*y))) else { continue };
        let hint = format!("{}: {}, {}", labels::shown(name), plain(f64::from(*x)), plain(f64::from(*y)));
        drawing.dot("f1", (left, top), 3.0, &hint);
        if names.len() <= 60 {
            drawing.text("ink-3 num", (left + 5.0, top + 3.5), Anchor::Start, &labels::short(name));
        }
    }
}
