//! The built-in prompt sets: what each makes of its options for a tokenizer.
//!
//! Random ones are drawn by a generator of their own (`random`), so that the same options make the same prompts for
//! ever. What has to be one token is drawn from those words of a list that are, for the model at hand; where a tokenizer
//! has too few of them, from all, and planning says of each prompt what is wrong.

pub(crate) mod agreement;
pub(crate) mod greater_than;
pub(crate) mod induction;
pub(crate) mod ioi;
pub(crate) mod movie_sentiment;
pub(crate) mod random;
mod sentence;
#[cfg(test)]
mod tests;

use crate::tokens::Tokens;
use crate::wire::{Drawn, Ioi, Problem, Prompt, PromptSet, SetListing, SetOption, SetOptionKind};
use serde_json::Value;

/// The built-in sets, for a menu.
pub fn listings() -> Vec<SetListing> {
    let n = Drawn::default().n;
    let drawn = |name: &str, title: &str, options: Vec<SetOption>| SetListing {
        name: name.to_owned(),
        title: title.to_owned(),
        prompts: n,
        pairs: true,
        options: [number("n", "How many", n, 1), number("seed", "Seed", 0, 0)]
            .into_iter()
            .chain(options)
            .collect(),
    };
    vec![
        SetListing {
            name: "movie-sentiment".to_owned(),
            title: movie_sentiment::TITLE.to_owned(),
            prompts: movie_sentiment::prompts().len(),
            pairs: false,
            options: Vec::new(),
        },
        drawn("ioi", ioi::TITLE, ioi::options()),
        drawn("greater-than", greater_than::TITLE, Vec::new()),
        drawn("agreement", agreement::TITLE, Vec::new()),
        drawn("induction", induction::TITLE, Vec::new()),
    ]
}

/// The prompts of a set for a model's tokenizer, `most` at most.
///
/// # Errors
/// What is wrong with its options.
pub fn expand(set: &PromptSet, tokens: &Tokens, most: usize) -> Result<Vec<Prompt>, Problem> {
    match set {
        PromptSet::MovieSentiment(_) => Ok(movie_sentiment::prompts()),
        PromptSet::Ioi(options) => {
            check_n(options.n, most)?;
            ioi::prompts(options, tokens)
        }
        PromptSet::GreaterThan(options) => drawn(options, most, || greater_than::prompts(options, tokens)),
        PromptSet::Agreement(options) => drawn(options, most, || agreement::prompts(options, tokens)),
        PromptSet::Induction(options) => drawn(options, most, || induction::prompts(options, tokens)),
    }
}

/// What a reader who knows the set from elsewhere should know.
pub(crate) fn warnings(set: &PromptSet) -> Vec<String> {
    let warnings: &[&str] = match set {
        PromptSet::MovieSentiment(_) => &movie_sentiment::WARNINGS,
        PromptSet::Ioi(_) | PromptSet::Agreement(_) | PromptSet::Induction(_) => &[],
        PromptSet::GreaterThan(_) => &greater_than::WARNINGS,
    };
    warnings.iter().map(|warning| (*warning).to_owned()).collect()
}

/// Of a set whose prompts have no corrupted twins: what to change.
pub(crate) fn lacks_twins(set: &PromptSet) -> Option<Problem> {
    match set {
        PromptSet::Ioi(Ioi { flip: None, .. }) => Some(problem(
            "flip",
            "without it there are no corrupted twins; say how their names are other ones, such as `ABB->ABA`".to_owned(),
        )),
        PromptSet::MovieSentiment(_) => Some(problem(
            "set",
            "`movie-sentiment` has no corrupted twins; take `ioi` with a `flip`, `greater-than`, `agreement` or `induction`, \
             or write pairs of your own"
                .to_owned(),
        )),
        _ => None,
    }
}

fn drawn(
    options: &Drawn,
    most: usize,
    prompts: impl FnOnce() -> Vec<Prompt>,
) -> Result<Vec<Prompt>, Problem> {
    check_n(options.n, most)?;
    Ok(prompts())
}

fn check_n(n: usize, most: usize) -> Result<(), Problem> {
    let message = || format!("{n} is out of range; ask for 1 to {most} prompts");
    if (1..=most).contains(&n) { Ok(()) } else { Err(problem("n", message())) }
}

fn problem(option: &str, message: String) -> Problem {
    Problem { field: format!("prompts.{option}"), prompt: None, message }
}

fn number(name: &str, title: &str, default: usize, least: usize) -> SetOption {
    SetOption {
        name: name.to_owned(),
        title: title.to_owned(),
        kind: SetOptionKind::Number,
        default: default.into(),
        choices: Vec::new(),
        least: Some(least),
    }
}

fn option(name: &str, title: &str, kind: SetOptionKind, default: Value, choices: &[&str]) -> SetOption {
    let choices = choices.iter().map(|choice| (*choice).to_owned()).collect();
    SetOption { name: name.to_owned(), title: title.to_owned(), kind, default, choices, least: None }
}

/// The words that are one token each after a space; all of them where fewer than `least` are.
fn single<'a>(words: &[&'a str], tokens: &Tokens, least: usize) -> Vec<&'a str> {
    let single = pieces_of(words, tokens, |pieces| pieces == 1);
    if single.len() < least { words.to_vec() } else { single }
}

fn pieces_of<'a>(words: &[&'a str], tokens: &Tokens, good: impl Fn(usize) -> bool) -> Vec<&'a str> {
    let pieces = |word: &str| tokens.encode(&format!(" {word}")).map_or(0, |ids| ids.len());
    words.iter().copied().filter(|word| good(pieces(word))).collect()
}
