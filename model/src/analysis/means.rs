//! Means of activations over the prompts, some prompts at a time.

use super::{chunks, recording};
use crate::hook_name::HookName;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use candle_core::{Result, Tensor};
use std::collections::{HashMap, VecDeque};
use std::ops::Range;

/// Sums so far, and what they are sums of.
pub(super) struct Means {
    names: Vec<HookName>,
    by_position: bool,
    waiting: VecDeque<Range<usize>>,
    /// `[position, …]` where positions are told apart, else `[1, …]`.
    sums: HashMap<HookName, Tensor>,
    /// How many values each entry of a sum is of.
    counted: usize,
    prompts: usize,
    rows: usize,
}

impl Means {
    /// Of some sites, over all tokens or, of prompts of one length, `by_position`. Without sites nothing is run.
    pub(super) fn new(
        model: &Transformer,
        prompts: &[EncodedPrompt],
        names: Vec<HookName>,
        by_position: bool,
    ) -> Self {
        let waiting = if names.is_empty() { Vec::new() } else { chunks::by_work(model, prompts) };
        Self {
            names,
            by_position,
            waiting: waiting.into(),
            sums: HashMap::new(),
            counted: 0,
            prompts: 0,
            rows: 0,
        }
    }

    /// Prompts that are in.
    pub(super) fn prompts(&self) -> usize {
        self.prompts
    }

    /// Tokens that are in.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Runs some more prompts, if there are any, and says so.
    pub(super) fn step(&mut self, model: &Transformer, prompts: &[EncodedPrompt]) -> Result<bool> {
        let Some(chunk) = self.waiting.pop_front() else { return Ok(false) };
        let ids: Vec<&[u32]> = prompts[chunk].iter().map(|prompt| prompt.ids.as_slice()).collect();
        let (batch, cache) = recording::of_all_tokens(model, &ids, self.names.iter().copied())?;
        let rows: Vec<u32> = (0..batch.rows() as u32).collect();
        let groups = if self.by_position { ids.len() } else { rows.len() };
        for name in &self.names {
            let values = cache.get(*name, &rows)?;
            let mut shape = values.dims().to_vec();
            shape[0] /= groups;
            shape.insert(0, groups);
            let sum = values.reshape(shape)?.sum(0)?;
            let sum = match self.sums.get(name) {
                Some(earlier) => (earlier + sum)?,
                None => sum,
            };
            self.sums.insert(*name, sum);
        }
        self.counted += groups;
        self.prompts += ids.len();
        self.rows += rows.len();
        Ok(true)
    }

    /// The mean of a site so far, `[position or 1, …]`; none of one that is not asked for.
    pub(super) fn of(&self, name: HookName) -> Result<Option<Tensor>> {
        self.sums.get(&name).map(|sum| sum / self.counted.max(1) as f64).transpose()
    }
}
