//! The analyses the form offers, each with its options: one entry here puts a kind on the page.

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

const NORM: Setting = Setting {
    name: "norm",
    title: "Final norm",
    input: Input::Choice(&[("cached", "scale of the whole run"), ("recomputed", "scale of each layer")]),
};
const DIRECTION: Setting = Setting {
    name: "direction",
    title: "Put",
    input: Input::Choice(&[
        ("clean_into_corrupted", "clean into corrupted"),
        ("corrupted_into_clean", "corrupted into clean"),
    ]),
};
const METRIC: Setting = Setting {
    name: "metric",
    title: "Measured by",
    input: Input::Choice(&[
        ("logit_diff", "logit difference"),
        ("probability", "probability"),
        ("probability_diff", "difference of probabilities"),
        ("kl", "KL divergence from clean"),
    ]),
};
const PATCHED: Setting = Setting {
    name: "site",
    title: "What is put in",
    input: Input::AnyOf(&[
        ("resid_pre", "resid_pre"),
        ("resid_mid", "resid_mid"),
        ("attn_out", "attn_out"),
        ("mlp_out", "mlp_out"),
        ("z", "head z"),
        ("q", "head q"),
        ("k", "head k"),
        ("v", "head v"),
        ("pattern", "head pattern"),
    ]),
};
const HEADS_BY_POSITION: Setting =
    Setting { name: "by_position", title: "Heads one position at a time", input: Input::Flag };
const POSITIONS: Setting =
    Setting { name: "positions", title: "At positions (empty: all)", input: Input::Names("S1, S2, end") };
const NORMALIZE: Setting = Setting { name: "normalize", title: "0 corrupted, 1 clean", input: Input::FlagOn };
const PROMPT: Setting = Setting { name: "prompt", title: "Prompt", input: Input::Prompt };

