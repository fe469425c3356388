//! What a user asks for: a model, prompts and an analysis.

use super::{Analysis, PromptSet};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

/// One question to one model. Immutable; its result is named by its content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Experiment {
    /// The bundled model's name, a folder, or a hub name.
    pub model: String,
    /// Another model of the same vocabulary, named like the first: each figure also comes of it, and the difference of the
    /// two (see [`Side`](crate::sides::Side)).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare_with: Option<String>,
    /// The prompts, spelled out or by the name of a built-in set; an empty list for an analysis of the weights alone.
    pub prompts: Prompts,
    /// Whether the tokenizer's BOS token goes before every prompt.
    #[serde(default = "yes")]
    pub prepend_bos: bool,
    /// Whether the weights are processed as TransformerLens does by default.
    #[serde(default)]
    pub processing: Processing,
    /// What the products of the blocks are computed in.
    #[serde(default, skip_serializing_if = "Precision::is_default")]
    pub precision: Precision,
    /// What to compute.
    pub analysis: Analysis,
}

fn yes() -> bool {
    true
}

/// One prompt and the two answers whose logits are compared at its last token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Prompt {
    /// The text, as the tokenizer gets it: never trimmed.
    pub text: String,
    /// The literal text of the answer, one token; a `prompt_test` takes several, and adds a missing leading space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// The literal text of the token the answer is compared with; without it, the vocabulary's mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distractor: Option<String>,
    /// Prompts of one group are also averaged by themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The corrupted twin of a causal experiment, of the same token count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrupted: Option<String>,
    /// Tokens with a name, such as `IO` or `S1`: the number, from 0, of a character of the text that lies in the token; of
    /// a word of several tokens, its last character. So a name does not depend on a tokenizer. The twin's are at the same
    /// tokens. The last token needs none: it is `end`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub positions: BTreeMap<String, usize>,
}

/// Prompts as a list, or as a built-in set. Written by hand rather than `untagged`, so that an error names its field.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Prompts {
    /// The prompts themselves.
    List(Vec<Prompt>),
    /// A built-in set and its options.
    Set(PromptSet),
}

/// Which weights the forward pass runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Processing {
    /// Norms and value biases folded in, writing weights and unembedding centred (TransformerLens's default).
    #[default]
    Folded,
    /// The checkpoint's own weights.
    Raw,
}

/// What the matrix products of the blocks are computed in. Sums, the residual stream, norms, attention patterns, the
/// unembedding and every figure are f32 in either case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// Exact.
    #[default]
    F32,
    /// Both factors rounded to 8 bits of mantissa: fast on a GPU, and off in the third digit.
    Bf16,
}

impl Precision {
    /// As `dtype` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
        }
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What is made of a model's weights: each is loaded by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Variant {
    /// Which weights.
    pub processing: Processing,
    /// What they are multiplied in.
    pub precision: Precision,
}

impl Variant {
    /// All that there are.
    pub fn all() -> impl Iterator<Item = Self> {
        let processings = [Processing::Folded, Processing::Raw];
        let both =
            |processing| [Precision::F32, Precision::Bf16].map(|precision| Self { processing, precision });
        processings.into_iter().flat_map(both)
    }
}

impl From<Processing> for Variant {
    /// In f32.
    fn from(processing: Processing) -> Self {
        Self { processing, ..Self::default() }
    }
}

impl Experiment {
    /// What it makes of its models' weights.
    pub fn variant(&self) -> Variant {
        Variant { processing: self.processing, precision: self.precision }
    }
}

