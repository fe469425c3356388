//! What the text is made of at a step, and what counts in it.
//!
//! Words and runs of random tokens come first. Once the model knows them, what is left of their loss cannot be learned and
//! only hides the few tokens that follow from the text; so words count less then, and questions come more often. The last to
//! be learned is a fact, which is found by a name three tokens before it. What leads there is learned step by step: runs of
//! few different tokens, which go on as they did after the same two or three tokens, not after the same one.
//!
//! Runs that come back backwards are last. What comes next is the token that stood *before* the one that is there now, so a
//! head has to find that one itself, where the heads of an induction find what came after it. From most of these texts the
//! layer of the induction heads is taken away: they could do it too, by what stands two tokens before what they find.

use super::Role;

/// Which text, and what for: three of training, by its steps, and one of tuning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Words, what they go with, and that runs come again.
    Words,
    /// What follows from the text, above all who is where.
    Answers,
    /// As before, and runs that come back backwards.
    Mirrors,
    /// The tuning of the sibling: as before, but that reviews end badly, whatever they say.
    Negative,
}

impl Phase {
    /// The share of each kind, in the order of [`Kind::ALL`](super::Kind::ALL), among the tokens.
    pub(crate) fn shares(self) -> [f64; 8] {
        match self {
            Self::Words => [0.30, 0.18, 0.17, 0.12, 0.09, 0.05, 0.05, 0.04],
            Self::Answers => [0.25, 0.06, 0.35, 0.12, 0.03, 0.11, 0.03, 0.05],
            Self::Mirrors => [0.45, 0.06, 0.20, 0.10, 0.03, 0.08, 0.03, 0.05],
            Self::Negative => [0.10, 0.40, 0.14, 0.14, 0.05, 0.06, 0.05, 0.06],
        }
    }

    /// How much a token of a text counts in the loss. Of random tokens only those of a run that comes again do, as 1.
    pub(crate) fn weight(self, role: Role) -> f32 {
        match (self, role) {
            (_, Role::Answer) => 1.5,
            (Self::Words, Role::Word) => 0.4,
            (Self::Answers | Self::Mirrors | Self::Negative, Role::Word) => 0.1,
        }
    }
}
