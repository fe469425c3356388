//! From values to places: linear scales with round ticks, and how numbers are written beside them.

/// A linear map from values to pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    values: (f64, f64),
    pixels: (f64, f64),
}

impl Scale {
    /// From the range `values` to the range `pixels`, in that direction.
    pub(super) fn new(values: (f64, f64), pixels: (f64, f64)) -> Self {
        Self { values, pixels }
    }

    /// Where a value stands; `None` where it is not known.
    pub(super) fn at(&self, value: f64) -> Option<f64> {
        let ((low, high), (from, to)) = (self.values, self.pixels);
        value.is_finite().then(|| from + (value - low) / (high - low) * (to - from))
    }

    /// About `count` round values inside the range.
    pub(super) fn ticks(&self, count: usize) -> Vec<f64> {
        let (low, high) = self.values;
        let step = round_step((high - low) / count.max(1) as f64);
        let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
        (first..=last).map(|i| i as f64 * step).collect()
    }

    /// The smallest round range around `values` that holds zero.
    pub(super) fn around_zero(values: impl IntoIterator<Item = f64>, pixels: (f64, f64)) -> Self {
        Self::around(values.into_iter().chain([0.0]), pixels)
    }

    /// The smallest round range around `values`.
    pub(super) fn around(values: impl IntoIterator<Item = f64>, pixels: (f64, f64)) -> Self {
        let finite = values.into_iter().filter(|v| v.is_finite());
        let (low, high) =
            finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
        let (low, high) = if low < high { (low, high) } else { (low - 0.5, high + 0.5) };
        let step = round_step((high - low) / 6.0);
        Self::new(((low / step).floor() * step, (high / step).ceil() * step), pixels)
    }
}

/// 1, 2 or 5 times a power of ten, about `rough`.
fn round_step(rough: f64) -> f64 {
    let power = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| rough <= factor * power);
    factor.unwrap_or(10.0) * power
}

/// A tick's number: no more digits than its step needs, with a minus sign that is one.
pub(super) fn tick(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.replace('-', "−") }
}

/// `+1.21`, `−0.31`, `0.00`; a dash where the value is not known.
pub fn signed(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let size = format!("{:.digits$}", value.abs());
    let is_zero = size.bytes().all(|b| b == b'0' || b == b'.');
    let sign = if is_zero {
        ""
    } else if value < 0.0 {
        "−"
    } else {
        "+"
    };
    format!("{sign}{size}")
}

/// Four significant digits without a sign before positive ones, for hints and colour bars.
pub fn plain(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    if value != 0.0 && !(1e-3..1e5).contains(&value.abs()) {
        return format!("{value:.2e}").replace('-', "−");
    }
    let digits = (3 - value.abs().max(1e-3).log10().floor() as i32).clamp(0, 6) as usize;
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let scale = Scale::around_zero([-0.7, 4.4], (100.0, 0.0));
        assert_eq!(scale.ticks(6), [-1.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!((scale.at(-1.0), scale.at(5.0), scale.at(f64::NAN)), (Some(100.0), Some(0.0), None));
    }

    #[test]
    fn a_range_without_extent_or_values_still_has_places() {
        for values in [vec![], vec![0.0], vec![f64::NAN]] {
            let scale = Scale::around_zero(values, (0.0, 1.0));
            assert!(scale.at(0.0).is_some_and(f64::is_finite));
        }
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([plain(0.12345), plain(12.0), plain(-1234.6), plain(0.0)], ["0.1235", "12", "−1235", "0"]);
        assert_eq!([plain(1.5e-7), signed(-0.004, 2), signed(2.0, 1)], ["1.50e−7", "0.00", "+2.0"]);
        assert_eq!([tick(-0.5), tick(0.0), tick(20.0)], ["−0.5", "0", "20"]);
    }
}
