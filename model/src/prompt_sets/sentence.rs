//! A text that is put together word by word, remembering where its named words are.

use std::collections::BTreeMap;

/// The text so far and the characters that named positions stand for.
#[derive(Clone, Debug, Default)]
pub(super) struct Sentence {
    pub(super) text: String,
    pub(super) positions: BTreeMap<String, usize>,
}

impl Sentence {
    pub(super) fn of(text: &str) -> Self {
        Self { text: text.to_owned(), positions: BTreeMap::new() }
    }

    /// Adds text without a name.
    pub(super) fn then(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Adds text whose last character lies in the token that is called `name`.
    pub(super) fn named(mut self, name: &str, text: &str) -> Self {
        self.text.push_str(text);
        self.positions.insert(name.to_owned(), self.characters() - 1);
        self
    }

    /// Characters so far.
    pub(super) fn characters(&self) -> usize {
        self.text.chars().count()
    }
}
