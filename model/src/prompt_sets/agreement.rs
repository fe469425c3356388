//! A verb that agrees with its subject past a noun of the other number: “The keys near the cabinet”, which goes on with
//! “are”. In the twin the subject has the number of the noun that stands between, so that the other verb is right.
//!
//! Positions are `subject` and `attractor`, the last token.

use super::pieces_of;
use super::random::Random;
use super::sentence::Sentence;
use crate::tokens::Tokens;
use crate::wire::{Drawn, Prompt};

pub(super) const TITLE: &str = "Agreement: is or are, past another noun";

/// Nouns whose plural is the word and an s.
pub(crate) const NOUNS: [&str; 32] = [
    "boy", "girl", "dog", "cat", "car", "key", "doctor", "teacher", "painter", "pilot", "author", "artist",
    "banker", "farmer", "guard", "lawyer", "manager", "officer", "player", "singer", "student", "writer",
    "king", "soldier", "book", "friend", "table", "picture", "house", "tree", "window", "door",
];
/// Nouns that it takes: the two in a prompt.
const NOUNS_NEEDED: usize = 2;

pub(super) fn prompts(options: &Drawn, tokens: &Tokens) -> Vec<Prompt> {
    let nouns = nouns(tokens);
    let mut random = Random::new(options.seed, "agreement");
    let prompt = |i: usize| {
        let pair = random.some(2, &nouns);
        let (subject, attractor, plural) = (pair[0], pair[1], i % 2 == 1);
        let Sentence { text, positions } = sentence(subject, plural, attractor, !plural);
        let (answer, distractor) = if plural { (" are", " is") } else { (" is", " are") };
        Prompt {
            text,
            answer: Some(answer.to_owned()),
            distractor: Some(distractor.to_owned()),
            group: Some(if plural { "plural" } else { "singular" }.to_owned()),
            corrupted: Some(sentence(subject, !plural, attractor, !plural).text),
            positions,
        }
    };
    (0..options.n).map(prompt).collect()
}

fn sentence(subject: &str, plural: bool, attractor: &str, attractor_plural: bool) -> Sentence {
    let number = |noun: &str, plural: bool| if plural { format!("{noun}s") } else { noun.to_owned() };
    Sentence::of("The ")
        .named("subject", &number(subject, plural))
        .then(" near the ")
        .named("attractor", &number(attractor, attractor_plural))
}

/// The nouns that are one token in both numbers; all of them where there are too few.
fn nouns(tokens: &Tokens) -> Vec<&'static str> {
    let is_single = |noun: &&&str| {
        let forms = [**noun, &format!("{noun}s")];
        pieces_of(&forms, tokens, |pieces| pieces == 1).len() == forms.len()
    };
    let single: Vec<&str> = NOUNS.iter().filter(is_single).copied().collect();
    if single.len() < NOUNS_NEEDED { NOUNS.to_vec() } else { single }
}
