//! Labels as they stand on axes: tokens with their spaces made visible, and how much room text takes.

use super::canvas::{Anchor, Drawing};

/// Width of a character of the axis font, which is monospaced, in pixels.
pub(super) const CHARACTER: f64 = 6.4;

/// Longest label in characters; a longer one is cut.
const LONGEST: usize = 18;

/// A token as a reader can see it: a space in front as `␣`, a line break as `⏎`.
pub(super) fn shown(label: &str) -> String {
    let visible = match label.strip_prefix(' ') {
        Some(rest) => format!("␣{rest}"),
        None => label.to_owned(),
    };
    visible.replace('\n', "⏎").replace('\t', "⇥").replace('\r', "␍")
}

/// [`shown`], cut where it is too long for an axis.
pub(super) fn short(label: &str) -> String {
    let label = shown(label);
    if label.chars().count() <= LONGEST {
        return label;
    }
    label.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// About how wide a text in the font of words is.
pub(super) fn width(text: &str) -> f64 {
    text.chars().count() as f64 * 6.0
}

/// The labels below a chart.
pub(super) struct Bottom<'a> {
    labels: &'a [String],
    range: (f64, f64),
    upright: bool,
    /// Every how many-th label is written.
    every: usize,
    /// The room they take.
    pub(super) height: f64,
}

impl<'a> Bottom<'a> {
    /// Labels over a range of pixels: lying where there is room, else upright; some are left out where even then there
    /// is none.
    pub(super) fn of(labels: &'a [String], range: (f64, f64)) -> Self {
        let step = (range.1 - range.0) / labels.len().max(1) as f64;
        let longest =
            labels.iter().map(|label| short(label).chars().count()).max().unwrap_or(0) as f64 * CHARACTER;
        let upright = longest + 6.0 > step;
        let every = if upright { (11.0 / step).ceil() as usize } else { 1 };
        Self {
            labels,
            range,
            upright,
            every: every.max(1),
            height: if upright { longest + 6.0 } else { 16.0 },
        }
    }

    /// Pixels from one label to the next.
    pub(super) fn step(&self) -> f64 {
        (self.range.1 - self.range.0) / self.labels.len().max(1) as f64
    }

    /// The middle of a label's place.
    pub(super) fn at(&self, number: usize) -> f64 {
        self.range.0 + (number as f64 + 0.5) * self.step()
    }

    /// Writes them below `y`.
    pub(super) fn draw(&self, drawing: &mut Drawing, y: f64) {
        for (i, label) in self.labels.iter().enumerate().step_by(self.every) {
            if self.upright {
                drawing.upright("ink-3 num", (self.at(i) + 3.5, y + 2.0), &short(label));
            } else {
                drawing.text("ink-3 num", (self.at(i), y + 11.0), Anchor::Middle, &short(label));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_are_seen_and_long_labels_are_cut() {
        assert_eq!(shown(" the\n"), "␣the⏎");
        assert_eq!(short(&"x".repeat(30)).chars().count(), LONGEST);
    }

    #[test]
    fn labels_lie_where_they_have_room() {
        let labels: Vec<String> = (0..10).map(|i| format!("{i}_attn_out")).collect();
        assert!(!Bottom::of(&labels, (0.0, 1000.0)).upright);
        let narrow = Bottom::of(&labels, (0.0, 100.0));
        assert!(narrow.upright && narrow.every == 2, "{}", narrow.every);
    }
}
