//! exp, erf and dot products as straight-line arithmetic that vectorizes.

/// Numbers summed side by side: the widest vectors hold 16.
pub(super) const LANES: usize = 16;

/// eˣ to about 2 units in the last place; x below −87 gives e⁻⁸⁷ ≈ 0 (Cephes' `expf`: x = n ln 2 + r, a polynomial
/// in r, and n into the exponent bits).
#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
pub(super) fn exp(x: f32) -> f32 {
    // adding and taking away 1.5 · 2²³ rounds to the nearest whole number
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.0, 88.0);
    let n = (x * std::f32::consts::LOG2_E + ROUND) - ROUND;
    let r = x - n * LN_2_HIGH - n * LN_2_LOW;
    let mut p = 1.987_569_1e-4_f32;
    for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        p = p * r + coefficient;
    }
    (p * r * r + r + 1.0) * f32::from_bits(((n as i32 + 127) as u32) << 23)
}

/// The error function to about 2e-7 (a quotient of odd and even polynomials on [−4, 4], where erf reaches ±1 in f32;
/// the coefficients are Eigen's).
#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
pub(super) fn erf(x: f32) -> f32 {
    const NUMERATOR: [f32; 7] = [
        -2.726_142_3e-10,
        2.770_681_5e-8,
        -2.101_024e-6,
        -5.692_506_5e-5,
        -7.349_906_5e-4,
        -2.954_6e-3,
        -1.609_603_3e-2,
    ];
    const DENOMINATOR: [f32; 5] =
        [-1.456_607_2e-5, -2.133_740_6e-4, -1.682_827_1e-3, -7.373_329e-3, -1.426_474e-2];
    let x = x.clamp(-4.0, 4.0);
    let square = x * x;
    let polynomial = |coefficients: &[f32]| coefficients.iter().fold(0.0, |sum, c| sum * square + c);
    x * polynomial(&NUMERATOR) / polynomial(&DENOMINATOR)
}

/// Σ f(a, b) with partial sums side by side.
#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
fn sum_lanes(a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let ((a_chunks, a_rest), (b_chunks, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let rest = a_rest.iter().zip(b_rest).map(|(x, y)| f(*x, *y)).sum::<f32>();
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for ((lane, x), y) in lanes.iter_mut().zip(a).zip(b) {
            *lane += f(*x, *y);
        }
    }
    lanes.iter().sum::<f32>() + rest
}

/// Σ x y.
#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    sum_lanes(a, b, |x, y| x * y)
}

/// Σ x (y − centre).
#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
pub(super) fn dot_centred(x: &[f32], y: &[f32], centre: f32) -> f32 {
    sum_lanes(x, y, |x, y| x * (y - centre))
}

/// Σ x.
#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
pub(super) fn sum(x: &[f32]) -> f32 {
    sum_lanes(x, x, |x, _| x)
}

/// Σ eˣ⁻ᶜ.
#[cfg(feature = "train")]
#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
pub(super) fn sum_of_exp(x: &[f32], centre: f32) -> f32 {
    sum_lanes(x, x, |x, _| exp(x - centre))
}

/// The largest; −∞ of none.
#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
pub(super) fn largest(x: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane = if *x > *lane { *x } else { *lane };
        }
    }
    lanes.iter().chain(rest).copied().fold(f32::NEG_INFINITY, f32::max)
}

/// Σ (x − centre)².
#[inline(always)]
#[allow(clippy::inline_always, reason = "vectorizes only inside its caller's loop")]
pub(super) fn sum_of_squares(x: &[f32], centre: f32) -> f32 {
    sum_lanes(x, x, |x, _| (x - centre) * (x - centre))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_and_erf_are_within_rounding() {
        for i in -8_700..=8_800 {
            let x = i as f32 / 100.0;
            let exact = f64::from(x).exp();
            assert!(((f64::from(exp(x)) - exact) / exact).abs() < 3e-7, "exp {x}");
        }
        // erf at a few points, from tables
        for (x, exact) in [(0.0, 0.0), (0.5, 0.520_499_9), (1.0, 0.842_700_8), (2.0, 0.995_322_3), (5.0, 1.0)]
        {
            assert!((erf(x) - exact).abs() < 3e-7 && (erf(-x) + exact).abs() < 3e-7, "erf {x}");
        }
    }
}
