//! What prompts' corrupted twins have at some sites, some prompts at a time.

use super::{chunks, recording};
use crate::hook_name::HookName;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use candle_core::{Result, Tensor};
use std::collections::{HashMap, VecDeque};
use std::ops::Range;

/// Recorded so far.
pub(super) struct Twins {
    names: Vec<HookName>,
    waiting: VecDeque<Range<usize>>,
    /// By prompt, `[position, …]`.
    values: HashMap<HookName, Vec<Tensor>>,
    prompts: usize,
}

impl Twins {
    /// Of some sites. Without sites nothing is run.
    pub(super) fn new(model: &Transformer, prompts: &[EncodedPrompt], names: Vec<HookName>) -> Self {
        let waiting = if names.is_empty() { Vec::new() } else { chunks::by_work(model, prompts) };
        Self { names, waiting: waiting.into(), values: HashMap::new(), prompts: 0 }
    }

    /// Prompts that are in.
    pub(super) fn prompts(&self) -> usize {
        self.prompts
    }

    /// Runs some more twins, if there are any, and says so.
    pub(super) fn step(&mut self, model: &Transformer, prompts: &[EncodedPrompt]) -> Result<bool> {
        let Some(chunk) = self.waiting.pop_front() else { return Ok(false) };
        let ids: Vec<&[u32]> = prompts[chunk].iter().map(|prompt| prompt.corrupted.as_slice()).collect();
        let (batch, cache) = recording::of_all_tokens(model, &ids, self.names.iter().copied())?;
        for name in &self.names {
            let values =
                batch.prompts.iter().map(|rows| cache.get(*name, rows)).collect::<Result<Vec<_>>>()?;
            self.values.entry(*name).or_default().extend(values);
        }
        self.prompts += ids.len();
        Ok(true)
    }

    /// What each prompt's twin has at a site, `[position, …]`; none of a site that is not asked for.
    pub(super) fn of(&self, name: HookName) -> Option<&[Tensor]> {
        self.values.get(&name).map(Vec::as_slice)
    }
}