/// All of them, in the order they are offered.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "attribution",
        title: "Attribution",
        hint: "layers, heads",
        needs_pairs: false,
        settings: &[
            NORM,
            Setting { name: "per_prompt", title: "A line for each prompt", input: Input::Flag },
        ],
    },
    Kind {
        name: "prompt_test",
        title: "Prompt test",
        hint: "next tokens, ranks",
        needs_pairs: false,
        settings: &[Setting { name: "top_k", title: "Tokens listed", input: Input::Count(1, 10) }],
    },
    Kind {
        name: "logit_lens",
        title: "Logit lens",
        hint: "every layer and token",
        needs_pairs: false,
        settings: &[
            PROMPT,
            NORM,
            Setting { name: "top_k", title: "Tokens listed", input: Input::Count(1, 5) },
        ],
    },
    Kind {
        name: "attention",
        title: "Attention",
        hint: "all heads’ patterns",
        needs_pairs: false,
        settings: &[
            PROMPT,
            Setting { name: "size", title: "Cells a side, at most", input: Input::Count(8, 64) },
        ],
    },
    Kind {
        name: "position_attribution",
        title: "Source tokens",
        hint: "which words it comes from",
        needs_pairs: false,
        settings: &[PROMPT],
    },
    Kind {
        name: "generate",
        title: "Generation",
        hint: "what comes next, ablated or steered",
        needs_pairs: false,
        settings: &[
            Setting { name: "max_tokens", title: "Tokens", input: Input::Count(1, 20) },
            Setting { name: "temperature", title: "Temperature", input: Input::Number(0.0, 0.1) },
            Setting { name: "top_k", title: "Among the likeliest (0: all)", input: Input::Count(0, 0) },
            Setting { name: "seed", title: "Seed", input: Input::Count(0, 0) },
            Setting {
                name: changes::ABLATE,
                title: "Ablate",
                input: Input::Text("L1H2, L3N17, 0_mlp_out", changes::problem),
            },
            Setting {
                name: changes::METHOD,
                title: "Replaced by",
                input: Input::Choice(&[("zero", "zeros"), ("mean", "means over the prompts")]),
            },
            Setting {
                name: "steer_positive",
                title: "Steer towards",
                input: Input::Text(" great", anything),
            },
            Setting {
                name: "steer_negative",
                title: "Steer away from",
                input: Input::Text(" awful", anything),
            },
            Setting {
                name: "steer_site",
                title: "Steered",
                input: Input::Choice(&[
                    ("resid_pre", "residual stream before the layer"),
                    ("resid_post", "residual stream after it"),
                    ("attn_out", "what attention writes"),
                    ("mlp_out", "what the MLP writes"),
                ]),
            },
            Setting { name: "steer_layer", title: "At layer", input: Input::Count(0, 0) },
            Setting { name: "steer_scale", title: "How many times", input: Input::Number(1.0, 0.5) },
            Setting {
                name: "steer_positions",
                title: "Where",
                input: Input::Choice(&[
                    ("every", "every token"),
                    ("generated", "generated tokens"),
                    ("front", "first tokens, one by one"),
                ]),
            },
        ],
    },
    Kind {
        name: "neurons",
        title: "Neurons",
        hint: "of one layer",
        needs_pairs: false,
        settings: &[
            Setting { name: "layer", title: "Layer", input: Input::Count(0, 0) },
            Setting { name: "top_k", title: "Neurons listed", input: Input::Count(1, 10) },
        ],
    },
    Kind {
        name: "detect_heads",
        title: "Head detection",
        hint: "previous, duplicate, induction",
        needs_pairs: false,
        settings: &[
            Setting {
                name: "pattern",
                title: "Heads",
                input: Input::Choice(&[
                    ("", "of all kinds"),
                    ("previous_token_head", "previous token"),
                    ("duplicate_token_head", "duplicate token"),
                    ("induction_head", "induction"),
                ]),
            },
            Setting {
                name: "error_measure",
                title: "Measure",
                input: Input::Choice(&[("mul", "share of attention"), ("abs", "mean difference")]),
            },
            Setting { name: "exclude_bos", title: "Leave the first token out", input: Input::Flag },
            Setting {
                name: "exclude_current_token",
                title: "Leave each token itself out",
                input: Input::Flag,
            },
            Setting { name: "copying_score", title: "Copying scores, by weights", input: Input::Flag },
        ],
    },
    Kind {
        name: "head_circuit",
        title: "Head circuit",
        hint: "one head’s weights",
        needs_pairs: false,
        settings: &[
            Setting { name: "layer", title: "Layer", input: Input::Count(0, 0) },
            Setting { name: "head", title: "Head", input: Input::Count(0, 0) },
            Setting { name: "top_k", title: "Token pairs listed", input: Input::Count(1, 10) },
        ],
    },
    Kind {
        name: "composition",
        title: "Composition",
        hint: "head by head, weights",
        needs_pairs: false,
        settings: &[],
    },
    Kind {
        name: "activation_patching",
        title: "Activation patching",
        hint: "layer × position, heads",
        needs_pairs: true,
        settings: &[PATCHED, DIRECTION, METRIC, NORMALIZE, HEADS_BY_POSITION, POSITIONS],
    },
    Kind {
        name: "attribution_patching",
        title: "Attribution patching",
        hint: "the same, by gradients",
        needs_pairs: true,
        settings: &[
            PATCHED,
            DIRECTION,
            METRIC,
            NORMALIZE,
            HEADS_BY_POSITION,
            POSITIONS,
            Setting { name: "compare", title: "Beside patching itself", input: Input::Flag },
        ],
    },
    Kind {
        name: "path_patching",
        title: "Path patching",
        hint: "head → head, logits",
        needs_pairs: true,
        settings: &[
            Setting { name: "receiver", title: "Paths to", input: Input::Receiver },
            Setting {
                name: "sender",
                title: "Paths from",
                input: Input::AnyOf(&[
                    ("z", "head z"),
                    ("attn_out", "attn_out"),
                    ("mlp_out", "mlp_out"),
                    ("resid_pre", "resid_pre"),
                    ("resid_mid", "resid_mid"),
                    ("resid_post", "resid_post"),
                ]),
            },
            POSITIONS,
            METRIC,
            NORMALIZE,
        ],
    },
    Kind {
        name: "ablation",
        title: "Ablation",
        hint: "each head switched off",
        needs_pairs: false,
        settings: &[
            Setting {
                name: "site",
                title: "What is replaced",
                input: Input::Choice(&[
                    ("z", "head z"),
                    ("attn_out", "attn_out"),
                    ("mlp_out", "mlp_out"),
                    ("neuron", "neurons of a layer"),
                ]),
            },
            Setting { name: "layer", title: "Layer", input: Input::CountWhere("site", "neuron", 0) },
            Setting {
                name: "method",
                title: "By",
                input: Input::Choice(&[
                    ("mean", "the mean"),
                    ("zero", "zero"),
                    ("resample", "another prompt’s"),
                ]),
            },
            METRIC,
            Setting { name: "by_position", title: "One position at a time", input: Input::Flag },
        ],
    },
];

fn anything(_: &str) -> Option<String> {
    None
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
