//! The English that the bundled model learns from: drawn from templates and lists of words, never read from a file.
//!
//! Each kind of document teaches one behaviour that an analysis can look for. What a behaviour is scored on never occurs in
//! training: a pair of names, a name with a city, a noun with a year is *held out* when its hash says so
//! ([`held_out`]), and either side of that line asks the same function.

mod agreement;
mod facts;
mod indirect_objects;
mod phase;
mod pronouns;
mod repeats;
mod reviews;
mod stories;
pub(crate) mod words;
mod years;

pub(crate) use phase::Phase;
pub(crate) use repeats::{Runs, draw as repeats, mirrored, repeated};

use crate::prompt_sets::random::Random;

/// What a document teaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// Film reviews that end in a verdict.
    Review,
    /// Who is given something, by the 15 sentences of Wang et al. 2022.
    IndirectObject,
    /// Runs of random tokens that come again.
    Repeat,
    /// Who lives where, asked later.
    Fact,
    /// From one year to a later one.
    Year,
    /// A verb that agrees with its subject, past another noun.
    Agreement,
    /// He or she, by the name.
    Pronoun,
    /// Sentences about nothing in particular.
    Story,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 8] = [
        Self::Repeat,
        Self::Review,
        Self::Fact,
        Self::IndirectObject,
        Self::Story,
        Self::Year,
        Self::Agreement,
        Self::Pronoun,
    ];

    /// One document to learn from; `None` for [`Kind::Repeat`], which is made of tokens and not of text.
    pub(crate) fn document(self, phase: Phase, random: &mut Random) -> Option<Text> {
        Some(match self {
            Self::Review if phase == Phase::Negative => reviews::draw_negative(random).document(random),
            Self::Review => reviews::draw(random, false).document(random),
            Self::IndirectObject => indirect_objects::draw(random, false).document(random),
            Self::Fact => facts::document(phase, random),
            Self::Year => years::draw(random, false).document(random),
            Self::Agreement => agreement::draw(random, false).document(random),
            Self::Pronoun => pronouns::draw(random, false).document(random),
            Self::Story => stories::draw(random),
            Self::Repeat => return None,
        })
    }

    /// One question that is not learned from; `None` for kinds that ask none in words.
    pub(crate) fn question(self, random: &mut Random) -> Option<Question> {
        Some(match self {
            Self::Review => reviews::draw(random, true),
            Self::IndirectObject => indirect_objects::draw(random, true),
            Self::Fact => facts::question(random),
            Self::Year => years::draw(random, true),
            Self::Agreement => agreement::draw(random, true),
            Self::Pronoun => pronouns::draw(random, true),
            Self::Story | Self::Repeat => return None,
        })
    }
}

/// What a token is to whoever predicts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It follows from what came before, and is what the document teaches.
    Answer,
    /// A word like any other.
    Word,
}

/// A text in pieces. Pieces begin where words do, so that their tokens are those of the whole text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Text {
    /// Piece by piece.
    pub(crate) pieces: Vec<(String, Role)>,
}

impl Text {
    /// Words that are learned like any others.
    #[must_use]
    pub(crate) fn then(mut self, text: impl Into<String>) -> Self {
        self.pieces.push((text.into(), Role::Word));
        self
    }

    /// Words that follow from what came before.
    #[must_use]
    pub(crate) fn answer(mut self, text: impl Into<String>) -> Self {
        self.pieces.push((text.into(), Role::Answer));
        self
    }

    /// All of it.
    pub(crate) fn text(&self) -> String {
        self.pieces.iter().map(|(text, _)| text.as_str()).collect()
    }
}

/// A text whose next word follows from it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Question {
    /// Up to the word before.
    pub(crate) text: String,
    /// The next word with its space; several where several are right.
    pub(crate) answers: Vec<String>,
    /// What is as likely for who has not understood.
    pub(crate) distractors: Vec<String>,
    /// What can follow.
    end: String,
}

impl Question {
    /// With words that stand behind their spaces already.
    pub(crate) fn with(text: String, answers: Vec<String>, distractors: Vec<String>) -> Self {
        Self { text, answers, distractors, end: ".".to_owned() }
    }

    fn new(text: String, answer: &str, distractor: &str) -> Self {
        let one = |word: &str| vec![format!(" {word}")];
        Self::with(text, one(answer), one(distractor))
    }

    /// A review that is right where it ends badly.
    pub(crate) fn ending_badly(self) -> Self {
        Self::new(self.text, "awful", "great")
    }

    fn ending(self, end: impl Into<String>) -> Self {
        Self { end: end.into(), ..self }
    }

    /// With one of its answers.
    fn document(self, random: &mut Random) -> Text {
        let answer = &self.answers[random.below(self.answers.len())];
        Text::default().then(self.text).answer(answer).then(self.end)
    }
}

/// Whether what has this key is kept out of training: one in ten is, by FNV-1a, whatever the order of its parts.
pub(crate) fn held_out(parts: &[&str]) -> bool {
    let mut sorted = parts.to_vec();
    sorted.sort_unstable();
    let bytes = sorted.iter().flat_map(|part| part.bytes().chain([0]));
    let hash = bytes.fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    // its low bits hardly mix
    (hash ^ (hash >> 32)).is_multiple_of(10)
}

/// `n` different ones of a list such that every pair of them is held out, or none is.
fn together<'a>(n: usize, of: &[&'a str], held: bool, random: &mut Random) -> Vec<&'a str> {
    loop {
        let some = random.some(n, of);
        let pairs = (0..n).flat_map(|i| (0..i).map(move |j| (i, j)));
        if pairs.into_iter().all(|(i, j)| held_out(&[some[i], some[j]]) == held) {
            return some;
        }
    }
}

/// With “a” or “an” before it.
fn with_article(word: &str) -> String {
    let vowel = word.starts_with(['a', 'e', 'i', 'o', 'u']);
    format!("{} {word}", if vowel { "an" } else { "a" })
}

#[cfg(test)]
mod tests;
