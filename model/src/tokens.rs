//! Text to token ids and back, with the checks an experiment needs.

use serde_json::Value;
use tokenizers::Tokenizer;

/// A tokenizer and its BOS token.
///
/// Special tokens are never added by the tokenizer itself, nor a space before the text: whatever its own settings
/// say, BOS comes in once and only where asked for.
#[derive(Debug)]
pub struct Tokens {
    tokenizer: Tokenizer,
    bos: Option<(String, u32)>,
    eos: Option<u32>,
    highest_id: u32,
}

impl Tokens {
    /// From parsed `tokenizer.json`, `tokenizer_config.json` and `config.json`.
    pub(crate) fn load(tokenizer: &Value, settings: Option<&Value>, config: &Value) -> Result<Self, String> {
        let mut json = tokenizer.clone();
        for unwanted in ["truncation", "padding"] {
            json[unwanted] = Value::Null;
        }
        let wants_space = settings.and_then(|s| s["add_prefix_space"].as_bool()).unwrap_or(false);
        set_prefix_space(&mut json["pre_tokenizer"], wants_space);
        let tokenizer = Tokenizer::from_bytes(json.to_string().as_bytes())
            .map_err(|e| format!("tokenizer.json cannot be used: {e}"))?;
        let highest_id = tokenizer.get_vocab(true).into_values().max().unwrap_or(0);
        let bos = special(&tokenizer, settings, config, "bos_token");
        let eos = special(&tokenizer, settings, config, "eos_token").map(|(_, id)| id);
        Ok(Self { tokenizer, bos, eos, highest_id })
    }

    /// The BOS token, where the tokenizer has one.
    pub fn bos(&self) -> Option<&str> {
        self.bos.as_ref().map(|(text, _)| text.as_str())
    }

    /// The id of the BOS token.
    pub fn bos_id(&self) -> Option<u32> {
        self.bos.as_ref().map(|(_, id)| *id)
    }

    /// The id of the token that ends a text, where the tokenizer has one.
    pub fn eos_id(&self) -> Option<u32> {
        self.eos
    }

    /// Whether another tokenizer has the same ids for the same strings, and splits these texts into the same ones.
    ///
    /// # Errors
    /// The first thing that is not the same.
    pub(crate) fn same_as<'a>(
        &self,
        other: &Self,
        texts: impl Iterator<Item = &'a str>,
    ) -> Result<(), String> {
        if self.tokenizer.get_vocab(true) != other.tokenizer.get_vocab(true) {
            return Err("its tokens have other ids".to_owned());
        }
        if self.bos_id() != other.bos_id() {
            return Err("its BOS token is another one".to_owned());
        }
        for text in texts {
            if self.encode(text) != other.encode(text) {
                return Err(format!("it splits {text:?} into other tokens"));
            }
        }
        Ok(())
    }

    /// The largest id that has a string.
    pub(crate) fn highest_id(&self) -> u32 {
        self.highest_id
    }

    /// Ids of a text, without BOS.
    ///
    /// # Errors
    /// The tokenizer's own words, for a text it cannot represent.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        let encoding = self.tokenizer.encode_fast(text, false);
        encoding.map(|e| e.get_ids().to_vec()).map_err(|e| format!("the tokenizer refuses this text: {e}"))
    }

    /// The number of the token, from 0 and without BOS, in which each of these characters of a text lies: the last of
    /// several tokens of one character, and of a space that belongs to no token the next.
    ///
    /// # Errors
    /// The tokenizer's own words, or the first character that the text does not have.
    pub(crate) fn tokens_at(&self, text: &str, characters: &[usize]) -> Result<Vec<usize>, String> {
        let encoding = self.tokenizer.encode_char_offsets(text, false);
        let encoding = encoding.map_err(|e| format!("the tokenizer refuses this text: {e}"))?;
        let offsets = encoding.get_offsets();
        let token_at = |&character: &usize| {
            let within = offsets.iter().rposition(|(start, end)| (*start..*end).contains(&character));
            let after = || offsets.iter().position(|(start, _)| *start > character);
            within.or_else(after).filter(|_| character < text.chars().count()).ok_or(character)
        };
        characters.iter().map(token_at).collect::<Result<_, _>>().map_err(|character| {
            let length = text.chars().count();
            format!("there is no character {character}; the text has {length}, numbered from 0")
        })
    }

    /// The token as it stands in a text; an id without a string (vocabularies are padded) is spelled `[id]`.
    pub fn string(&self, id: u32) -> String {
        let unknown = || format!("[{id}]");
        if self.tokenizer.id_to_token(id).is_none() {
            return unknown();
        }
        self.tokenizer.decode(&[id], false).ok().filter(|s| !s.is_empty()).unwrap_or_else(unknown)
    }

    /// The text that tokens make together: characters that several of them share come out whole.
    pub fn text(&self, ids: &[u32]) -> String {
        let known = |id: &u32| self.tokenizer.id_to_token(*id).is_some();
        let words =
            ids.chunk_by(|a, b| known(a) == known(b)).map(|ids| match self.tokenizer.decode(ids, false) {
                Ok(text) if ids.iter().all(known) => text,
                _ => self.strings(ids).concat(),
            });
        words.collect()
    }

    /// The strings of several tokens.
    pub fn strings(&self, ids: &[u32]) -> Vec<String> {
        ids.iter().map(|id| self.string(*id)).collect()
    }

    /// The id of a text that is exactly one token; otherwise what it falls into and what to change.
    ///
    /// # Errors
    /// A message that shows the pieces.
    pub fn single(&self, text: &str) -> Result<u32, String> {
        let ids = self.encode(text)?;
        if let [id] = ids[..] {
            return Ok(id);
        }
        if ids.is_empty() {
            return Err("it is empty; write one token, such as ` great`".to_owned());
        }
        let pieces: Vec<_> = self.strings(&ids).iter().map(|piece| format!("`{piece}`")).collect();
        let spaced = format!(" {}", text.trim_start());
        let hint = match self.encode(&spaced) {
            Ok(ids) if ids.len() == 1 => format!("; `{spaced}`, with a leading space, is one"),
            _ => "; choose a word that is a single token for this model".to_owned(),
        };
        Err(format!("`{text}` is {} tokens, {}, not one{hint}", ids.len(), pieces.join(" ")))
    }
}

