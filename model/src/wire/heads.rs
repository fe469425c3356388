//! Options of the kinds that say what heads are: by what they look at, and by their weights.

use super::analysis::ten;
use serde::de::value::{SeqAccessDeserializer, StrDeserializer};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// Options of `detect_heads`, by the names and defaults of TransformerLens's `detect_head`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DetectHeads {
    /// Which heads are looked for: one, several, or without it all.
    #[serde(default)]
    pub pattern: HeadPatterns,
    /// How a head's attention is compared with the pattern.
    #[serde(default)]
    pub error_measure: ErrorMeasure,
    /// Leaves attention to the first token out.
    #[serde(default)]
    pub exclude_bos: bool,
    /// Leaves attention of a token to itself out.
    #[serde(default)]
    pub exclude_current_token: bool,
    /// Adds the heatmap `copying_score`, from the weights alone.
    #[serde(default)]
    pub copying_score: bool,
}

/// A head that is told by where it looks, in the order of the vocabulary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HeadPattern {
    /// Looks at the token before.
    PreviousTokenHead,
    /// Looks at earlier occurrences of the same token.
    DuplicateTokenHead,
    /// Looks at the tokens right after those.
    InductionHead,
}

impl HeadPattern {
    /// All there are, in order.
    pub const ALL: [Self; 3] = [Self::PreviousTokenHead, Self::DuplicateTokenHead, Self::InductionHead];

    /// As TransformerLens spells it, which is also the figure's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreviousTokenHead => "previous_token_head",
            Self::DuplicateTokenHead => "duplicate_token_head",
            Self::InductionHead => "induction_head",
        }
    }
}

/// One pattern by its name, or a list of them. Read by hand rather than as `untagged`, so that an error lists the names;
/// the same patterns in another order, or one twice, are the same question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum HeadPatterns {
    /// This one.
    One(HeadPattern),
    /// These.
    Several(Vec<HeadPattern>),
}

impl Default for HeadPatterns {
    fn default() -> Self {
        Self::Several(HeadPattern::ALL.to_vec())
    }
}

impl HeadPatterns {
    /// In the order of the vocabulary.
    pub fn all(&self) -> &[HeadPattern] {
        match self {
            Self::One(pattern) => std::slice::from_ref(pattern),
            Self::Several(patterns) => patterns,
        }
    }
}

/// How attention is compared with a pattern of zeros and ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorMeasure {
    /// The share of all attention that goes where the pattern is one: 0 to 1.
    #[default]
    Mul,
    /// One less the mean absolute difference a query, to three decimals: 1 for the pattern itself, down to below 0.
    Abs,
}

/// Options of `head_circuit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HeadCircuit {
    /// The layer, from 0.
    pub layer: usize,
    /// The head, from 0.
    pub head: usize,
    /// How many token pairs are listed, from 1.
    #[serde(default = "ten")]
    pub top_k: usize,
}

/// Options of `composition`: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Composition {}

impl<'de> Deserialize<'de> for HeadPatterns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrSeveral;
        impl<'de> Visitor<'de> for OneOrSeveral {
            type Value = HeadPatterns;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a head's pattern, or a list of them")
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<HeadPatterns, E> {
                HeadPattern::deserialize(StrDeserializer::new(name)).map(HeadPatterns::One)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<HeadPatterns, A::Error> {
                let mut patterns: Vec<HeadPattern> = Vec::deserialize(SeqAccessDeserializer::new(seq))?;
                patterns.sort_unstable();
                patterns.dedup();
                Ok(match patterns[..] {
                    [one] => HeadPatterns::One(one),
                    _ => HeadPatterns::Several(patterns),
                })
            }
        }
        deserializer.deserialize_any(OneOrSeveral)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(pattern: &serde_json::Value) -> Result<Vec<&'static str>, String> {
        let options: DetectHeads =
            serde_json::from_value(json!({ "pattern": pattern })).map_err(|e| e.to_string())?;
        Ok(options.pattern.all().iter().map(|pattern| pattern.name()).collect())
    }

    #[test]
    fn a_pattern_is_a_name_or_a_list_of_names() {
        assert_eq!(check(&json!("induction_head")).unwrap(), ["induction_head"]);
        let several = ["previous_token_head", "induction_head"];
        assert_eq!(
            check(&json!(["induction_head", "previous_token_head", "induction_head"])).unwrap(),
            several
        );
        let all: DetectHeads = serde_json::from_value(json!({})).unwrap();
        assert_eq!(all.pattern.all(), HeadPattern::ALL);
        for wrong in [json!("induction"), json!(["induction"])] {
            assert!(check(&wrong).unwrap_err().contains("expected one of `previous_token_head`"));
        }
        assert!(check(&json!(3)).unwrap_err().contains("the name of a head's pattern"));
    }

    #[test]
    fn the_same_patterns_are_written_the_same() {
        let written = |pattern| {
            let options: DetectHeads = serde_json::from_value(json!({ "pattern": pattern })).unwrap();
            serde_json::to_value(options).unwrap()["pattern"].clone()
        };
        assert_eq!(written(json!(["induction_head"])), json!("induction_head"));
        let names = json!(["previous_token_head", "duplicate_token_head", "induction_head"]);
        assert_eq!(written(json!(["induction_head", "duplicate_token_head", "previous_token_head"])), names);
        assert_eq!(serde_json::to_value(DetectHeads::default()).unwrap()["pattern"], names);
    }
}
