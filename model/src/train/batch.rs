//! What one step learns from: documents as rows, and what each row is to predict.

use super::run::Recipe;
use super::text::{self, Kind, Phase, Role, Runs, Text};
use crate::packing::Batch;
use crate::prompt_sets::random::Random;
use crate::tokens::Tokens;

/// A part of a step's documents, as one forward pass has them.
#[derive(Clone, Debug)]
pub(crate) struct Shard {
    /// Each document by itself.
    pub(crate) batch: Batch,
    /// Rows whose prediction counts.
    pub(crate) read: Vec<u32>,
    /// The token that comes after each of these.
    pub(crate) targets: Vec<u32>,
    /// How much each counts.
    pub(crate) weights: Vec<f32>,
    /// Rows of documents that are learned without induction heads, ascending.
    pub(crate) without_induction: Vec<u32>,
    /// Rows of random tokens that have come before, ascending, each with the positions where they have.
    pub(crate) again: Vec<(u32, Vec<usize>)>,
}

/// Draws the documents of every step.
#[derive(Debug)]
pub(crate) struct Documents {
    seed: u64,
    bos: u32,
    /// Ids that runs of random tokens are of: all but the special one.
    ids: Vec<u32>,
    /// Tokens of a shard, at least.
    rows: usize,
    /// Steps of the first two phases.
    words: usize,
    answers: usize,
}

impl Documents {
    pub(crate) fn new(recipe: &Recipe, tokens: &Tokens) -> Self {
        let Recipe { seed, rows, words, answers, ref config, .. } = *recipe;
        let bos = tokens.bos_id().unwrap_or(0);
        let ids = (0..config.d_vocab as u32).filter(|id| *id != bos).collect();
        Self { seed, bos, ids, rows, words, answers }
    }

    /// One shard of one step; the same one for ever.
    ///
    /// # Errors
    /// The tokenizer's own words.
    pub(crate) fn shard(&self, step: usize, shard: usize, tokens: &Tokens) -> Result<Shard, String> {
        self.of_phase(self.phase(step), step, shard, tokens)
    }

    fn phase(&self, step: usize) -> Phase {
        match step {
            step if step < self.words => Phase::Words,
            step if step < self.words + self.answers => Phase::Answers,
            _ => Phase::Mirrors,
        }
    }

    /// One shard of what a phase learns from.
    ///
    /// # Errors
    /// The tokenizer's own words.
    pub(crate) fn of_phase(
        &self,
        phase: Phase,
        step: usize,
        shard: usize,
        tokens: &Tokens,
    ) -> Result<Shard, String> {
        let mut random = Random::new(self.seed, &format!("step {step} shard {shard}"));
        // what each kind is short of, in tokens, from a start that differs from shard to shard
        let mut short: Vec<f64> =
            phase.shares().iter().map(|share| share * random.below(self.rows) as f64).collect();
        let mut documents = Vec::new();
        let mut rows = 0;
        while rows < self.rows {
            let most = (0..short.len()).max_by(|&a, &b| short[a].total_cmp(&short[b])).unwrap_or(0);
            let document = self.document(Kind::ALL[most], phase, &mut random, tokens)?;
            let added = document.ids.len();
            for (short, share) in short.iter_mut().zip(phase.shares()) {
                *short += share * added as f64;
            }
            short[most] -= added as f64;
            rows += added;
            documents.push(document);
        }
        Ok(pack(&documents))
    }

    fn document(
        &self,
        kind: Kind,
        phase: Phase,
        random: &mut Random,
        tokens: &Tokens,
    ) -> Result<Document, String> {
        if let Some(text) = kind.document(phase, random) {
            return self.encode(&text, phase, tokens);
        }
        let Runs { ids, follows, without_induction } = text::repeats(phase, random, &self.ids);
        let targets = ids.iter().zip(follows).map(|(id, follows)| (*id, f32::from(u8::from(follows))));
        let random_tokens = phase == Phase::Mirrors;
        Ok(Document { without_induction, random_tokens, ..self.of_targets(targets.collect()) })
    }

    fn encode(&self, text: &Text, phase: Phase, tokens: &Tokens) -> Result<Document, String> {
        let mut targets = Vec::new();
        for (piece, role) in &text.pieces {
            let weight = phase.weight(*role);
            targets.extend(tokens.encode(piece)?.into_iter().map(|id| (id, weight)));
        }
        targets.push((self.bos, phase.weight(Role::Word)));
        Ok(self.of_targets(targets))
    }

    /// BOS and all targets but the last are rows; each row's target is the next token.
    fn of_targets(&self, targets: Vec<(u32, f32)>) -> Document {
        let seen = targets.iter().map(|(id, _)| *id).take(targets.len().saturating_sub(1));
        Document {
            ids: [self.bos].into_iter().chain(seen).collect(),
            targets,
            without_induction: false,
            random_tokens: false,
        }
    }
}

/// A document's tokens, and after each what comes next with its weight.
struct Document {
    ids: Vec<u32>,
    targets: Vec<(u32, f32)>,
    without_induction: bool,
    /// Whether a head is shown where its tokens have come before.
    random_tokens: bool,
}

impl Document {
    /// Positions of tokens that have come before, each with all earlier ones of that token.
    fn again(&self) -> impl Iterator<Item = (usize, Vec<usize>)> {
        let before = |at: usize| (1..at).filter(|earlier| self.ids[*earlier] == self.ids[at]).collect();
        let places = if self.random_tokens { 1..self.ids.len() } else { 0..0 };
        places.map(move |at| (at, before(at))).filter(|(_, before): &(_, Vec<_>)| !before.is_empty())
    }
}

fn pack(documents: &[Document]) -> Shard {
    let ids: Vec<&[u32]> = documents.iter().map(|document| document.ids.as_slice()).collect();
    let batch = Batch::separate(&ids);
    let (mut read, mut targets, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    let all = documents.iter().flat_map(|document| &document.targets).enumerate();
    for (row, (target, weight)) in all.filter(|(_, (_, weight))| *weight > 0.0) {
        read.push(row as u32);
        targets.push(*target);
        weights.push(*weight);
    }
    let without_induction =
        batch.prompts.iter().zip(documents).filter(|(_, document)| document.without_induction);
    let without_induction = without_induction.flat_map(|(rows, _)| rows.clone()).collect();
    let again = batch.prompts.iter().zip(documents);
    let again = again.flat_map(|(rows, document)| document.again().map(|(at, before)| (rows[at], before)));
    let again = again.collect();
    Shard { batch, read, targets, weights, without_induction, again }
}
