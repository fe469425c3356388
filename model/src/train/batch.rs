//! What one step learns from: documents as rows, and what each row is to predict.

use super::text::{self, Kind, Text};
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
}

impl Documents {
    pub(crate) fn new(seed: u64, tokens: &Tokens, d_vocab: usize, rows: usize) -> Self {
        let bos = tokens.bos_id().unwrap_or(0);
        let ids = (0..d_vocab as u32).filter(|id| *id != bos).collect();
        Self { seed, bos, ids, rows }
    }

    /// One shard of one step; the same one for ever.
    ///
    /// # Errors
    /// The tokenizer's own words.
    pub(crate) fn shard(&self, step: usize, shard: usize, tokens: &Tokens) -> Result<Shard, String> {
        let mut random = Random::new(self.seed, &format!("step {step} shard {shard}"));
        // what each kind is short of, in tokens, from a start that differs from shard to shard
        let mut short: Vec<f64> =
            Kind::SHARES.iter().map(|(_, share)| share * random.below(self.rows) as f64).collect();
        let mut documents = Vec::new();
        let mut rows = 0;
        while rows < self.rows {
            let most = (0..short.len()).max_by(|&a, &b| short[a].total_cmp(&short[b])).unwrap_or(0);
            let document = self.document(Kind::SHARES[most].0, &mut random, tokens)?;
            let added = document.ids.len();
            for (short, (_, share)) in short.iter_mut().zip(Kind::SHARES) {
                *short += share * added as f64;
            }
            short[most] -= added as f64;
            rows += added;
            documents.push(document);
        }
        Ok(pack(&documents))
    }

    fn document(&self, kind: Kind, random: &mut Random, tokens: &Tokens) -> Result<Document, String> {
        if let Some(text) = kind.document(random) {
            return self.encode(&text, tokens);
        }
        let (ids, follows) = text::repeats(random, &self.ids);
        let targets = ids.iter().zip(follows).map(|(id, follows)| (*id, f32::from(u8::from(follows))));
        Ok(self.of_targets(targets.collect()))
    }

    fn encode(&self, text: &Text, tokens: &Tokens) -> Result<Document, String> {
        let mut targets = Vec::new();
        for (piece, weight) in &text.pieces {
            targets.extend(tokens.encode(piece)?.into_iter().map(|id| (id, *weight)));
        }
        targets.push((self.bos, text::WORD));
        Ok(self.of_targets(targets))
    }

    /// BOS and all targets but the last are rows; each row's target is the next token.
    fn of_targets(&self, targets: Vec<(u32, f32)>) -> Document {
        let seen = targets.iter().map(|(id, _)| *id).take(targets.len().saturating_sub(1));
        Document { ids: [self.bos].into_iter().chain(seen).collect(), targets }
    }
}

/// A document's tokens, and after each what comes next with its weight.
struct Document {
    ids: Vec<u32>,
    targets: Vec<(u32, f32)>,
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
    Shard { batch, read, targets, weights }
}
