//! The built-in prompt sets and their options.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A built-in prompt set, by the name under `"set"`. What each makes is said in `docs/api.md`; the same options and
/// tokenizer make the same prompts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "set", rename_all = "kebab-case")]
pub enum PromptSet {
    /// The film reviews of the notebook: 26 positive and 25 negative.
    MovieSentiment(MovieSentiment),
    /// Indirect objects: of two people, the one who does not give is given something.
    Ioi(Ioi),
    /// The second of two years, which is the later one; the twin's first year is as early as can be.
    GreaterThan(Drawn),
    /// A verb that agrees with its subject, past a noun of the other number; the twin's subject has that number too.
    Agreement(Drawn),
    /// Random words, and some of them again; the twin's begin with other words.
    Induction(Drawn),
}

/// Options of the set `movie-sentiment`: none yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MovieSentiment {}

/// Options of the set `ioi`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Ioi {
    /// Prompts. Fewer of the same seed are the first of more.
    pub n: usize,
    /// What they are drawn by.
    pub seed: u64,
    /// In which order the two names come first.
    pub prompt_type: PromptType,
    /// How the twin's names are other ones, such as `ABB->ABA` or `ABB->XYZ`; without it there are no twins. The three
    /// letters on the left are the names as they come, in one of the two orders (`BAB->BAA` says the same as
    /// `ABB->ABA`); on the right a letter of the left is that name, and any other a random one. Both orders may be given,
    /// divided by a comma.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flip: Option<String>,
}

/// The order of the names in `ioi`: A is the indirect object (`IO`), B the subject (`S`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PromptType {
    /// Both, taking turns.
    #[default]
    #[serde(rename = "mixed")]
    Mixed,
    /// “A and B went …, B gave … to A”.
    #[serde(rename = "ABBA")]
    Abba,
    /// “B and A went …, B gave … to A”.
    #[serde(rename = "BABA")]
    Baba,
}

/// Options of a set that is drawn at random.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Drawn {
    /// Prompts. Fewer of the same seed are the first of more.
    pub n: usize,
    /// What they are drawn by.
    pub seed: u64,
}

/// Prompts that a drawn set has where nothing is said.
const N: usize = 50;

impl Default for Ioi {
    fn default() -> Self {
        Self { n: N, seed: 0, prompt_type: PromptType::default(), flip: None }
    }
}

impl Default for Drawn {
    fn default() -> Self {
        Self { n: N, seed: 0 }
    }
}

impl PromptSet {
    /// Reads a set; an error names the option that it is about.
    pub(super) fn read(json: &Map<String, Value>) -> Result<Self, String> {
        let read =
            |json: Map<String, Value>| Self::deserialize(Value::Object(json)).map_err(|e| e.to_string());
        let with = |option: Option<(&String, &Value)>| {
            let set = json.get_key_value("set");
            set.into_iter().chain(option).map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        read(json.clone()).map_err(|message| {
            if read(with(None)).is_err() {
                return message;
            }
            // every option has a default, so that the culprit is the one that does not go alone
            match json.iter().find(|option| read(with(Some(*option))).is_err()) {
                Some((name, _)) if !message.contains(&format!("`{name}`")) => format!("`{name}`: {message}"),
                _ => message,
            }
        })
    }
}
