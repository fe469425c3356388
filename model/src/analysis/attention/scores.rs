//! What a head's pattern is like, as numbers.

use std::collections::HashMap;

/// Columns of the table, in the order of [`Scores::values`].
pub(super) const NAMES: [&str; 6] =
    ["previous_token_head", "duplicate_token_head", "induction_head", "entropy", "first_token", "distance"];

/// Means over a prompt's queries.
///
/// The first three are TransformerLens's `detect_head` with `error_measure="mul"`: the share of all attention that goes
/// where such a head would look.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Scores {
    /// To the token before.
    previous: f64,
    /// To earlier occurrences of the query's own token.
    duplicate: f64,
    /// To tokens right after such an occurrence, the query itself among them.
    induction: f64,
    /// −Σ p ln p over the keys, in nats.
    entropy: f64,
    /// To the first token.
    first: f64,
    /// Tokens between query and key, weighted by attention.
    distance: f64,
}

impl Scores {
    /// In the order of [`NAMES`].
    pub(super) fn values(&self) -> [f64; 6] {
        [self.previous, self.duplicate, self.induction, self.entropy, self.first, self.distance]
    }

    /// Adds a query of a prompt of `n` tokens: what it gives to the keys up to itself, and where its own token stood
    /// before.
    pub(super) fn add(&mut self, pattern: &[f32], earlier: &[usize], n: usize) {
        let query = pattern.len() - 1;
        let p = |key: usize| f64::from(pattern[key]);
        let mean = 1.0 / n as f64;
        if query > 0 {
            self.previous += mean * p(query - 1);
        }
        self.duplicate += mean * earlier.iter().map(|key| p(*key)).sum::<f64>();
        self.induction += mean * earlier.iter().map(|key| p(key + 1)).sum::<f64>();
        self.first += mean * p(0);
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

/// For each position of a prompt, the earlier ones of the same token.
pub(super) struct Duplicates(Vec<Vec<usize>>);

impl Duplicates {
    pub(super) fn new(ids: &[u32]) -> Self {
        let mut seen: HashMap<u32, Vec<usize>> = HashMap::new();
        let earlier = |(position, id): (usize, &u32)| {
            let places = seen.entry(*id).or_default();
            let earlier = places.clone();
            places.push(position);
            earlier
        };
        Self(ids.iter().enumerate().map(earlier).collect())
    }

    pub(super) fn of(&self, position: usize) -> &[usize] {
        &self.0[position]
    }
}
