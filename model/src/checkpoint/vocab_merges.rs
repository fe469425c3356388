//! Tokenizers from before `tokenizer.json`: GPT-2's `vocab.json` and `merges.txt`, read as the one file they became.

use serde_json::{Value, json};

/// GPT-2's only special token: both its BOS and its end of text.
const END_OF_TEXT: &str = "<|endoftext|>";

/// The `tokenizer.json` of a byte-level BPE with these tokens and merges.
pub(super) fn tokenizer(vocab: &Value, merges: &str) -> Result<Value, String> {
    let Some(ids) = vocab.as_object() else { return Err("vocab.json must map tokens to ids".to_owned()) };
    let special: Vec<Value> = ids.get(END_OF_TEXT).into_iter().map(special_token).collect();
    let merges = pairs(merges)?;
    Ok(json!({
        "version": "1.0",
        "added_tokens": special,
        "pre_tokenizer": byte_level(),
        "decoder": byte_level(),
        "model": {"type": "BPE", "vocab": vocab, "merges": merges},
    }))
}

fn special_token(id: &Value) -> Value {
    json!({
        "id": id, "content": END_OF_TEXT, "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true,
    })
}

fn byte_level() -> Value {
    json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true})
}

/// One merge a line, after a line with the version.
fn pairs(merges: &str) -> Result<Vec<(&str, &str)>, String> {
    let lines =
        merges.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with("#version"));
    lines
        .map(|(i, line)| {
            line.split_once(' ')
                .ok_or_else(|| format!("merges.txt, line {}: `{line}` is not two tokens", i + 1))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokenizers::Tokenizer;

    #[test]
    fn merges_join_in_their_order() {
        let vocab = json!({END_OF_TEXT: 0, "a": 1, "b": 2, "c": 3, "bc": 4, "abc": 5, "ab": 6});
        let json = tokenizer(&vocab, "#version: 0.2\nb c\na bc\na b\n").unwrap();
        let tokenizer = Tokenizer::from_bytes(json.to_string()).unwrap();
        let ids = |text: &str| tokenizer.encode(text, false).unwrap().get_ids().to_vec();
        assert_eq!(ids("abc<|endoftext|>ab"), [5, 0, 6]);
    }

    #[test]
    fn a_line_that_is_no_merge_is_named() {
        let message = tokenizer(&json!({}), "#version: 0.2\na b\nab\n").unwrap_err();
        assert!(message.contains("line 3"), "{message}");
    }
}
