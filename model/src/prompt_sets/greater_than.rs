//! Years that come later (Hanna et al. 2023, “How does GPT-2 compute greater-than?”): “The war lasted from the year 1732 to
//! the year 17”, which goes on with more than 32. In the twin the first year is the century's first (`01`), so that almost
//! any year is later.
//!
//! The answer is a year from 10 to 30 later, the distractor the one that is as much earlier. Positions are `NOUN`, `XX1`, `YY` and `XX2`,
//! the last token.

use super::random::Random;
use super::sentence::Sentence;
use super::single;
use crate::tokens::Tokens;
use crate::wire::{Drawn, Prompt};
use std::ops::RangeInclusive;

pub(super) const TITLE: &str = "Greater-than: the later year";

pub(super) const WARNINGS: [&str; 1] = [
    "The logit difference is of one later year against one that is as much earlier. The metric `later_years` takes the \
      probability of all later years less that of all others, as Hanna et al. 2023 do.",
];

pub(crate) const NOUNS: [&str; 24] = [
    "war",
    "siege",
    "alliance",
    "expedition",
    "reign",
    "treaty",
    "voyage",
    "drought",
    "conflict",
    "dynasty",
    "empire",
    "famine",
    "feud",
    "marriage",
    "plague",
    "project",
    "rebellion",
    "journey",
    "kingdom",
    "occupation",
    "campaign",
    "trial",
    "truce",
    "mission",
];
pub(crate) const CENTURIES: RangeInclusive<u32> = 11..=19;
/// How much later and earlier the two answers are.
const APART: RangeInclusive<u32> = 10..=30;
/// First years that leave room for both answers.
pub(crate) const FIRST_YEARS: RangeInclusive<u32> = 12..=89;
/// Years that it takes before a spelling counts as the tokenizer's.
const YEARS_NEEDED: usize = 20;

/// How a tokenizer takes a century and a year of it as one token each: with a space between them, or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Spelling(&'static str);

/// One year of one century.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Year {
    century: u32,
    year: u32,
}

pub(super) fn prompts(options: &Drawn, tokens: &Tokens) -> Vec<Prompt> {
    let nouns = single(&NOUNS, tokens, 1);
    let (spelling, years) = years(tokens);
    let mut random = Random::new(options.seed, "greater-than");
    let prompt = |_| {
        let noun = random.choose(&nouns);
        let year = random.choose(&years);
        let farthest = (*APART.end()).min(year.year - 2).min(99 - year.year);
        let apart = APART.start() + random.below((farthest - APART.start() + 1) as usize) as u32;
        let early = *early_years(spelling, tokens, year.century).first().unwrap_or(&1);
        let Sentence { text, positions } = sentence(noun, spelling, year);
        let twin = sentence(noun, spelling, Year { year: early, ..year });
        let spelled = |year: u32| Some(format!("{}{year:02}", spelling.0));
        Prompt {
            text,
            answer: spelled(year.year + apart),
            distractor: spelled(year.year - apart),
            group: None,
            corrupted: Some(twin.text),
            positions,
        }
    };
    (0..options.n).map(prompt).collect()
}

fn sentence(noun: &str, Spelling(between): Spelling, Year { century, year }: Year) -> Sentence {
    Sentence::of("The ")
        .named("NOUN", noun)
        .then(" lasted from the year ")
        .named("XX1", &century.to_string())
        .then(between)
        .named("YY", &format!("{year:02}"))
        .then(" to the year ")
        .named("XX2", &century.to_string())
}

/// The years that a tokenizer takes as two tokens, all their answers being one, and how they are spelled. All of them,
/// written as people do, where there is no such spelling.
fn years(tokens: &Tokens) -> (Spelling, Vec<Year>) {
    let all = |fits: &dyn Fn(Year) -> bool| -> Vec<Year> {
        let of_century = |century| FIRST_YEARS.map(move |year| Year { century, year });
        CENTURIES.flat_map(of_century).filter(|year| fits(*year)).collect()
    };
    for spelling in [Spelling(""), Spelling(" ")] {
        if !(2..=99).all(|year| is_one_token(spelling, tokens, year)) {
            continue;
        }
        let has_early = CENTURIES.map(|century| !early_years(spelling, tokens, century).is_empty());
        let has_early: Vec<bool> = has_early.collect();
        let years = all(&|year| {
            has_early[(year.century - CENTURIES.start()) as usize] && is_two_tokens(spelling, tokens, year)
        });
        if years.len() >= YEARS_NEEDED {
            return (spelling, years);
        }
    }
    (Spelling(""), all(&|_| true))
}

/// The first years of a century that stand for “no later than any”, as far as the tokenizer has them.
fn early_years(spelling: Spelling, tokens: &Tokens, century: u32) -> Vec<u32> {
    (1..=3).filter(|year| is_two_tokens(spelling, tokens, Year { century, year: *year })).collect()
}

fn is_two_tokens(Spelling(between): Spelling, tokens: &Tokens, Year { century, year }: Year) -> bool {
    let count = |text: &str| tokens.encode(text).map_or(0, |ids| ids.len());
    let ids = tokens.encode(&format!(" {century}{between}{year:02}")).unwrap_or_default();
    ids.len() == 2
        && count(&format!(" {century}")) == 1
        && tokens.string(ids[1]) == format!("{between}{year:02}")
}

fn is_one_token(Spelling(between): Spelling, tokens: &Tokens, year: u32) -> bool {
    tokens.encode(&format!("{between}{year:02}")).is_ok_and(|ids| ids.len() == 1)
}
