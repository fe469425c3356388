//! One prompt as tokens, with its problems.

use crate::checkpoint::Checkpoint;
use crate::tokens::Tokens;
use crate::wire::{Analysis, Experiment, Problem, Prompt, PromptTokens};

/// A prompt as the model gets it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EncodedPrompt {
    /// Token ids, BOS included.
    pub ids: Vec<u32>,
    /// The answer's token.
    pub answer: Option<u32>,
    /// The token the answer is compared with.
    pub distractor: Option<u32>,
    /// The group, as given.
    pub group: Option<String>,
}

impl EncodedPrompt {
    pub(super) fn describe(&self, tokens: &Tokens) -> PromptTokens {
        PromptTokens {
            tokens: tokens.strings(&self.ids),
            ids: self.ids.clone(),
            answer_id: self.answer,
            distractor_id: self.distractor,
            group: self.group.clone(),
        }
    }
}

/// Encodes prompt `i` as far as it goes; what does not is added to `problems`.
pub(super) fn prompt(
    checkpoint: &Checkpoint,
    experiment: &Experiment,
    i: usize,
    prompt: &Prompt,
    problems: &mut Vec<Problem>,
) -> EncodedPrompt {
    let mut problem = |field: &str, message: String| {
        problems.push(Problem { field: format!("prompts[{i}].{field}"), prompt: Some(i), message });
    };
    let ids = text(checkpoint, experiment.prepend_bos, &prompt.text).unwrap_or_else(|message| {
        problem("text", message);
        Vec::new()
    });
    let needs_answer = !matches!(experiment.analysis, Analysis::Activations(_));
    if needs_answer && prompt.answer.is_none() {
        let message =
            format!("{} compares an answer's logit; add an `answer`, one token", experiment.analysis.kind());
        problem("answer", message);
    }
    let mut single = |field: &str, text: Option<&String>| {
        let id = checkpoint.tokens().single(text?);
        id.map_err(|message| problem(field, message)).ok()
    };
    let answer = single("answer", prompt.answer.as_ref());
    let distractor = single("distractor", prompt.distractor.as_ref());
    if answer.is_some() && answer == distractor {
        problem(
            "distractor",
            "it is the same token as the answer, so their difference is always 0".to_owned(),
        );
    }
    if prompt.corrupted.is_some() {
        let message = format!("{} does not use a corrupted twin; leave it out", experiment.analysis.kind());
        problem("corrupted", message);
    }
    EncodedPrompt { ids, answer, distractor, group: prompt.group.clone() }
}

fn text(checkpoint: &Checkpoint, prepend_bos: bool, text: &str) -> Result<Vec<u32>, String> {
    let tokens = checkpoint.tokens();
    let mut ids = Vec::new();
    if prepend_bos {
        let none = || "this model's tokenizer has no BOS token; set `prepend_bos` to false".to_owned();
        ids.push(tokens.bos_id().ok_or_else(none)?);
    }
    ids.extend(tokens.encode(text)?);
    let n_ctx = checkpoint.config().n_ctx;
    match ids.len() {
        0 => {
            Err("an empty prompt needs the BOS token; set `prepend_bos` to true or write some text"
                .to_owned())
        }
        n if n > n_ctx => {
            Err(format!("it is {n} tokens long and the model's context holds {n_ctx}; shorten it"))
        }
        _ => Ok(ids),
    }
}
