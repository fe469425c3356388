//! A drawing being made: shapes in SVG, which of the maps' steps they use, and what it is called.

use super::colors::{Map, Theme, style};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Where text stands at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// Points in user units, which are pixels at natural size.
pub(super) type Point = (f64, f64);

/// A finished or unfinished drawing.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// In pixels at natural size.
    pub width: f64,
    /// Likewise.
    pub height: f64,
    title: String,
    body: String,
    map: Map,
    steps: BTreeSet<u8>,
}

impl Drawing {
    /// An empty one. Cells are coloured from `map`.
    pub fn new(title: &str, map: Map) -> Self {
        Self {
            width: 0.0,
            height: 0.0,
            title: title.to_owned(),
            body: String::new(),
            map,
            steps: BTreeSet::new(),
        }
    }

    /// A file of its own: with its colours and fonts, which no program has to look up elsewhere.
    pub fn standalone(&self, theme: Theme) -> String {
        let paper = format!(
            "<rect class=\"paper\" width=\"{}\" height=\"{}\"/>",
            trim(self.width),
            trim(self.height)
        );
        self.wrap(&format!("<style>{}</style>{paper}", self.style(theme)))
    }

    /// A part of a page, which has [`Drawing::style`] in its head.
    pub fn inline(&self) -> String {
        self.wrap("")
    }

    /// The rules for the classes it uses.
    pub fn style(&self, theme: Theme) -> String {
        style(theme, self.map, &self.steps)
    }

    fn wrap(&self, before: &str) -> String {
        let (width, height) = (trim(self.width), trim(self.height));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"hooklens\" role=\"img\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\"><title>{}</title>{before}{}</svg>",
            escape(&self.title),
            self.body
        )
    }

    // writing to a string cannot fail, here and below

    /// A straight line.
    pub fn line(&mut self, class: &str, (x1, y1): Point, (x2, y2): Point) {
        let _ = write!(
            self.body,
            "<line class=\"{class}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
            trim(x1),
            trim(y1),
            trim(x2),
            trim(y2)
        );
    }

    /// A line through points; it breaks off where one is missing.
    pub fn path(&mut self, class: &str, points: impl IntoIterator<Item = Option<Point>>) {
        let (mut d, mut pen_is_down) = (String::new(), false);
        for point in points {
            if let Some((x, y)) = point {
                let _ = write!(d, "{}{} {}", if pen_is_down { "L" } else { "M" }, trim(x), trim(y));
            }
            pen_is_down = point.is_some();
        }
        let _ = write!(self.body, "<path class=\"{class}\" d=\"{d}\"/>");
    }

    /// A dot.
    pub fn dot(&mut self, class: &str, (x, y): Point, radius: f64, hint: &str) {
        let _ = write!(
            self.body,
            "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"{}\">{}</circle>",
            trim(x),
            trim(y),
            trim(radius),
            hint_element(hint)
        );
    }

    /// A rectangle by its upper left corner and size.
    pub fn rect(&mut self, class: &str, (x, y): Point, (width, height): Point, hint: &str) {
        let _ = write!(
            self.body,
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\">{}</rect>",
            trim(x),
            trim(y),
            trim(width.max(0.0)),
            trim(height.max(0.0)),
            hint_element(hint)
        );
    }

    /// A rectangle in the colour of a step of the map.
    pub fn cell(&mut self, step: u8, at: Point, size: Point, hint: &str) {
        self.steps.insert(step);
        self.rect(&format!("m{step}"), at, size, hint);
    }

    /// Text that reads on a cell of that step.
    pub fn on_cell(&mut self, step: u8, at: Point, text: &str) {
        self.text(&format!("on{step} in-cell"), at, Anchor::Middle, text);
    }

    /// Text on one line, its baseline at the point.
    pub(super) fn text(&mut self, class: &str, (x, y): Point, anchor: Anchor, text: &str) {
        let _ = write!(
            self.body,
            "<text class=\"{class}\" x=\"{}\" y=\"{}\"{}>{}</text>",
            trim(x),
            trim(y),
            anchor.attribute(),
            escape(text)
        );
    }

    /// Text that reads upwards, ending at the point: labels under an axis that are too long to lie.
    pub fn upright(&mut self, class: &str, (x, y): Point, text: &str) {
        let _ = write!(
            self.body,
            "<text class=\"{class}\" text-anchor=\"end\" transform=\"translate({} {}) rotate(-90)\">{}</text>",
            trim(x),
            trim(y),
            escape(text)
        );
    }

    /// An image as a `data:` address, of the class `light` or `dark`, its pixels kept sharp.
    pub fn image(&mut self, class: &str, (x, y): Point, (width, height): Point, address: &str) {
        let _ = write!(
            self.body,
            "<image class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" \
             style=\"image-rendering:pixelated\" href=\"{address}\"/>",
            trim(x),
            trim(y),
            trim(width),
            trim(height)
        );
    }
}

impl Anchor {
    fn attribute(self) -> &'static str {
        match self {
            Self::Start => "",
            Self::Middle => " text-anchor=\"middle\"",
            Self::End => " text-anchor=\"end\"",
        }
    }
}

fn hint_element(hint: &str) -> String {
    if hint.is_empty() { String::new() } else { format!("<title>{}</title>", escape(hint)) }
}

/// For text and attributes of XML, which knows no control characters.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A coordinate to a hundredth of a pixel.
fn trim(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_text_whatever_it_holds() {
        let mut drawing = Drawing::new("a <b>", Map::RedBlue);
        drawing.text("ink", (1.0, 2.5), Anchor::Start, "</text><script>\u{1}&\"");
        let svg = drawing.inline();
        assert!(svg.contains("<title>a &lt;b&gt;</title>"), "{svg}");
        assert!(svg.contains("y=\"2.5\">&lt;/text&gt;&lt;script&gt;\u{fffd}&amp;&quot;</text>"), "{svg}");
    }

    #[test]
    fn a_line_breaks_where_a_value_is_missing() {
        let mut drawing = Drawing::new("", Map::RedBlue);
        drawing.path("s1", [Some((0.0, 1.0)), None, Some((2.0, 1.0)), Some((3.0, 0.128))]);
        assert!(drawing.inline().contains("d=\"M0 1M2 1L3 0.13\""), "{}", drawing.inline());
    }
}
