//! What an analysis that the form offers is: its options and how they are set; from settings to an analysis and back.

mod list;

pub use list::KINDS;

use super::{Settings, changes};
use model::wire::Analysis;
use serde_json::{Map, Value};

/// A kind of analysis.
pub struct Kind {
    /// As the contract names it.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it shows, in a few words.
    pub hint: &'static str,
    /// Whether every prompt needs a corrupted twin.
    pub needs_pairs: bool,
    /// Its options.
    pub settings: &'static [Setting],
}

/// One option of an analysis.
pub struct Setting {
    /// As the contract names it.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// How it is set.
    pub input: Input,
}

/// How an option is set, and its default.
pub enum Input {
    /// Off unless checked.
    Flag,
    /// On unless unchecked.
    FlagOn,
    /// Some of these, at least one; the first by default. One is written by itself, several as a list.
    AnyOf(&'static [(&'static str, &'static str)]),
    /// A whole number: least, default.
    Count(usize, usize),
    /// A number, its default and its step.
    Number(f64, f64),
    /// A text, as typed: what it looks like, and what is wrong with one.
    Text(&'static str, fn(&str) -> Option<String>),
    /// A whole number that is asked for only where another setting has a value: which one, the value, and the default.
    CountWhere(&'static str, &'static str, usize),
    /// Names, or none of them: what they look like.
    Names(&'static str),
    /// Where paths end: one place or several, as figures name them.
    Receiver,
    /// A prompt's number, from 1 on the page and from 0 in the contract.
    Prompt,
    /// One of these; the first by default. What the contract says (nothing: the option is left out), and what people
    /// read.
    Choice(&'static [(&'static str, &'static str)]),
}

impl Kind {
    /// The kind of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// What is set of a setting, or its default.
    fn value(&self, settings: &Settings, name: &str) -> Option<Value> {
        let setting = self.settings.iter().find(|setting| setting.name == name)?;
        Some(settings.get(name).cloned().unwrap_or_else(|| setting.input.default()))
    }

    /// Whether a setting is asked for, with what else is set.
    pub fn asks_for(&self, setting: &Setting, settings: &Settings) -> bool {
        match setting.input {
            Input::CountWhere(other, value, _) => self.value(settings, other).is_some_and(|set| set == value),
            _ => true,
        }
    }

    /// Whether it is about the weights alone, and takes no prompts.
    pub fn is_of_weights(&self) -> bool {
        analysis(self.name, &Settings::new()).is_some_and(|analysis| analysis.is_of_weights())
    }
}

impl Input {
    /// Whether the form can show this value.
    fn can_be(&self, value: &Value) -> bool {
        match self {
            Self::Choice(choices) => choices.iter().any(|(choice, _)| value == choice),
            _ => true,
        }
    }

    /// What the contract takes where nothing is set.
    pub fn default(&self) -> Value {
        match self {
            Self::Flag => false.into(),
            Self::FlagOn => true.into(),
            Self::Count(_, default) | Self::CountWhere(_, _, default) => (*default).into(),
            Self::Number(default, _) => (*default).into(),
            Self::Text(..) | Self::Names(_) => "".into(),
            Self::Receiver => serde_json::json!({ "site": "logits" }),
            Self::Prompt => 0.into(),
            Self::Choice(choices) | Self::AnyOf(choices) => choices.first().map(|(value, _)| *value).into(),
        }
    }
}

/// The analysis of a kind with its settings; none for a kind or a value that the vocabulary does not have.
pub(super) fn analysis(kind: &str, settings: &Settings) -> Option<Analysis> {
    let kind = Kind::named(kind)?;
    let mut json = Map::from_iter([("kind".to_owned(), Value::from(kind.name))]);
    for setting in kind.settings.iter().filter(|setting| kind.asks_for(setting, settings)) {
        let value = settings.get(setting.name).cloned().unwrap_or_else(|| setting.input.default());
        if value != "" {
            json.insert(setting.name.to_owned(), value);
        }
    }
    let json = if kind.name == "generate" { changes::nest(json)? } else { json };
    serde_json::from_value(Value::Object(json)).ok()
}

/// The kind of an analysis and its settings; none of a kind that the form does not offer.
pub(super) fn settings_of(analysis: &Analysis) -> Option<(&'static Kind, Settings)> {
    let kind = Kind::named(analysis.kind())?;
    let Value::Object(json) = serde_json::to_value(analysis).ok()? else { return None };
    let json = if kind.name == "generate" { changes::flatten(json) } else { json };
    let known = |(name, value): &(String, Value)| {
        kind.settings.iter().any(|setting| setting.name == name && setting.input.can_be(value))
    };
    Some((kind, json.into_iter().filter(known).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_one_of_the_vocabulary_and_comes_back() {
        for kind in KINDS {
            let made =
                analysis(kind.name, &Settings::new()).unwrap_or_else(|| panic!("{} is no kind", kind.name));
            assert_eq!(made.kind(), kind.name);
            let (again, settings) = settings_of(&made).unwrap();
            assert_eq!(again.name, kind.name);
            assert_eq!(analysis(kind.name, &settings), Some(made));
        }
    }

    #[test]
    fn several_receivers_and_named_positions_come_back() {
        let asked = serde_json::json!({
            "kind": "path_patching", "normalize": true, "positions": ["S2", "end"],
            "receiver": [{ "site": "q", "layer": 9, "head": 6 }, { "site": "mlp_pre", "layer": 3 }],
        });
        let asked: Analysis = serde_json::from_value(asked).unwrap();
        let (kind, settings) = settings_of(&asked).unwrap();
        assert_eq!(analysis(kind.name, &settings), Some(asked));
    }

    #[test]
    fn a_layer_is_asked_for_only_of_neurons() {
        let mut settings = Settings::from([("layer".to_owned(), 2.into())]);
        let layer = |settings: &Settings| match analysis("ablation", settings) {
            Some(Analysis::Ablation(options)) => options.layer,
            other => panic!("{other:?}"),
        };
        assert_eq!(layer(&settings), None);
        settings.insert("site".to_owned(), "neuron".into());
        assert_eq!(layer(&settings), Some(2));
    }
}
