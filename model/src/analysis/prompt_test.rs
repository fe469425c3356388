//! What the model predicts after each prompt, and how it ranks the answer: TransformerLens's `test_prompt`.
//!
//! An answer may be several tokens. Each is then read at the position before it, the ones before it given, and the
//! probabilities multiply to that of the whole. Logits are the original model's, not centred over the vocabulary.

use super::ranking::Prediction;
use super::{Job, Step, chunks, figure, logits, prompts_done};
use crate::checkpoint::Checkpoint;
use crate::error::Result;
use crate::hook_name::{HookName, Site};
use crate::hooks::{Recorder, Rows};
use crate::packing::Batch;
use crate::plan::EncodedPrompt;
use crate::tokens::Tokens;
use crate::transformer::Transformer;
use crate::wire::{Cell, EventBody, Figure, FigureData, PromptTest};
use candle_core::Tensor;
use rayon::prelude::*;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

/// Runs the prompts chunk by chunk; a prompt's figures are final as soon as they are there.
pub(super) struct PromptTestJob {
    model: Arc<Transformer>,
    checkpoint: Arc<Checkpoint>,
    prompts: Arc<[EncodedPrompt]>,
    top_k: usize,
    waiting: VecDeque<Range<usize>>,
    done: usize,
}

impl PromptTestJob {
    pub(super) fn new(
        model: Arc<Transformer>,
        checkpoint: Arc<Checkpoint>,
        prompts: Arc<[EncodedPrompt]>,
        options: &PromptTest,
    ) -> Self {
        let waiting = chunks::by_work(&model, &prompts).into();
        Self { model, checkpoint, prompts, top_k: options.top_k, waiting, done: 0 }
    }
}

impl Job for PromptTestJob {
    fn step(&mut self) -> Result<Step> {
        let mut events = Vec::new();
        if let Some(chunk) = self.waiting.pop_front() {
            let (tested, logits) = test(&self.model, &self.prompts[chunk.clone()])?;
            let tokens = self.checkpoint.tokens();
            // ranking a vocabulary takes as long as a short prompt's pass
            let predictions: Vec<_> = logits.par_iter().map(|logits| Prediction::new(logits)).collect();
            let figures = tested.par_iter().zip(chunk.start..chunk.end);
            let figures: Vec<_> =
                figures.map(|(tested, i)| tested.figures(&predictions, tokens, i, self.top_k)).collect();
            events.extend(figures.into_iter().flatten().map(EventBody::Figure));
            self.done = chunk.end;
        }
        events.push(prompts_done(self.done, self.prompts.len()));
        Ok(Step { events, bytes: Vec::new(), finished: self.waiting.is_empty() })
    }
}

/// Where the logits of one prompt are.
struct Tested<'a> {
    /// Which row of logits is at its last token.
    next: usize,
    answer: Continuation<'a>,
    distractor: Continuation<'a>,
}

/// Tokens after a prompt, and which rows of logits are at the position before each; none where there are no such tokens.
struct Continuation<'a> {
    tokens: &'a [u32],
    rows: Vec<usize>,
}

