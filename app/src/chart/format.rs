//! How numbers are written on the page: a sign always, a minus sign that is one, a fixed number of digits.

/// `+1.214`, `−0.312`, `0.000`; a masked value is a dash.
pub fn signed(value: impl Into<f64>, digits: usize) -> String {
    let value = value.into();
    if !value.is_finite() {
        return "–".to_owned();
    }
    let size = format!("{:.digits$}", value.abs());
    let sign = match value {
        _ if size.bytes().all(|b| b == b'0' || b == b'.') => "",
        v if v < 0.0 => "−",
        _ => "+",
    };
    format!("{sign}{size}")
}

/// A small positive number to two digits: `2.4e−6`; plain from a hundredth up.
pub fn magnitude(value: f64) -> String {
    match value.abs() {
        v if !v.is_finite() => "–".to_owned(),
        0.0 => "0".to_owned(),
        v if v >= 0.01 => format!("{v:.3}"),
        v => format!("{v:.1e}").replace('-', "−"),
    }
}

/// A number of any kind: `12`, `0.4305`, `−1.214`, `2.4e−6`.
pub fn plain(value: f64) -> String {
    let text = match value.abs() {
        v if !v.is_finite() => return "–".to_owned(),
        v if v.fract() == 0.0 && v < 1e9 => format!("{value:.0}"),
        v if v >= 100.0 => format!("{value:.1}"),
        v if v >= 0.001 => format!("{value:.4}"),
        _ => format!("{value:.1e}"),
    };
    text.replace('-', "−")
}

/// A difference of numbers of any kind: `+0.4305`, `−1.214`.
pub fn change(value: f64) -> String {
    let sign = if value > 0.0 { "+" } else { "" };
    format!("{sign}{}", plain(value))
}

/// A size in memory: `21 MB`, `1.6 GB`.
pub fn bytes(count: u64) -> String {
    match count as f64 {
        n if n >= 1e9 => format!("{:.1} GB", n / 1e9),
        n if n >= 1e6 => format!("{:.0} MB", n / 1e6),
        n => format!("{:.0} kB", n / 1e3),
    }
}

/// `1st`, `2nd`, `3rd`, `11th`.
pub fn ordinal(number: usize) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_is_short() {
        let written = [3.0, -0.43049, 0.000_024, 1234.56, f64::NAN].map(plain);
        assert_eq!(written, ["3", "−0.4305", "2.4e−5", "1234.6", "–"]);
        assert_eq!([3.0, -0.5, 0.0, f64::NAN].map(change), ["+3", "−0.5000", "0", "–"]);
    }

    #[test]
    fn zero_has_no_sign_even_when_it_was_rounded() {
        assert_eq!(signed(1.2142, 3), "+1.214");
        assert_eq!(signed(-0.312, 3), "−0.312");
        assert_eq!(signed(-0.0001, 3), "0.000");
        assert_eq!(signed(f64::NAN, 3), "–");
    }

    #[test]
    fn tiny_numbers_are_written_with_a_power_of_ten() {
        assert_eq!(magnitude(2.4e-6), "2.4e−6");
        assert_eq!(magnitude(0.25), "0.250");
        assert_eq!(magnitude(0.0), "0");
    }

    #[test]
    fn ordinals_know_their_teens() {
        let all = [1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111].map(ordinal);
        assert_eq!(all.join(" "), "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 101st 111th");
    }
}
