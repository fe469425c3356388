//! Lines and bars: series over the same labels.

use super::canvas::{Anchor, Drawing};
use super::labels::{self, Bottom};
use super::scale::{Scale, signed, tick};
use model::wire::Series;

const WIDTH: f64 = 720.0;
const TOP: f64 = 34.0;
const PLOT: f64 = 200.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 12.0;

/// What is drawn.
pub(super) struct Chart<'a> {
    /// One label for each value.
    pub(super) x: &'a [String],
    /// The figure's series.
    pub(super) series: &'a [Series],
    /// Parts of a sum, or a value for each prompt, stand alone as bars; a course through layers is a line.
    pub(super) bars: bool,
    /// A value for the dotted line, and what it is.
    pub(super) total: Option<(f64, &'static str)>,
    /// The unit of the values, where they have one.
    pub(super) unit: &'a str,
}

impl Chart<'_> {
    /// Draws it.
    pub(super) fn draw(&self, drawing: &mut Drawing) {
        let bottom = Bottom::of(self.x, (LEFT, WIDTH - RIGHT));
        let extent = self
            .series
            .iter()
            .filter(|one| one.name != "stderr")
            .flat_map(|one| one.y.iter().map(|y| f64::from(*y)));
        let extent = extent.chain(self.whiskers().into_iter().flat_map(|(_, low, high)| [low, high]));
        let extent = extent.chain(self.total.map(|(value, _)| value));
        let scale = Scale::around_zero(extent, (TOP + PLOT, TOP));
        (drawing.width, drawing.height) = (WIDTH, TOP + PLOT + bottom.height + 8.0);
        self.grid(drawing, &scale);
        bottom.draw(drawing, TOP + PLOT + 4.0);
        for (index, one) in self.drawn().into_iter().enumerate() {
            if self.bars && index == 0 {
                self.bar_series(drawing, &scale, &bottom, one);
            } else {
                self.line_series(drawing, &scale, &bottom, one, index);
            }
        }
        for (i, low, high) in self.whiskers() {
            if let (Some(low), Some(high)) = (scale.at(low), scale.at(high)) {
                drawing.line("s0", (bottom.at(i), low), (bottom.at(i), high));
            }
        }
        self.key(drawing);
    }

    /// The series with a line of their own: prompts first, so that they lie below, the mean last among the others.
    fn drawn(&self) -> Vec<&Series> {
        let mut drawn: Vec<&Series> = self.series.iter().filter(|one| one.name != "stderr").collect();
        // bars stand below everything else
        drawn.sort_by_key(|one| match one.name.as_str() {
            "mean" => {
                if self.bars {
                    0
                } else {
                    3
                }
            }
            name if name.starts_with("prompt:") => 1,
            _ => 2,
        });
        drawn
    }

    /// One standard error to both sides of the mean, by number of the label.
    fn whiskers(&self) -> Vec<(usize, f64, f64)> {
        let find = |name| self.series.iter().find(|one| one.name == name);
        let (Some(mean), Some(error)) = (find("mean"), find("stderr")) else { return Vec::new() };
        let ends = mean.y.iter().zip(error.y.iter()).map(|(m, e)| (f64::from(m - e), f64::from(m + e)));
        ends.enumerate()
            .map(|(i, (low, high))| (i, low, high))
            .filter(|(_, low, _)| low.is_finite())
            .collect()
    }

    fn grid(&self, drawing: &mut Drawing, scale: &Scale) {
        for value in scale.ticks(6) {
            let Some(y) = scale.at(value) else { continue };
            let class = if value == 0.0 { "rule" } else { "grid" };
            drawing.line(class, (LEFT, y), (WIDTH - RIGHT, y));
            drawing.text("ink-3 num", (LEFT - 6.0, y + 3.5), Anchor::End, &tick(value));
        }
        if let Some((value, name)) = self.total
            && let Some(y) = scale.at(value)
        {
            drawing.line("s0 dotted", (LEFT, y), (WIDTH - RIGHT, y));
            drawing.text(
                "ink-2",
                (WIDTH - RIGHT, y - 4.0),
                Anchor::End,
                &format!("{name} {}", signed(value, 3)),
            );
        }
    }

    fn bar_series(&self, drawing: &mut Drawing, scale: &Scale, bottom: &Bottom<'_>, one: &Series) {
        let width = (bottom.step() * 0.7).clamp(1.0, 28.0);
        let zero = scale.at(0.0).unwrap_or(TOP + PLOT);
        for (i, value) in one.y.iter().enumerate() {
            let Some(y) = scale.at(f64::from(*value)) else { continue };
            let hint = format!("{}: {}", labels::shown(&self.x[i]), signed(f64::from(*value), 4));
            let at = (bottom.at(i) - width / 2.0, y.min(zero));
            drawing.rect("f1", at, (width, (y - zero).abs().max(0.5)), &hint);
        }
    }

    fn line_series(
        &self,
        drawing: &mut Drawing,
        scale: &Scale,
        bottom: &Bottom<'_>,
        one: &Series,
        index: usize,
    ) {
        let look = Look::of(one, index, self.bars);
        let point = |(i, y): (usize, &f32)| Some((bottom.at(i), scale.at(f64::from(*y))?));
        if !self.bars {
            drawing.path(look.line, one.y.iter().enumerate().map(point));
        }
        if one.name.starts_with("prompt:") && !self.bars {
            return;
        }
        for (i, y) in one.y.iter().enumerate() {
            let Some(at) = point((i, y)) else { continue };
            let hint = format!("{}, {}: {}", labels::shown(&self.x[i]), one.name, signed(f64::from(*y), 4));
            drawing.dot(look.dot, at, 2.5, &hint);
        }
    }

    /// The unit at the left, the names of the series at the right.
    fn key(&self, drawing: &mut Drawing) {
        drawing.text("ink-3", (0.0, 14.0), Anchor::Start, self.unit);
        let mut x = WIDTH - RIGHT;
        for (index, one) in self.drawn().into_iter().enumerate().rev() {
            if one.name.starts_with("prompt:") {
                continue;
            }
            let error = one.name == "mean" && !self.whiskers().is_empty();
            let name =
                if error { "mean ± stderr" } else { one.name.strip_prefix("group:").unwrap_or(&one.name) };
            let width = labels::width(name);
            if x - width < LEFT + 60.0 {
                break;
            }
            drawing.text("ink-2", (x, 14.0), Anchor::End, name);
            x -= width + 6.0;
            let look = Look::of(one, index, self.bars);
            if self.bars && index == 0 {
                drawing.rect("f1", (x - 10.0, 5.0), (10.0, 10.0), "");
            } else {
                if !self.bars {
                    drawing.line(look.line, (x - 18.0, 10.0), (x, 10.0));
                }
                drawing.dot(look.dot, (x - 9.0, 10.0), 2.5, "");
            }
            x -= 30.0;
        }
    }
}

/// The classes of a series: they differ in colour, and in dash and filling too.
struct Look {
    line: &'static str,
    dot: &'static str,
}

impl Look {
    fn of(one: &Series, index: usize, bars: bool) -> Self {
        let (line, dot) = match (one.name.as_str(), index % 2) {
            ("mean", _) => ("s0", "f0"),
            (name, _) if name.starts_with("prompt:") => ("s1 faint", "f1 faint"),
            _ if bars => ("s2", if index % 2 == 1 { "paper s0" } else { "f0" }),
            (_, 0) => ("s1", "f1"),
            _ => ("s2 dashed", "paper s2"),
        };
        Self { line, dot }
    }
}