/// Runs the prompts, each also continued by its answer and by its distractor: what they share is computed once, and read
/// once. Gives the rows of logits too, each `[d_vocab]`.
fn test<'a>(
    model: &Transformer,
    prompts: &'a [EncodedPrompt],
) -> candle_core::Result<(Vec<Tested<'a>>, Vec<Vec<f32>>)> {
    let (mut sequences, mut reads) = (Vec::new(), Vec::new());
    for prompt in prompts {
        for (tokens, read) in [
            (&[][..], 1),
            (&prompt.answer_tokens, prompt.answer_tokens.len()),
            (&prompt.distractor_tokens, prompt.distractor_tokens.len()),
        ] {
            // the last token predicts nothing that is asked for
            sequences.push([&prompt.ids, &tokens[..tokens.len().saturating_sub(1)]].concat());
            reads.push(prompt.ids.len() - 1..prompt.ids.len() - 1 + read);
        }
    }
    let batch = Batch::shared(&sequences.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let reads: Vec<&[u32]> = batch.prompts.iter().zip(reads).map(|(rows, read)| &rows[read]).collect();
    let mut rows = reads.concat();
    rows.sort_unstable();
    rows.dedup();
    let logits = read(model, &batch, &rows)?.to_vec2()?;
    let places = |read: &[u32]| read.iter().map(|row| rows.partition_point(|other| other < row)).collect();
    let tested = prompts.iter().zip(reads.chunks_exact(3)).map(|(prompt, reads)| Tested {
        next: rows.partition_point(|row| *row < reads[0][0]),
        answer: Continuation { tokens: &prompt.answer_tokens, rows: places(reads[1]) },
        distractor: Continuation { tokens: &prompt.distractor_tokens, rows: places(reads[2]) },
    });
    Ok((tested.collect(), logits))
}

/// The original model's logits at `rows`, ascending: `[rows, d_vocab]`.
fn read(model: &Transformer, batch: &Batch, rows: &[u32]) -> candle_core::Result<Tensor> {
    let normalized = HookName::top(Site::LnFinalNormalized);
    let mut recorder = Recorder::new([normalized], &Rows::Only(rows.to_vec()));
    let read = model.forward(batch, rows, &mut recorder)?;
    logits::original(model, read, &recorder.into_cache().get(normalized, rows)?)
}

impl Tested<'_> {
    fn figures(&self, all: &[Prediction<'_>], tokens: &Tokens, prompt: usize, top_k: usize) -> Vec<Figure> {
        let next = next_tokens(&all[self.next], tokens, top_k);
        let mut figures = vec![figure("prompt_test", Some(prompt), "Likeliest next tokens", next)];
        figures.extend(self.answer.figures(all, "answer", "The answer", prompt, tokens));
        figures.extend(self.distractor.figures(all, "distractor", "The distractor", prompt, tokens));
        figures
    }
}

impl Continuation<'_> {
    fn figures(
        &self,
        all: &[Prediction<'_>],
        name: &str,
        title: &str,
        prompt: usize,
        tokens: &Tokens,
    ) -> Vec<Figure> {
        let each = || self.rows.iter().map(|row| &all[*row]).zip(self.tokens);
        let Some((prediction, first)) = each().next() else { return Vec::new() };
        let joint: f64 = each().map(|(prediction, token)| prediction.probability(*token)).product();
        let values = [
            ("rank", prediction.rank(*first) as f64),
            ("logit", f64::from(prediction.logit(*first))),
            ("probability", prediction.probability(*first)),
            ("tokens", self.tokens.len() as f64),
            ("joint_probability", joint),
        ];
        let values = values.map(|(name, value)| (name.to_owned(), Some(value))).into();
        let rows = each().map(|(prediction, token)| {
            let [rank, logit, probability] = numbers(prediction, *token, prediction.rank(*token));
            vec![Cell::Text(tokens.string(*token)), rank, logit, probability]
        });
        let columns = ["token", "rank", "logit", "probability"].map(str::to_owned).to_vec();
        vec![
            figure(name, Some(prompt), title, FigureData::Scalars { values }),
            figure(
                &format!("{name}_tokens"),
                Some(prompt),
                &format!("{title}, token by token"),
                FigureData::Table { columns, rows: rows.collect() },
            ),
        ]
    }
}

fn next_tokens(prediction: &Prediction<'_>, tokens: &Tokens, top_k: usize) -> FigureData {
    let row = |(rank, id): (usize, u32)| {
        let [rank, logit, probability] = numbers(prediction, id, rank);
        vec![rank, Cell::Text(tokens.string(id)), logit, probability]
    };
    let columns = ["rank", "token", "logit", "probability"].map(str::to_owned).to_vec();
    let rows = prediction.top(top_k).into_iter().enumerate().map(row).collect();
    FigureData::Table { columns, rows }
}

fn numbers(prediction: &Prediction<'_>, token: u32, rank: usize) -> [Cell; 3] {
    [rank as f64, f64::from(prediction.logit(token)), prediction.probability(token)].map(Cell::Number)
}
