//! How well an attention pattern matches that of a previous token, duplicate token or induction head: the maths of
//! TransformerLens's `head_detector`.
//!
//! A detection pattern D[query, key] is one where such a head would look and zero elsewhere. With A the attention, over
//! the keys that are not excluded, `mul` is Σ A D / Σ A, and `abs` is 1 − Σ |A − D| / n for n queries. Since A lies between
//! zero and one, Σ |A − D| = Σ A + Σ D − 2 Σ A D: three sums give both.

use crate::wire::{ErrorMeasure, HeadPattern};
use std::collections::HashMap;

/// Where the heads would look in one prompt.
pub(super) struct Targets {
    /// For each position, the earlier ones of the same token, ascending.
    duplicates: Vec<Vec<usize>>,
}

impl Targets {
    pub(super) fn new(ids: &[u32]) -> Self {
        let mut seen: HashMap<u32, Vec<usize>> = HashMap::new();
        let earlier = |(position, id): (usize, &u32)| {
            let places = seen.entry(*id).or_default();
            let earlier = places.clone();
            places.push(position);
            earlier
        };
        Self { duplicates: ids.iter().enumerate().map(earlier).collect() }
    }

    /// The keys where D\[query\] is one; none comes after the query.
    pub(super) fn keys(&self, pattern: HeadPattern, query: usize) -> impl Iterator<Item = usize> {
        let (earlier, shift) = match pattern {
            HeadPattern::PreviousTokenHead => (&[][..], 0),
            HeadPattern::DuplicateTokenHead => (&self.duplicates[query][..], 0),
            HeadPattern::InductionHead => (&self.duplicates[query][..], 1),
        };
        let previous = (pattern == HeadPattern::PreviousTokenHead).then(|| query.checked_sub(1)).flatten();
        previous.into_iter().chain(earlier.iter().map(move |key| key + shift))
    }
}

/// Keys that are left out, as `exclude_bos` and `exclude_current_token` say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Excluded {
    /// The first token, whatever it is.
    pub(super) first: bool,
    /// The query itself.
    pub(super) current: bool,
}

impl Excluded {
    fn has(self, query: usize, key: usize) -> bool {
        self.first && key == 0 || self.current && key == query
    }

    /// Attention of one query to the keys that count; `pattern` is over the keys up to the query.
    pub(super) fn attention(self, pattern: &[f32]) -> f64 {
        let query = pattern.len() - 1;
        let counts = |(key, p): (usize, &f32)| (!self.has(query, key)).then(|| f64::from(*p));
        pattern.iter().enumerate().filter_map(counts).sum()
    }
}

/// The three sums, over the queries of one prompt.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Tally {
    /// Σ A D.
    hit: f64,
    /// Σ A.
    all: f64,
    /// Σ D.
    targets: usize,
}

impl Tally {
    /// Adds a query: its attention `pattern` over the keys up to itself, `all` of it that counts, and where a head of
    /// the kind would look.
    pub(super) fn add(
        &mut self,
        pattern: &[f32],
        all: f64,
        targets: impl Iterator<Item = usize>,
        excluded: Excluded,
    ) {
        let query = pattern.len() - 1;
        for key in targets.filter(|key| !excluded.has(query, *key)) {
            self.hit += f64::from(pattern[key]);
            self.targets += 1;
        }
        self.all += all;
    }

    /// The score of a prompt of `n` tokens; NaN where nothing counts.
    pub(super) fn score(&self, measure: ErrorMeasure, n: usize) -> f64 {
        match measure {
            ErrorMeasure::Mul => self.hit / self.all,
            ErrorMeasure::Abs => {
                let apart = (self.all + self.targets as f64 - 2.0 * self.hit) / n as f64;
                // TransformerLens rounds, halves to even as Python does
                1.0 - (apart * 1e3).round_ties_even() / 1e3
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, on whole matrices.
    fn by_definition(
        ids: &[u32],
        a: &dyn Fn(usize, usize) -> f64,
        pattern: HeadPattern,
        excluded: Excluded,
        measure: ErrorMeasure,
    ) -> f64 {
        let n = ids.len();
        let d = |q: usize, k: usize| {
            let looks = match pattern {
                HeadPattern::PreviousTokenHead => k + 1 == q,
                HeadPattern::DuplicateTokenHead => k < q && ids[k] == ids[q],
                HeadPattern::InductionHead => 1 <= k && k <= q && ids[k - 1] == ids[q],
            };
            f64::from(u8::from(looks))
        };
        let cells = (0..n).flat_map(|q| (0..=q).map(move |k| (q, k))).filter(|&(q, k)| !excluded.has(q, k));
        let cells: Vec<_> = cells.collect();
        let sum = |value: &dyn Fn(usize, usize) -> f64| cells.iter().map(|&(q, k)| value(q, k)).sum::<f64>();
        match measure {
            ErrorMeasure::Mul => sum(&|q, k| a(q, k) * d(q, k)) / sum(a),
            ErrorMeasure::Abs => 1.0 - sum(&|q, k| (a(q, k) - d(q, k)).abs()) / n as f64,
        }
    }

    proptest! {
        #[test]
        fn three_sums_give_both_measures(
            ids in prop::collection::vec(0_u32..3, 2..9),
            seed in prop::collection::vec(0.01_f32..1.0, 81),
            first in any::<bool>(),
            current in any::<bool>(),
        ) {
            let (n, excluded) = (ids.len(), Excluded { first, current });
            prop_assume!(n > 2 || !(first && current));
            let total = |q: usize| seed[q * n..][..=q].iter().sum::<f32>();
            let a = |q: usize, k: usize| seed[q * n + k] / total(q);
            let targets = Targets::new(&ids);
            for pattern in HeadPattern::ALL {
                let mut tally = Tally::default();
                for q in 0..n {
                    let row: Vec<f32> = (0..=q).map(|k| a(q, k)).collect();
                    tally.add(&row, excluded.attention(&row), targets.keys(pattern, q), excluded);
                }
                for (measure, tolerance) in [(ErrorMeasure::Mul, 1e-9), (ErrorMeasure::Abs, 5.001e-4)] {
                    let expected = by_definition(&ids, &|q, k| f64::from(a(q, k)), pattern, excluded, measure);
                    let score = tally.score(measure, n);
                    prop_assert!((score - expected).abs() < tolerance, "{pattern:?} {measure:?}: {score} {expected}");
                }
            }
        }
    }
}
