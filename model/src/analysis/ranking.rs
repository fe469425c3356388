//! Tokens in the order of their logits, with their probabilities.

use std::cmp::Ordering;

/// Largest first.
pub(super) fn descending(a: f32, b: f32) -> Ordering {
    b.total_cmp(&a)
}

/// Smallest first.
pub(super) fn ascending(a: f32, b: f32) -> Ordering {
    a.total_cmp(&b)
}

/// Indices of the first `n` values in an order, equal ones by index; fewer where there are fewer values.
pub(super) fn first(values: &[f32], n: usize, order: impl Fn(f32, f32) -> Ordering) -> Vec<u32> {
    let by_value = |a: &u32, b: &u32| order(values[*a as usize], values[*b as usize]).then(a.cmp(b));
    let mut indices: Vec<u32> = (0..values.len() as u32).collect();
    let n = n.min(indices.len());
    if n < indices.len() {
        indices.select_nth_unstable_by(n, by_value);
    }
    indices.truncate(n);
    indices.sort_unstable_by(by_value);
    indices
}

/// What a model says comes next: one row of logits over the vocabulary. Sums are in f64.
pub(super) struct Prediction<'a> {
    logits: &'a [f32],
    largest: f64,
    /// Σ exp(logit − largest).
    total: f64,
}

impl<'a> Prediction<'a> {
    pub(super) fn new(logits: &'a [f32]) -> Self {
        let largest = f64::from(logits.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        let total = logits.iter().map(|l| (f64::from(*l) - largest).exp()).sum();
        Self { logits, largest, total }
    }

    /// The `n` likeliest tokens, in order.
    pub(super) fn top(&self, n: usize) -> Vec<u32> {
        first(self.logits, n, descending)
    }

    pub(super) fn logit(&self, token: u32) -> f32 {
        self.logits[token as usize]
    }

    /// By softmax.
    pub(super) fn probability(&self, token: u32) -> f64 {
        (f64::from(self.logit(token)) - self.largest).exp() / self.total
    }

    /// How many tokens come before it in the order of [`top`](Self::top).
    pub(super) fn rank(&self, token: u32) -> usize {
        let own = self.logit(token);
        let before = |(id, logit): (usize, &f32)| {
            descending(*logit, own).then(id.cmp(&(token as usize))) == Ordering::Less
        };
        self.logits.iter().enumerate().filter(|other| before(*other)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ranks_are_places_in_the_order(logits in prop::collection::vec(-3_i8..3, 1..40), n in 0_usize..50) {
            let logits: Vec<f32> = logits.into_iter().map(f32::from).collect();
            let prediction = Prediction::new(&logits);
            let mut all: Vec<u32> = (0..logits.len() as u32).collect();
            all.sort_by(|a, b| logits[*b as usize].total_cmp(&logits[*a as usize]));
            prop_assert_eq!(prediction.top(n), &all[..n.min(all.len())]);
            for (place, token) in all.iter().enumerate() {
                prop_assert_eq!(prediction.rank(*token), place);
            }
            let sum: f64 = all.iter().map(|token| prediction.probability(*token)).sum();
            prop_assert!((sum - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn large_logits_do_not_overflow() {
        let logits = [10_000.0, 10_000.0 - 2.0_f32.ln()];
        let prediction = Prediction::new(&logits);
        assert!((prediction.probability(0) - 2.0 / 3.0).abs() < 1e-3);
    }
}
