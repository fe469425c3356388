//! What tells prompts of one template apart: which tokens differ, how a prompt is named in a list, who is longer.

use model::wire::PromptTokens;
use std::collections::HashMap;

/// One prompt among the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// For every token, whether it is not part of what all prompts have in common.
    pub differs: Vec<bool>,
    /// A short name: the words that differ, or the whole text where nothing or nearly everything does.
    pub short: String,
    /// The token count that most prompts have, where this one has another.
    pub usual_length: Option<usize>,
}

/// Compares prompts with each other.
pub fn compare(prompts: &[PromptTokens]) -> Vec<Comparison> {
    let common = common_tokens(prompts);
    let usual = usual_length(prompts);
    prompts
        .iter()
        .map(|prompt| {
            let differs: Vec<bool> = prompt.tokens.iter().map(|t| !common.contains_key(t.as_str())).collect();
            let short = short_name(&prompt.tokens, &differs);
            let length = prompt.tokens.len();
            Comparison { differs, short, usual_length: usual.filter(|usual| *usual != length && length > 0) }
        })
        .collect()
}

/// Tokens that stand in every prompt.
fn common_tokens(prompts: &[PromptTokens]) -> HashMap<&str, usize> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (i, prompt) in prompts.iter().enumerate() {
        for token in &prompt.tokens {
            let count = seen.entry(token).or_default();
            if *count == i {
                *count = i + 1;
            }
        }
    }
    seen.retain(|_, count| *count == prompts.len());
    seen
}

/// The most frequent token count; of equally frequent ones the smallest. None where the lengths are all one's own.
fn usual_length(prompts: &[PromptTokens]) -> Option<usize> {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    for prompt in prompts.iter().filter(|prompt| !prompt.tokens.is_empty()) {
        *counts.entry(prompt.tokens.len()).or_default() += 1;
    }
    let (length, count) = counts.into_iter().max_by_key(|(length, count)| (*count, usize::MAX - length))?;
    (count > 1).then_some(length)
}

fn short_name(tokens: &[String], differs: &[bool]) -> String {
    let differing = differs.iter().filter(|d| **d).count();
    let all =
        || tokens.iter().filter(|t| !is_special(t)).map(String::as_str).collect::<String>().trim().to_owned();
    if differing == 0 || differing * 2 > tokens.len() {
        return all();
    }
    let mut parts: Vec<String> = Vec::new();
    let mut before = false;
    for (token, &differs) in tokens.iter().zip(differs) {
        match parts.last_mut() {
            Some(part) if differs && before => part.push_str(token),
            _ if differs => parts.push(token.clone()),
            _ => {}
        }
        before = differs;
    }
    parts.iter().map(|part| part.trim()).collect::<Vec<_>>().join(" … ")
}

/// Whether a token is a mark of the tokenizer rather than text, such as `<|endoftext|>`.
pub fn is_special(token: &str) -> bool {
    token.len() > 2 && (token.starts_with("<|") && token.ends_with("|>") || token == "<s>" || token == "</s>")
}
