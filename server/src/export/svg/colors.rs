//! The colours of drawings: the page's own, for paper and for the dark.
//!
//! They are those of `style/tokens.css` and of the page's heatmaps; a test of the whole repository compares them.

use std::collections::BTreeSet;
use std::fmt::Write;

/// The ground a drawing is seen on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// Black on white, for papers.
    #[default]
    Light,
    /// White on black, for slides.
    Dark,
    /// As the reader's system has it.
    Auto,
}

/// The colours of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Map {
    /// Diverging: negative red, positive blue.
    #[default]
    RedBlue,
    /// Diverging, safe for colour-blind readers: negative orange, positive purple.
    OrangePurple,
    /// Sequential, for values from zero up.
    Mist,
}

/// A colour in sRGB, 0 to 255 a channel.
pub(super) type Rgb = [u8; 3];

/// The last of a map's steps; the first is 0, and the middle one is neutral in a diverging map.
pub(super) const LAST: u8 = 64;

/// Classes by what they colour, with the colour on light and on dark ground.
const INKS: &[(&str, &str, &str)] = &[
    ("paper", "fill:#ffffff", "fill:#121418"),
    ("ink", "fill:#15181e", "fill:#e8eaee"),
    ("ink-2", "fill:#474e5a", "fill:#b3b9c3"),
    ("ink-3", "fill:#646c78", "fill:#9098a5"),
    ("grid", "stroke:#eef0f2", "stroke:#1f232a"),
    ("hair", "stroke:#e2e5e9", "stroke:#2a2f37"),
    ("rule", "stroke:#89919d", "stroke:#69727f"),
    ("s0", "stroke:#15181e", "stroke:#e8eaee"),
    ("s1", "stroke:#2f3d55", "stroke:#b4c2dc"),
    ("s2", "stroke:#a56200", "stroke:#e3a64c"),
    ("f0", "fill:#15181e", "fill:#e8eaee"),
    ("f1", "fill:#2f3d55", "fill:#b4c2dc"),
    ("f2", "fill:#ffffff", "fill:#121418"),
];

/// What is the same on either ground.
const FIXED: &str = ".hooklens text{font:11px ui-sans-serif,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,\
    system-ui,sans-serif}.hooklens .num{font-family:ui-monospace,\"SF Mono\",Menlo,Consolas,\"DejaVu Sans Mono\",monospace;\
    font-size:10.5px;white-space:pre}.hooklens .head{font-size:13px;font-weight:600}.hooklens .in-cell{font:8.5px \
    ui-monospace,\"SF Mono\",Menlo,Consolas,\"DejaVu Sans Mono\",monospace}.hooklens path,.hooklens .frame{fill:none}.hooklens \
    .s0{stroke-width:1.5}.hooklens .s1,.hooklens .s2{stroke-width:1.25}.hooklens .faint{stroke-opacity:.3;stroke-width:1}\
    .hooklens .dashed{stroke-dasharray:4 2}.hooklens .dotted{stroke-dasharray:1.5 3}";

