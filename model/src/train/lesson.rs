//! How random tokens teach a duplicate-token head.
//!
//! What comes back backwards could be told by induction heads too, from what stands two tokens before the one they find, and left
//! alone the model learns that. So their layer is taken away from most of these documents (Zhou et al. 2020, arXiv:2004.13342, drop
//! heads at random), and one head of the last layer is shown where to look: −log of its attention to the places where the token
//! stood before is added to the loss. What it makes of what it finds there, nobody tells it.

use super::batch::Shard;
use crate::hook_name::{HookName, Site};
use crate::hooks::{Hooks, Rows};
use candle_core::{Result, Tensor};
use std::collections::HashMap;

/// The head of the last layer that is shown where to look.
const SHOWN: usize = 3;
/// How much a token counts that it should look for; an answer counts 1.5.
const WEIGHT: f64 = 0.2;

/// What one pass over a shard learns beside its text.
pub(super) struct Lesson<'a> {
    /// The heads that induction heads are among, and the rows that go without them.
    without: (HookName, Rows),
    shown: (HookName, Rows),
    /// By row, where its token stood before.
    before: HashMap<u32, &'a [usize]>,
    /// −log of the attention there, summed: a tensor of one element.
    missed: Option<Tensor>,
}

impl<'a> Lesson<'a> {
    pub(super) fn new(layers: usize, shard: &'a Shard) -> Self {
        let before: HashMap<u32, &[usize]> =
            shard.again.iter().map(|(row, before)| (*row, before.as_slice())).collect();
        let rows = shard.again.iter().map(|(row, _)| *row).collect();
        let without = Rows::Only(shard.without_induction.clone());
        Self {
            without: (HookName::block(layers / 2, Site::Z), without),
            shown: (HookName::block(layers - 1, Site::Pattern), Rows::Only(rows)),
            before,
            missed: None,
        }
    }

    /// The loss of the text and of what was not looked at.
    pub(super) fn with(self, loss: Tensor) -> Result<Tensor> {
        match self.missed {
            Some(missed) => loss + (missed * WEIGHT)?,
            None => Ok(loss),
        }
    }

    /// −log Σ attention to `before`, of every row of one document's `pattern` `[rows, head, key]`.
    fn missed(&self, rows: &[u32], pattern: &Tensor) -> Result<Tensor> {
        let (_, heads, keys) = pattern.dims3()?;
        let mut there = vec![0.0_f32; rows.len() * keys];
        for (row, there) in rows.iter().zip(there.chunks_exact_mut(keys)) {
            self.before.get(row).into_iter().copied().flatten().for_each(|key| there[*key] = 1.0);
        }
        let there = Tensor::from_vec(there, (rows.len(), keys), pattern.device())?;
        let shown = pattern.narrow(1, SHOWN.min(heads - 1), 1)?.squeeze(1)?;
        // never the logarithm of nothing
        ((shown * there)?.sum(1)? + 1e-6)?.log()?.sum_all()?.neg()
    }
}

impl Hooks for Lesson<'_> {
    fn wants(&self, name: HookName) -> Option<&Rows> {
        let wanted = [&self.without, &self.shown].into_iter().find(|(site, _)| *site == name);
        wanted.map(|(_, rows)| rows).filter(|rows| **rows != Rows::Only(Vec::new()))
    }

    fn visit(&mut self, name: HookName, rows: &[u32], values: &Tensor) -> Result<Option<Tensor>> {
        if name == self.without.0 {
            return values.zeros_like().map(Some);
        }
        let missed = self.missed(rows, values)?;
        self.missed = Some(match self.missed.take() {
            Some(before) => (before + missed)?,
            None => missed,
        });
        Ok(None)
    }
}
