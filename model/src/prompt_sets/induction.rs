//! Random words, and some of them again: “ cat sun box pen … cat sun”, which goes on with “ box” for a model that has
//! learned induction (Olsson et al. 2022). The twin's first words are other ones, so that nothing has come before.
//!
//! The first run has [`RUN`] words, the text [`WORDS`] in all. Positions are `A1` and `B1`: the first time of the last word,
//! and what followed it, which is the answer. The distractor is another word of the first run.

use super::random::Random;
use super::sentence::Sentence;
use super::single;
use crate::tokens::Tokens;
use crate::wire::{Drawn, Prompt};
use std::ops::RangeInclusive;

pub(super) const TITLE: &str = "Induction: random words, repeated";

/// Words of the first run, so that the way back to it is not always the same.
const RUN: RangeInclusive<usize> = 8..=11;
/// Words of a text.
const WORDS: usize = 14;
/// Words that it takes: two first runs without a word in common.
const WORDS_NEEDED: usize = 2 * *RUN.end();

/// Short words, most of them one token after a space for GPT-2 and its kin.
pub(crate) const POOL: &str = "\
    bad bag ban bar bat bed bet big bin bit box bud bug bus cat dad dam dig dim dog dot fan fat fig fin fit fix fog fox fun \
    gas gem get god got gum gun gut kid kit lab lad led leg let lid lit log lot mad man map mat men met mix mob mud mug net \
    nod not nut pan pen pet pig pin pit pod pot pub put rag ran rat red rib rid rim rod rot run sad sat set sin sit sob son \
    sub sum sun tan tax ten tin van vet web win";

pub(super) fn prompts(options: &Drawn, tokens: &Tokens) -> Vec<Prompt> {
    let pool: Vec<&str> = POOL.split_whitespace().collect();
    let pool = single(&pool, tokens, WORDS_NEEDED);
    let mut random = Random::new(options.seed, "induction");
    let prompt = |_| {
        let run = RUN.start() + random.below(RUN.count());
        let words = random.some(2 * run, &pool);
        let (first, others) = words.split_at(run);
        // the last word is the `last`-th of the run, the answer the one after it
        let last = WORDS - run - 1;
        let but = (last + 2 + random.below(run - 2)) % run;
        let Sentence { text, positions } = repeated(first, first, last);
        Prompt {
            text,
            answer: Some(format!(" {}", first[last + 1])),
            distractor: Some(format!(" {}", first[but])),
            group: None,
            corrupted: Some(repeated(others, first, last).text),
            positions,
        }
    };
    (0..options.n).map(prompt).collect()
}

/// A run of words, and of another the first ones up to number `last`.
fn repeated(run: &[&str], again: &[&str], last: usize) -> Sentence {
    let name = |i: usize| match i {
        _ if i == last => Some("A1"),
        _ if i == last + 1 => Some("B1"),
        _ => None,
    };
    let first = run.iter().enumerate().fold(Sentence::default(), |sentence, (i, word)| match name(i) {
        Some(name) => sentence.named(name, &format!(" {word}")),
        None => sentence.then(&format!(" {word}")),
    });
    again[..=last].iter().fold(first, |sentence, word| sentence.then(&format!(" {word}")))
}