impl Map {
    /// Stops from the lowest value to the highest, on light ground and on dark.
    #[expect(clippy::unreadable_literal, reason = "six digits are how a colour is read")]
    fn stops(self, dark: bool) -> &'static [u32] {
        match (self, dark) {
            (Self::RedBlue, false) => &[
                0x67001f, 0xb2182b, 0xd6604d, 0xf4a582, 0xfddbc7, 0xf3f4f5, 0xd1e5f0, 0x92c5de, 0x4393c3,
                0x2166ac, 0x053061,
            ],
            (Self::RedBlue, true) => &[
                0xffd0c6, 0xff9d8a, 0xea6750, 0xa83b2f, 0x5a2723, 0x1e2229, 0x1d3c5e, 0x2568a5, 0x4b99de,
                0x88c1f4, 0xc8e4ff,
            ],
            (Self::OrangePurple, false) => &[
                0x7f3b08, 0xb35806, 0xe08214, 0xfdb863, 0xfee0b6, 0xf3f4f5, 0xd8daeb, 0xb2abd2, 0x8073ac,
                0x542788, 0x2d004b,
            ],
            (Self::OrangePurple, true) => &[
                0xffe2b5, 0xffbb5f, 0xe0881c, 0x99590f, 0x4e3213, 0x1e2229, 0x392d5c, 0x624aa1, 0x9079d7,
                0xbaa9f3, 0xe1d9ff,
            ],
            (Self::Mist, false) => &[0xf3f4f5, 0xd5e9e2, 0x95cbbb, 0x4ba29b, 0x1d7480, 0x12475f, 0x0c2340],
            (Self::Mist, true) => &[0x1e2229, 0x1c3b48, 0x1d606c, 0x308d87, 0x68ba98, 0xb6e0b0, 0xf5fad2],
        }
    }

    /// Whether zero is in its middle.
    pub fn is_diverging(self) -> bool {
        self != Self::Mist
    }

    /// The step of a value whose map ends at `largest`.
    pub fn step(self, value: f32, largest: f32) -> u8 {
        let share = if largest > 0.0 { (value / largest).clamp(-1.0, 1.0) } else { 0.0 };
        let share = if self.is_diverging() { f32::midpoint(share, 1.0) } else { share.max(0.0) };
        (share * f32::from(LAST)).round() as u8
    }

    /// The colour of a step, between stops as CSS gradients have it.
    pub fn color(self, step: u8, dark: bool) -> Rgb {
        let stops = self.stops(dark);
        let position = f32::from(step.min(LAST)) / f32::from(LAST) * (stops.len() - 1) as f32;
        let below = (position as usize).min(stops.len() - 2);
        let (low, high) = (stops[below].to_be_bytes(), stops[below + 1].to_be_bytes());
        let part = position - below as f32;
        std::array::from_fn(|c| {
            let (low, high) = (f32::from(low[c + 1]), f32::from(high[c + 1]));
            (low + (high - low) * part).round() as u8
        })
    }
}

/// The rules of a drawing that uses these steps of a map.
pub(super) fn style(theme: Theme, map: Map, steps: &BTreeSet<u8>) -> String {
    let light = || rules(map, steps, false);
    let dark = || rules(map, steps, true);
    match theme {
        Theme::Light => format!("{FIXED}{}", light()),
        Theme::Dark => format!("{FIXED}{}", dark()),
        Theme::Auto => format!("{FIXED}{}@media (prefers-color-scheme:dark){{{}}}", light(), dark()),
    }
}

fn rules(map: Map, steps: &BTreeSet<u8>, dark: bool) -> String {
    let mut css = String::new();
    for (class, light_rule, dark_rule) in INKS {
        // writing to a string cannot fail
        let _ = write!(css, ".hooklens .{class}{{{}}}", if dark { dark_rule } else { light_rule });
    }
    for step in steps {
        let [r, g, b] = map.color(*step, dark);
        let ink = ink_on([r, g, b]);
        let _ =
            write!(css, ".hooklens .m{step}{{fill:#{r:02x}{g:02x}{b:02x}}}.hooklens .on{step}{{fill:{ink}}}");
    }
    let (shown, hidden) = if dark { ("dark", "light") } else { ("light", "dark") };
    let _ = write!(css, ".hooklens .{shown}{{display:inline}}.hooklens .{hidden}{{display:none}}");
    css
}

/// Black or white for text on a colour, whichever has the better contrast.
fn ink_on(color: Rgb) -> &'static str {
    let linear = color.map(|channel| {
        let c = f32::from(channel) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    let luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    // where the contrast ratios against black and white meet: sqrt(1.05 × 0.05) − 0.05
    if luminance > 0.179 { "#000000" } else { "#ffffff" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_neutral_and_the_ends_are_the_ends() {
        let map = Map::RedBlue;
        assert_eq!([map.step(-2.0, 2.0), map.step(0.0, 2.0), map.step(9.0, 2.0)], [0, LAST / 2, LAST]);
        assert_eq!(map.color(LAST / 2, false), [0xf3, 0xf4, 0xf5]);
        assert_eq!(Map::Mist.step(0.0, 1.0), 0);
        assert_eq!(map.step(0.0, 0.0), LAST / 2);
    }

    #[test]
    fn a_file_for_either_ground_has_both() {
        let css = style(Theme::Auto, Map::RedBlue, &BTreeSet::from([LAST]));
        assert!(css.contains(".m64{fill:#053061}") && css.contains(".m64{fill:#c8e4ff}"), "{css}");
        assert!(!style(Theme::Light, Map::RedBlue, &BTreeSet::new()).contains("prefers-color-scheme"));
    }
}
