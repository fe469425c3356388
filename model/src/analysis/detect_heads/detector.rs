//! The attention of a few prompts, tallied while it comes in.

use super::super::detection::{Excluded, Tally, Targets};
use crate::hook_name::{HookName, Site};
use crate::hooks::{Hooks, Rows};
use crate::wire::{DetectHeads, HeadPattern};
use candle_core::{Result, Tensor};
use rayon::prelude::*;

/// Tallies of each prompt, head and kind of head, as far as layers have run.
pub(super) struct Detector {
    kinds: Vec<HeadPattern>,
    excluded: Excluded,
    heads: usize,
    prompts: Vec<Prompt>,
    /// The prompt of each row.
    prompt_of: Vec<usize>,
}

/// One prompt of the batch.
struct Prompt {
    /// Its first row.
    start: usize,
    tokens: usize,
    targets: Targets,
    /// `[layer, head, kind]`.
    tallies: Vec<Tally>,
}

impl Detector {
    /// For prompts packed one after the other.
    pub(super) fn new(options: &DetectHeads, heads: usize, prompts: &[&[u32]]) -> Self {
        let kinds = options.pattern.all().to_vec();
        let excluded = Excluded { first: options.exclude_bos, current: options.exclude_current_token };
        let mut start = 0;
        let prompt = |ids: &&[u32]| {
            let prompt = Prompt { start, tokens: ids.len(), targets: Targets::new(ids), tallies: Vec::new() };
            start += ids.len();
            prompt
        };
        let prompt_of = prompts.iter().enumerate().flat_map(|(i, ids)| vec![i; ids.len()]).collect();
        Self { kinds, excluded, heads, prompts: prompts.iter().map(prompt).collect(), prompt_of }
    }

    /// The scores of each prompt, `[layer, head, kind]`, of the layers that have run.
    pub(super) fn scores<'a>(&'a self, options: &'a DetectHeads) -> impl Iterator<Item = Vec<f64>> + 'a {
        let score = move |prompt: &Prompt, tally: &Tally| tally.score(options.error_measure, prompt.tokens);
        self.prompts
            .iter()
            .map(move |prompt| prompt.tallies.iter().map(|tally| score(prompt, tally)).collect())
    }
}

impl Hooks for Detector {
    fn wants(&self, name: HookName) -> Option<&Rows> {
        (name.site == Site::Pattern).then_some(&Rows::All)
    }

    /// Patterns come in parts, `[query, head, key]`, each of one prompt.
    fn visit(&mut self, name: HookName, rows: &[u32], values: &Tensor) -> Result<Option<Tensor>> {
        let (Some(layer), Some(first)) = (name.layer, rows.first()) else { return Ok(None) };
        let Self { kinds, excluded, heads, prompts, prompt_of } = self;
        let (kinds, excluded, heads) = (&*kinds, *excluded, *heads);
        let Prompt { start, targets, tallies, .. } = &mut prompts[prompt_of[*first as usize]];
        tallies.resize((layer + 1) * heads * kinds.len(), Tally::default());
        let (_, _, keys) = values.dims3()?;
        let values = values.flatten_all()?.to_vec1::<f32>()?;
        let of_layer = tallies[layer * heads * kinds.len()..].par_chunks_mut(kinds.len());
        of_layer.enumerate().for_each(|(head, tallies)| {
            for (i, row) in rows.iter().enumerate() {
                let query = *row as usize - *start;
                let pattern = &values[(i * heads + head) * keys..][..=query];
                let all = excluded.attention(pattern);
                for (tally, kind) in tallies.iter_mut().zip(kinds) {
                    tally.add(pattern, all, targets.keys(*kind, query), excluded);
                }
            }
        });
        Ok(None)
    }
}
