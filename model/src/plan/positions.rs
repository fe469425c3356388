//! Named positions: from characters of a text to tokens.

use crate::tokens::Tokens;
use crate::wire::Prompt;

/// The name that the last token has without being given one.
pub const END: &str = "end";

/// Named tokens of a prompt, in the order of the text; `bos` tokens stand before it.
///
/// # Errors
/// What is wrong with a name or its number.
pub(super) fn positions(
    tokens: &Tokens,
    prompt: &Prompt,
    bos: usize,
) -> Result<Vec<(String, usize)>, String> {
    if prompt.positions.contains_key(END) {
        return Err(format!("`{END}` is the last token already; leave it out, or take another name"));
    }
    if prompt.positions.keys().any(|name| name.trim().is_empty()) {
        return Err("a position has no name; give it one, such as `S1`".to_owned());
    }
    let characters: Vec<usize> = prompt.positions.values().copied().collect();
    let found = tokens.tokens_at(&prompt.text, &characters).map_err(|message| {
        let text_length = prompt.text.chars().count();
        let out = prompt.positions.iter().find(|(_, character)| **character >= text_length);
        out.map_or_else(|| message.clone(), |(name, _)| format!("`{name}`: {message}"))
    })?;
    let mut named: Vec<(String, usize)> =
        prompt.positions.keys().cloned().zip(found.into_iter().map(|token| token + bos)).collect();
    named.sort_by_key(|(_, token)| *token);
    Ok(named)
}
