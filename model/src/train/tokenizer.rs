//! The byte-level BPE tokenizer, trained on documents of the recipe by the crate that uses it.
//!
//! Words that questions are about come often enough to be one token each; a vocabulary this small has no room for all the
//! others, so that there are words that fall into pieces.

use super::text::{Kind, Phase, words};
use crate::error::{Error, Result};
use crate::prompt_sets::random::Random;
use crate::prompt_sets::{agreement, greater_than, induction, ioi, movie_sentiment};
use crate::tokens::Tokens;
use serde_json::{Value, json};
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{AddedToken, TokenizerBuilder};

/// Begins every document, and ends it.
pub(crate) const BOS: &str = "<|endoftext|>";
/// Documents that it is trained on.
const DOCUMENTS: usize = 12_000;
/// How often each word that must be one token comes besides.
const OFTEN: usize = 120;

/// How often each year of each century comes.
const YEARS: usize = 3;
/// How often each pair of digits comes besides.
const PAIRS: usize = 200;

/// `tokenizer.json` and `tokenizer_config.json`.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    /// The tokenizer itself.
    pub(crate) tokenizer: Value,
    /// What `transformers` reads beside it.
    pub(crate) settings: Value,
}

/// Trains a tokenizer of `d_vocab` tokens.
///
/// # Errors
/// What the crate says.
pub(crate) fn train(d_vocab: usize, seed: u64) -> Result<Files> {
    let bad = |error: tokenizers::Error| Error::Model {
        name: "tokenizer".to_owned(),
        message: format!("it cannot be trained: {error}"),
    };
    let bytes = ByteLevel::new(false, true, true);
    let mut tokenizer = TokenizerBuilder::<
        BPE,
        tokenizers::NormalizerWrapper,
        ByteLevel,
        tokenizers::PostProcessorWrapper,
        ByteLevel,
    >::default()
    .with_model(BPE::default())
    .with_pre_tokenizer(Some(bytes))
    .with_decoder(Some(bytes))
    .build()
    .map_err(bad)?;
    let mut trainer = BpeTrainer::builder()
        .vocab_size(d_vocab)
        .show_progress(false)
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .special_tokens(vec![AddedToken::from(BOS, true)])
        .build();
    tokenizer.train(&mut trainer, corpus(seed).into_iter()).map_err(bad)?;
    let text = tokenizer.to_string(false).map_err(bad)?;
    let tokenizer = serde_json::from_str(&text).map_err(|error| bad(error.into()))?;
    let settings = json!({
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": BOS,
        "eos_token": BOS,
        "unk_token": BOS,
        "add_prefix_space": false,
    });
    Ok(Files { tokenizer, settings })
}

fn corpus(seed: u64) -> Vec<String> {
    let mut random = Random::new(seed, "tokenizer");
    let kinds: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Repeat).collect();
    let documents = (0..DOCUMENTS).filter_map(|i| kinds[i % kinds.len()].document(Phase::Words, &mut random));
    // digits come by themselves, below
    let words = documents.map(|document| document.text().replace(|c: char| c.is_ascii_digit(), ""));
    let mut corpus: Vec<String> = words.collect();
    for word in single_words() {
        corpus.push(format!(" {word}").repeat(OFTEN));
    }
    // a pair of digits comes more often than a century with one digit more, and either more often than a whole year: so
    // a year is its century and a pair
    corpus.extend((0..100).map(|year| format!("-{year:02}").repeat(PAIRS)));
    let years = greater_than::CENTURIES.flat_map(|century| (0..100).map(move |year| (century, year)));
    corpus.extend(years.map(|(century, year)| format!(" {century}{year:02}").repeat(YEARS)));
    corpus
}

/// Whether all words that questions are about are one token each.
///
/// # Errors
/// The first words that are not.
pub(crate) fn check(tokens: &Tokens) -> Result<(), String> {
    let spaced = single_words().into_iter().map(|word| format!(" {word}"));
    let years = (0..100).map(|year| format!("{year:02}"));
    let verbs = [" is", " are", " he", " she"].map(str::to_owned);
    let whole = |word: &String| tokens.encode(word).is_ok_and(|ids| ids.len() == 1);
    let pieces: Vec<String> = spaced.chain(years).chain(verbs).filter(|word| !whole(word)).take(20).collect();
    let message = || format!("the vocabulary is too small: `{}` are not one token each", pieces.join("`, `"));
    if pieces.is_empty() { Ok(()) } else { Err(message()) }
}

/// Words that must be one token each after a space.
pub(crate) fn single_words() -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut add = |words: &[&str]| all.extend(words.iter().map(|word| (*word).to_owned()));
    add(&movie_sentiment::POSITIVE);
    add(&movie_sentiment::NEGATIVE);
    add(&words::names());
    add(&words::CITIES);
    add(&ioi::words::PLACES);
    add(&ioi::words::OBJECTS);
    add(&greater_than::NOUNS);
    add(&induction::POOL.split_whitespace().collect::<Vec<_>>());
    for noun in agreement::NOUNS {
        all.extend([noun.to_owned(), format!("{noun}s")]);
    }
    all.extend(greater_than::CENTURIES.map(|century| century.to_string()));
    all
}