/// Sets `add_prefix_space` wherever a pre-tokenizer has it: `tokenizer_config.json` decides, as in `transformers`.
fn set_prefix_space(pre_tokenizer: &mut Value, wanted: bool) {
    if let Some(space) = pre_tokenizer.get_mut("add_prefix_space") {
        *space = Value::Bool(wanted);
    }
    for inner in pre_tokenizer.get_mut("pretokenizers").and_then(Value::as_array_mut).into_iter().flatten() {
        set_prefix_space(inner, wanted);
    }
}

/// The token called `name`, such as `bos_token`, by `tokenizer_config.json`'s text, else by `config.json`'s id.
fn special(
    tokenizer: &Tokenizer,
    settings: Option<&Value>,
    config: &Value,
    name: &str,
) -> Option<(String, u32)> {
    let named = settings.map(|s| &s[name]).and_then(|t| t.as_str().or_else(|| t["content"].as_str()));
    let by_name = named.and_then(|text| Some((text.to_owned(), tokenizer.token_to_id(text)?)));
    by_name.or_else(|| {
        let id = config[format!("{name}_id")].as_u64()? as u32;
        Some((tokenizer.id_to_token(id)?, id))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo;

    fn tokens(change: impl FnOnce(&mut Value)) -> Tokens {
        let mut json: Value = serde_json::from_slice(demo::TOKENIZER).unwrap();
        change(&mut json);
        let settings = serde_json::from_slice(demo::TOKENIZER_CONFIG).unwrap();
        Tokens::load(&json, Some(&settings), &Value::Null).unwrap()
    }

    #[test]
    fn tokens_put_together_are_the_text() {
        let tokens = tokens(|_| {});
        let text = "This movie was a zorbly one,  naïve\n— “quite” 🙂";
        let ids = tokens.encode(text).unwrap();
        assert_eq!(tokens.tokenizer.decode(&ids, false).unwrap(), text);
        assert_eq!(tokens.strings(&tokens.encode(" great film").unwrap()), [" great", " film"]);
    }

    #[test]
    fn a_tokenizers_own_settings_add_nothing() {
        let plain = tokens(|_| {});
        let eager = tokens(|json| {
            json["pre_tokenizer"]["add_prefix_space"] = Value::Bool(true);
            json["truncation"] = serde_json::json!(
                {"direction": "Right", "max_length": 1, "strategy": "LongestFirst", "stride": 0});
        });
        assert_eq!(plain.encode("great film").unwrap(), eager.encode("great film").unwrap());
    }

    #[test]
    fn an_answer_of_two_tokens_shows_its_pieces() {
        let message = tokens(|_| {}).single(" greatly awful").unwrap_err();
        assert!(message.contains("` great`") && message.contains("` awful`"), "{message}");
    }

    #[test]
    fn a_character_lies_in_a_token() {
        let tokens = tokens(|_| {});
        let text = "The film was 🙂!";
        let strings = tokens.strings(&tokens.encode(text).unwrap());
        let at = |character: usize| tokens.tokens_at(text, &[character]).unwrap()[0];
        assert_eq!(strings[..3], ["The", " film", " was"]);
        for (character, token) in [(0, 0), (2, 0), (4, 1), (7, 1), (9, 2)] {
            assert_eq!(at(character), token, "character {character}");
        }
        // a space is the next token's, a character of several tokens the last one's
        assert_eq!((at(3), at(13), at(14)), (1, strings.len() - 2, strings.len() - 1));
        let message = tokens.tokens_at(text, &[0, 15]).unwrap_err();
        assert!(message.contains("no character 15") && message.contains("has 15"), "{message}");
    }

    #[test]
    fn an_id_without_a_string_is_spelled_as_an_id() {
        assert_eq!(tokens(|_| {}).string(60_000), "[60000]");
    }
}
