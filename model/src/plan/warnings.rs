//! What a reader of the numbers should know, found before anything is computed.

use super::EncodedPrompt;
use super::encode::{Twins, twins};
use crate::tokens::Tokens;
use crate::wire::{Experiment, Prompt};

pub(super) fn of(
    experiment: &Experiment,
    tokens: &Tokens,
    texts: &[Prompt],
    prompts: &[EncodedPrompt],
) -> Vec<String> {
    [
        unequal_lengths(prompts),
        second_bos(experiment, tokens, prompts),
        no_bos(experiment, tokens),
        trailing_space(texts),
        unused_twins(experiment, texts),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn unequal_lengths(prompts: &[EncodedPrompt]) -> Option<String> {
    let lengths = || prompts.iter().map(|p| p.ids.len());
    let (shortest, longest) = (lengths().min()?, lengths().max()?);
    let shorter = lengths().filter(|n| *n < longest).count();
    (shortest < longest).then(|| {
        format!(
            "Prompts have {shortest} to {longest} tokens. Each is read at its own last token. A batch padded on the right \
             and read at position −1 would read padding for {shorter} of {} prompts.",
            prompts.len()
        )
    })
}

fn second_bos(experiment: &Experiment, tokens: &Tokens, prompts: &[EncodedPrompt]) -> Option<String> {
    let (text, bos) = (tokens.bos()?, tokens.bos_id()?);
    let doubled = prompts.iter().filter(|p| p.ids.starts_with(&[bos, bos])).count();
    (experiment.prepend_bos && doubled > 0).then(|| {
        format!("{doubled} prompts begin with {text} in their own text and get a second one before it.")
    })
}

fn no_bos(experiment: &Experiment, tokens: &Tokens) -> Option<String> {
    let bos = tokens.bos().filter(|_| !experiment.analysis.is_of_weights())?;
    (!experiment.prepend_bos).then(|| {
        format!("Without {bos} in front, the first word takes its place as the position heads rest on; TransformerLens prepends it by default.")
    })
}

fn trailing_space(texts: &[Prompt]) -> Option<String> {
    let spaced: Vec<_> = texts
        .iter()
        .enumerate()
        .filter(|(_, p)| p.text.ends_with(' '))
        .map(|(i, _)| (i + 1).to_string())
        .collect();
    (!spaced.is_empty()).then(|| {
        format!(
            "A space ends prompt {}; words carry their space in front, so the next word is usually better predicted without it.",
            spaced.join(", ")
        )
    })
}

fn unused_twins(experiment: &Experiment, texts: &[Prompt]) -> Option<String> {
    let given = texts.iter().any(|prompt| prompt.corrupted.is_some());
    let kind = experiment.analysis.kind();
    (given && twins(&experiment.analysis) == Twins::Unused)
        .then(|| format!("{kind} runs the prompts alone: their corrupted twins are not used."))
}
