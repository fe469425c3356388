//! What a head's pattern is like, as numbers.

use super::super::detection::{Excluded, Tally, Targets};
use crate::wire::{ErrorMeasure, HeadPattern};

/// Columns of the table, in the order of [`Scores::values`].
pub(super) const NAMES: [&str; 6] =
    ["previous_token_head", "duplicate_token_head", "induction_head", "entropy", "first_token", "distance"];

/// Means over a prompt's queries.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Scores {
    /// For each of [`HeadPattern::ALL`], how much of all attention goes where such a head would look.
    detected: [Tally; 3],
    /// −Σ p ln p over the keys, in nats.
    entropy: f64,
    /// To the first token.
    first: f64,
    /// Tokens between query and key, weighted by attention.
    distance: f64,
}

impl Scores {
    /// In the order of [`NAMES`], of a prompt of `n` tokens.
    pub(super) fn values(&self, n: usize) -> [f64; 6] {
        let [previous, duplicate, induction] = self.detected.map(|tally| tally.score(ErrorMeasure::Mul, n));
        [previous, duplicate, induction, self.entropy, self.first, self.distance]
    }

    /// Adds a query of a prompt of `n` tokens: what it gives to the keys up to itself.
    pub(super) fn add(&mut self, pattern: &[f32], targets: &Targets, n: usize) {
        let query = pattern.len() - 1;
        let every = Excluded::default();
        let all = every.attention(pattern);
        for (tally, kind) in self.detected.iter_mut().zip(HeadPattern::ALL) {
            tally.add(pattern, all, targets.keys(kind, query), every);
        }
        let mean = 1.0 / n as f64;
        self.first += mean * f64::from(pattern[0]);
        let (mut entropy, mut distance) = (0.0, 0.0);
        for (key, &p) in pattern.iter().enumerate().filter(|(_, p)| **p > 0.0) {
            let p = f64::from(p);
            entropy -= p * p.ln();
            distance += p * (query - key) as f64;
        }
        self.entropy += mean * entropy;
        self.distance += mean * distance;
    }
}
