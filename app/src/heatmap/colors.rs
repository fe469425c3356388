//! Colours of heatmaps, defined once: for the shader, for the 2-D canvas, for token chips and for the colour bar.
//!
//! Each map is eleven or seven stops in sRGB, interpolated in sRGB as CSS gradients are, so that the bar drawn by CSS
//! and the cells agree. On either ground the neutral stop is close to the paper and contrast grows with magnitude: in
//! the dark theme zero sinks into the paper and large values are the light ones. The light red-blue and orange-purple
//! maps are ColorBrewer's `RdBu` and `PuOr` with the paper's grey in the middle; the latter is safe for colour-blind
//! readers.

use std::fmt::Write;

/// A colour in sRGB, 0 to 255 a channel.
pub type Rgb = [u8; 3];

/// The family of colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Map {
    /// Diverging: negative red, positive blue.
    #[default]
    RedBlue,
    /// Diverging, safe for colour-blind readers: negative orange, positive purple.
    OrangePurple,
    /// Sequential, for values from zero up.
    Mist,
}

/// The paper a map is seen on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ground {
    /// Black on white; exports use it in either theme.
    #[default]
    Light,
    /// White on black.
    Dark,
}

/// One map on one ground, as a table of colours from the lowest value to the highest.
///
/// The number of steps is odd, so that the middle one is exactly the neutral stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Colors {
    stops: &'static [u32],
}

impl Colors {
    /// The number of the last step; the first is 0.
    pub const LAST: u8 = 254;

    /// The colours of a map on a ground.
    #[expect(clippy::unreadable_literal, reason = "six digits are how a colour is read")]
    pub fn of(map: Map, ground: Ground) -> Self {
        let stops: &[u32] = match (map, ground) {
            (Map::RedBlue, Ground::Light) => &[
                0x67001f, 0xb2182b, 0xd6604d, 0xf4a582, 0xfddbc7, 0xf3f4f5, 0xd1e5f0, 0x92c5de, 0x4393c3,
                0x2166ac, 0x053061,
            ],
            (Map::RedBlue, Ground::Dark) => &[
                0xffd0c6, 0xff9d8a, 0xea6750, 0xa83b2f, 0x5a2723, 0x1e2229, 0x1d3c5e, 0x2568a5, 0x4b99de,
                0x88c1f4, 0xc8e4ff,
            ],
            (Map::OrangePurple, Ground::Light) => &[
                0x7f3b08, 0xb35806, 0xe08214, 0xfdb863, 0xfee0b6, 0xf3f4f5, 0xd8daeb, 0xb2abd2, 0x8073ac,
                0x542788, 0x2d004b,
            ],
            (Map::OrangePurple, Ground::Dark) => &[
                0xffe2b5, 0xffbb5f, 0xe0881c, 0x99590f, 0x4e3213, 0x1e2229, 0x392d5c, 0x624aa1, 0x9079d7,
                0xbaa9f3, 0xe1d9ff,
            ],
            (Map::Mist, Ground::Light) => {
                &[0xf3f4f5, 0xd5e9e2, 0x95cbbb, 0x4ba29b, 0x1d7480, 0x12475f, 0x0c2340]
            }
            (Map::Mist, Ground::Dark) => {
                &[0x1e2229, 0x1c3b48, 0x1d606c, 0x308d87, 0x68ba98, 0xb6e0b0, 0xf5fad2]
            }
        };
        Self { stops }
    }

    /// The colour of a step, 0 to [`Colors::LAST`].
    pub fn at(self, step: u8) -> Rgb {
        let position =
            f32::from(step.min(Self::LAST)) / f32::from(Self::LAST) * (self.stops.len() - 1) as f32;
        let below = (position as usize).min(self.stops.len() - 2);
        let (low, high) = (channels(self.stops[below]), channels(self.stops[below + 1]));
        let part = position - below as f32;
        std::array::from_fn(|c| {
            let (low, high) = (f32::from(low[c]), f32::from(high[c]));
            (low + (high - low) * part).round() as u8
        })
    }

    /// Every step's colour, packed for the shader: red in the lowest byte, opaque.
    pub fn packed(self) -> Vec<u32> {
        (0..=Self::LAST)
            .map(|step| self.at(step))
            .map(|[r, g, b]| u32::from_le_bytes([r, g, b, 255]))
            .collect()
    }

    /// A CSS gradient from the lowest colour to the highest, towards `direction` (`to top`, `to right`).
    pub fn gradient(self, direction: &str) -> String {
        let mut css = format!("linear-gradient({direction}");
        for stop in self.stops {
            // writing to a string cannot fail
            let _ = write!(css, ",#{stop:06x}");
        }
        css + ")"
    }
}

fn channels(stop: u32) -> Rgb {
    let [_, r, g, b] = stop.to_be_bytes();
    [r, g, b]
}

/// Black or white for text on a colour, whichever has the better contrast.
pub fn ink_on(color: Rgb) -> &'static str {
    let linear = color.map(|channel| {
        let c = f32::from(channel) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    let luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    // where the contrast ratios against black and white meet: sqrt(1.05 × 0.05) − 0.05
    if luminance > 0.179 { "#000000" } else { "#ffffff" }
}

/// A colour as CSS writes it.
pub fn css([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Map; 3] = [Map::RedBlue, Map::OrangePurple, Map::Mist];

    #[test]
    fn ends_and_middle_are_the_stops_themselves() {
        for ground in [Ground::Light, Ground::Dark] {
            for map in ALL {
                let colors = Colors::of(map, ground);
                assert_eq!(colors.at(0), channels(colors.stops[0]));
                assert_eq!(colors.at(Colors::LAST), channels(colors.stops[colors.stops.len() - 1]));
                assert_eq!(colors.at(Colors::LAST / 2), channels(colors.stops[colors.stops.len() / 2]));
            }
        }
    }

    #[test]
    fn positive_is_blue_and_negative_is_red() {
        let colors = Colors::of(Map::RedBlue, Ground::Light);
        let ([r, _, b], [low_r, _, low_b]) = (colors.at(220), colors.at(34));
        assert!(b > r && low_r > low_b);
    }

    #[test]
    fn contrast_with_the_paper_grows_away_from_the_neutral_stop() {
        let brightness = |[r, g, b]: Rgb| 299 * i32::from(r) + 587 * i32::from(g) + 114 * i32::from(b);
        for (ground, sign) in [(Ground::Light, -1), (Ground::Dark, 1)] {
            for map in ALL {
                let colors = Colors::of(map, ground);
                let neutral = if map == Map::Mist { 0 } else { Colors::LAST / 2 };
                let up: Vec<i32> =
                    (neutral..=Colors::LAST).map(|s| sign * brightness(colors.at(s))).collect();
                let down: Vec<i32> = (0..=neutral).rev().map(|s| sign * brightness(colors.at(s))).collect();
                for side in [up, down] {
                    // a channel rounded down is one 255th
                    let grows = side.windows(2).all(|pair| pair[1] >= pair[0] - 1000);
                    assert!(grows, "{map:?} on {ground:?}");
                }
            }
        }
    }

    #[test]
    fn text_on_a_cell_is_readable() {
        assert_eq!(ink_on([255, 255, 255]), "#000000");
        assert_eq!(ink_on([5, 48, 97]), "#ffffff");
    }
}
