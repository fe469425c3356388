//! How each prompt goes on, token by token: as the model is, and beside it with chosen activations changed or a
//! steering vector added (activation addition, Turner et al., arXiv:2308.10248).

mod draw;
mod figures;
mod sequences;

use super::interventions::{Changes, Needed};
use super::{Job, Step};
use crate::checkpoint::Checkpoint;
use crate::error::{Error, Result};
use crate::keys_values::KeysValues;
use crate::plan::{self, EncodedPrompt};
use crate::transformer::Transformer;
use crate::wire::{EventBody, Generate, Progress, Steer};
use sequences::{Sequence, Sequences};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// Bytes of keys and values that prompts generated together may take; one prompt may take more.
const BYTES_TOGETHER: usize = 512 << 20;
/// Figures of few texts are sent again whenever they have grown by this part of what they are, those of many, which are
/// long, less often.
const GROWTH: [usize; 2] = [16, 4];
/// Up to here texts are few.
const FEW: usize = 8;

/// First what the changes need, then the prompts, some of them together.
pub(super) struct GenerateJob {
    model: Arc<Transformer>,
    checkpoint: Arc<Checkpoint>,
    prompts: Arc<[EncodedPrompt]>,
    options: Generate,
    /// The steering vector's prompts.
    steer: Option<(Steer, [Vec<u32>; 2])>,
    needed: Needed,
    changes: Option<Changes>,
    waiting: VecDeque<Range<usize>>,
    now: Option<Sequences>,
    /// Tokens chosen, and how many of them have been shown.
    chosen: usize,
    shown: usize,
}

impl GenerateJob {
    pub(super) fn new(
        model: Arc<Transformer>,
        checkpoint: Arc<Checkpoint>,
        prompts: Arc<[EncodedPrompt]>,
        options: &Generate,
        prepend_bos: bool,
    ) -> Result<Self> {
        let encode = |text: &str| plan::text(&checkpoint, prepend_bos, text);
        let steer = match &options.steer {
            None => None,
            Some(steer) => {
                let ids =
                    [("positive", &steer.positive), ("negative", &steer.negative)].map(|(field, text)| {
                        encode(text).map_err(|e| Error::field(format!("analysis.steer.{field}"), e))
                    });
                let [positive, negative] = ids;
                Some((steer.clone(), [positive?, negative?]))
            }
        };
        let needed = Needed::new(&model, &prompts, &options.interventions);
        let waiting = together(&model, &prompts, options).into();
        let options = options.clone();
        Ok(Self {
            model,
            checkpoint,
            prompts,
            options,
            steer,
            needed,
            changes: None,
            waiting,
            now: None,
            chosen: 0,
            shown: 0,
        })
    }

    /// The next piece of what the changes need; the changes once all of it is there.
    fn prepare(&mut self) -> Result<Option<Changes>> {
        if self.needed.step(&self.model, &self.prompts)?.is_some() {
            return Ok(None);
        }
        self.needed.changes(&self.model, &self.options.interventions, self.steer.as_ref()).map(Some)
    }

    /// The sequences of some more prompts.
    fn begin(&self, prompts: Range<usize>) -> Sequences {
        let runs: &[bool] = if self.options.changes() { &[false, true] } else { &[false] };
        Sequences::new(
            prompts.flat_map(|prompt| runs.iter().map(move |run| Sequence::new(prompt, *run))).collect(),
        )
    }

    fn figures(&self, now: &Sequences) -> Vec<EventBody> {
        let runs = if self.options.changes() { 2 } else { 1 };
        let by_prompt = now.all.chunks(runs).map(|runs| runs.iter().collect::<Vec<_>>());
        by_prompt
            .flat_map(|runs| figures::all(self.checkpoint.tokens(), runs[0].prompt, &runs))
            .map(EventBody::Figure)
            .collect()
    }

    /// One more token of each sequence that is under way, or the part of it that one step has time for.
    fn generate(&mut self, changes: &Changes, mut now: Sequences) -> Result<Step> {
        let end = self.checkpoint.tokens().eos_id();
        let grown = now.step(&self.model, &self.prompts, changes, &self.options, end)?;
        let mut events = Vec::new();
        if grown {
            let total: usize = now.all.iter().map(|sequence| sequence.tokens.len()).sum();
            let runs = now.all.len();
            let part = total / GROWTH[usize::from(runs > FEW)];
            let due = total - self.shown >= part.max(1) || now.finished();
            if due {
                events = self.figures(&now);
                self.shown = total;
            }
        }
        if now.finished() {
            self.chosen += now.all.len() * self.options.max_tokens;
            self.shown = 0;
        } else {
            self.now = Some(now);
        }
        events.push(self.progress());
        let finished = self.now.is_none() && self.waiting.is_empty();
        Ok(Step { events, bytes: Vec::new(), finished })
    }

    /// Tokens are counted as asked for: a text that ends early counts as whole.
    fn progress(&self) -> EventBody {
        let runs = if self.options.changes() { 2 } else { 1 };
        let under_way = self.now.as_ref().map_or(0, |now| {
            let longest = now.all.iter().map(|sequence| sequence.tokens.len()).max().unwrap_or(0);
            longest * now.all.len()
        });
        let total = self.prompts.len() * runs * self.options.max_tokens;
        EventBody::Progress(Progress { done: self.chosen + under_way, total, unit: "tokens".to_owned() })
    }
}

impl Job for GenerateJob {
    fn step(&mut self) -> Result<Step> {
        let Some(changes) = self.changes.clone() else {
            self.changes = self.prepare()?;
            return Ok(Step { events: vec![self.progress()], ..Step::default() });
        };
        let begun = self.now.take();
        match begun.or_else(|| self.waiting.pop_front().map(|prompts| self.begin(prompts))) {
            Some(now) => self.generate(&changes, now),
            None => Ok(Step { finished: true, ..Step::default() }),
        }
    }
}

/// Consecutive prompts whose keys and values fit into [`BYTES_TOGETHER`], at least one.
fn together(model: &Transformer, prompts: &[EncodedPrompt], options: &Generate) -> Vec<Range<usize>> {
    let runs = if options.changes() { 2 } else { 1 };
    let room = BYTES_TOGETHER / (runs * KeysValues::bytes_a_row(model)).max(1);
    let mut chunks: Vec<Range<usize>> = Vec::new();
    let mut filled = 0;
    for (i, prompt) in prompts.iter().enumerate() {
        let rows = prompt.ids.len() + options.max_tokens;
        match chunks.last_mut() {
            Some(chunk) if filled + rows <= room => chunk.end = i + 1,
            _ => {
                chunks.push(i..i + 1);
                filled = 0;
            }
        }
        filled += rows;
    }
    chunks
}