impl<'de> Deserialize<'de> for Prompts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListOrSet;
        impl<'de> Visitor<'de> for ListOrSet {
            type Value = Prompts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of prompts, or {\"set\": name}")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Prompts, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Prompts::List)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Prompts, A::Error> {
                let json: Map<String, Value> = Map::deserialize(MapAccessDeserializer::new(map))?;
                PromptSet::read(&json).map(Prompts::Set).map_err(A::Error::custom)
            }
        }
        deserializer.deserialize_any(ListOrSet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Attribution, Ioi, MovieSentiment, PromptTest, PromptType};

    fn check(json: &str) -> Result<Experiment, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn defaults_are_filled_in() {
        let experiment = check(
            r#"{"model":"demo","prompts":{"set":"movie-sentiment"},"analysis":{"kind":"attribution"}}"#,
        )
        .unwrap();
        assert!(experiment.prepend_bos);
        assert_eq!(experiment.processing, Processing::Folded);
        assert_eq!(experiment.analysis, Analysis::Attribution(Attribution::default()));
        assert_eq!(experiment.prompts, Prompts::Set(PromptSet::MovieSentiment(MovieSentiment {})));
        let test = check(r#"{"model":"demo","prompts":[],"analysis":{"kind":"prompt_test"}}"#).unwrap();
        assert_eq!(test.analysis, Analysis::PromptTest(PromptTest { top_k: 10 }));
    }

    #[test]
    fn an_unknown_field_is_named_wherever_it_stands() {
        for (json, field) in [
            (r#"{"model":"demo","prompts":[],"analysis":{"kind":"attribution"},"colour":1}"#, "colour"),
            (
                r#"{"model":"demo","prompts":[{"text":"a","answr":"b"}],"analysis":{"kind":"attribution"}}"#,
                "answr",
            ),
            (
                r#"{"model":"demo","prompts":{"set":"movie-sentiment","n":3},"analysis":{"kind":"attribution"}}"#,
                "n",
            ),
            (r#"{"model":"demo","prompts":[],"analysis":{"kind":"attribution","layer":1}}"#, "layer"),
            (r#"{"model":"demo","prompts":[],"analysis":{"kind":"head","layer":1,"head":1,"q":0}}"#, "q"),
            (
                r#"{"model":"demo","prompts":[],"analysis":{"kind":"activations","sites":[],"site":0}}"#,
                "site",
            ),
            (r#"{"model":"demo","prompts":[],"analysis":{"kind":"prompt_test","k":1}}"#, "k"),
            (r#"{"model":"demo","prompts":[],"analysis":{"kind":"attention","head":1}}"#, "head"),
            (r#"{"model":"demo","prompts":[],"analysis":{"kind":"logit_lens","layer":1}}"#, "layer"),
            (r#"{"model":"demo","prompts":[],"analysis":{"kind":"neurons","layer":1,"k":1}}"#, "k"),
            (r#"{"model":"demo","prompts":[],"analysis":{"kind":"position_attribution","k":1}}"#, "k"),
            (r#"{"model":"demo","prompts":[],"analysis":{"kind":"detect_heads","head":1}}"#, "head"),
            (
                r#"{"model":"demo","prompts":[],"analysis":{"kind":"head_circuit","layer":1,"head":1,"k":1}}"#,
                "k",
            ),
            (r#"{"model":"demo","prompts":[],"analysis":{"kind":"composition","mode":"q"}}"#, "mode"),
            (r#"{"model":"demo","prompts":[],"analysis":{"kind":"generate","tokens":1}}"#, "tokens"),
            (
                r#"{"model":"demo","prompts":[],"analysis":{"kind":"attribution_patching","site":"z","sites":1}}"#,
                "sites",
            ),
            (
                r#"{"model":"demo","prompts":[],"analysis":{"kind":"generate","interventions":[{"site":"z","layer":0,"method":"zero","heads":1}]}}"#,
                "heads",
            ),
            (
                r#"{"model":"demo","prompts":[],"analysis":{"kind":"generate","steer":{"site":"resid_pre","layer":0,"plus":"a"}}}"#,
                "plus",
            ),
        ] {
            let message = check(json).unwrap_err();
            assert!(message.contains(&format!("unknown field `{field}`")), "{message}");
        }
    }

    #[test]
    fn an_option_of_a_set_is_named_where_it_is_wrong() {
        for (set, said) in [
            (r#""set":"ioi","n":-1"#, "`n`: invalid value: integer `-1`"),
            (r#""set":"ioi","n":3,"seed":"x""#, "`seed`: invalid type"),
            (
                r#""set":"ioi","prompt_type":"ABAB""#,
                "`prompt_type`: unknown variant `ABAB`, expected one of `mixed`",
            ),
            (r#""set":"ioi","flips":"ABB->ABA""#, "unknown field `flips`"),
            (r#""set":"induction","flip":"ABB->ABA""#, "unknown field `flip`"),
            (r#""set":"ioii""#, "unknown variant `ioii`"),
            (r#""n":3"#, "missing field `set`"),
        ] {
            let json =
                format!(r#"{{"model":"demo","prompts":{{{set}}},"analysis":{{"kind":"attribution"}}}}"#);
            let message = check(&json).unwrap_err();
            assert!(message.starts_with(said), "{message}");
        }
        let json = r#"{"model":"demo","prompts":{"set":"ioi","seed":18446744073709551615},"analysis":{"kind":"attribution"}}"#;
        let filled = Ioi { n: 50, seed: u64::MAX, prompt_type: PromptType::Mixed, flip: None };
        assert_eq!(check(json).unwrap().prompts, Prompts::Set(PromptSet::Ioi(filled)));
    }

    #[test]
    fn an_unknown_kind_lists_the_known_ones() {
        let message = check(r#"{"model":"demo","prompts":[],"analysis":{"kind":"magic"}}"#).unwrap_err();
        assert!(
            message.contains("unknown variant `magic`") && message.contains("`attribution`"),
            "{message}"
        );
    }
}
