//! One prompt as tokens, with its problems.

use super::positions::{END, positions};
use super::years::first_year;
use crate::checkpoint::Checkpoint;
use crate::tokens::Tokens;
use crate::wire::{
    AblationMethod, Analysis, Experiment, Intervention, Metric, Problem, Prompt, PromptTokens, TwinTokens,
};

/// A prompt as the model gets it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EncodedPrompt {
    /// Token ids, BOS included.
    pub ids: Vec<u32>,
    /// Those of the corrupted twin, as many once it is planned; empty where the analysis uses none.
    pub corrupted: Vec<u32>,
    /// The answer's token, the first one where it has several.
    pub answer: Option<u32>,
    /// The token the answer is compared with.
    pub distractor: Option<u32>,
    /// All tokens of the answer: more than one only in a `prompt_test`.
    pub answer_tokens: Vec<u32>,
    /// All tokens of the distractor.
    pub distractor_tokens: Vec<u32>,
    /// The group, as given.
    pub group: Option<String>,
    /// Named tokens, in the order of the text, BOS counted. The last token is `end` without standing here.
    pub positions: Vec<(String, usize)>,
    /// Tokens of the years later than the first one, and of the others, where the metric compares these.
    pub years: [Vec<u32>; 2],
}

impl EncodedPrompt {
    /// Rows it takes to compute: its tokens, those of its twin, and those of its answers that predict another token of
    /// theirs.
    pub fn rows(&self) -> usize {
        let continued = |tokens: &[u32]| tokens.len().saturating_sub(1);
        let answers = continued(&self.answer_tokens) + continued(&self.distractor_tokens);
        self.ids.len() + self.corrupted.len() + answers
    }

    /// The token of that name: a named one, or `end`, the last.
    pub fn position(&self, name: &str) -> Option<usize> {
        let named = || self.positions.iter().find(|(known, _)| known == name).map(|(_, token)| *token);
        if name == END { self.ids.len().checked_sub(1) } else { named() }
    }

    pub(super) fn describe(&self, tokens: &Tokens) -> PromptTokens {
        let twin = || TwinTokens { tokens: tokens.strings(&self.corrupted), ids: self.corrupted.clone() };
        PromptTokens {
            tokens: tokens.strings(&self.ids),
            ids: self.ids.clone(),
            answer_id: self.answer,
            distractor_id: self.distractor,
            group: self.group.clone(),
            positions: self.positions.iter().cloned().collect(),
            corrupted: (!self.corrupted.is_empty()).then(twin),
        }
    }
}

/// Whether a kind runs the prompts' corrupted twins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Twins {
    /// Every prompt must have one.
    Needed,
    /// They are run where prompts have them.
    Used,
    /// They are left alone.
    Unused,
}

pub(super) fn twins(analysis: &Analysis) -> Twins {
    match analysis {
        Analysis::ActivationPatching(_) | Analysis::AttributionPatching(_) | Analysis::PathPatching(_) => {
            Twins::Needed
        }
        Analysis::Ablation(options) if options.normalize => Twins::Needed,
        Analysis::Generate(options) if options.interventions.iter().any(Intervention::is_patch) => {
            Twins::Needed
        }
        Analysis::Intervene(options) if options.interventions.iter().any(Intervention::is_patch) => {
            Twins::Needed
        }
        Analysis::Ablation(options) if options.method == AblationMethod::Resample => Twins::Used,
        _ => Twins::Unused,
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
    let analysis = &experiment.analysis;
    if compares_probabilities(analysis) && prompt.distractor.is_none() {
        let message = "`probability_diff` compares two answers; add a `distractor`, or choose another metric"
            .to_owned();
        problem("distractor", message);
    }
    if compares_answers(analysis) && prompt.answer.is_none() {
        let message = format!("{} compares an answer's logit; add an `answer`, one token", analysis.kind());
        problem("answer", message);
    }
    let mut tokens_of = |field: &str, text: Option<&String>| {
        let Some(text) = text else { return Vec::new() };
        let found = match analysis {
            Analysis::PromptTest(_) => continuation(checkpoint, ids.len(), text),
            _ => checkpoint.tokens().single(text).map(|id| vec![id]),
        };
        found.unwrap_or_else(|message| {
            problem(field, message);
            Vec::new()
        })
    };
    let answer_tokens = tokens_of("answer", prompt.answer.as_ref());
    let distractor_tokens = tokens_of("distractor", prompt.distractor.as_ref());
    if !answer_tokens.is_empty() && answer_tokens == distractor_tokens {
        problem(
            "distractor",
            "it is the same token as the answer, so their difference is always 0".to_owned(),
        );
    }
    let (corrupted, wrong) = twin(checkpoint, experiment, prompt, ids.len());
    if let Some(message) = wrong {
        problem("corrupted", message);
    }
    let bos = usize::from(experiment.prepend_bos);
    let positions = match ids.len() {
        0 => Vec::new(),
        _ => positions(checkpoint.tokens(), prompt, bos).unwrap_or_else(|message| {
            problem("positions", message);
            Vec::new()
        }),
    };
    let mut years = <[Vec<u32>; 2]>::default();
    if metric(analysis) == Some(Metric::LaterYears) && !ids.is_empty() {
        match super::years::years(checkpoint.tokens(), prompt, first_year(&ids, &positions)) {
            Ok(found) => years = found,
            Err((field, message)) => problem(field, message),
        }
    }
    EncodedPrompt {
        ids,
        corrupted,
        answer: answer_tokens.first().copied(),
        distractor: distractor_tokens.first().copied(),
        answer_tokens,
        distractor_tokens,
        group: prompt.group.clone(),
        positions,
        years,
    }
}

/// The twin of a prompt of `n` tokens, and what is wrong with it. A twin of another length is there all the same, so that a
/// form can show where the two part.
fn twin(
    checkpoint: &Checkpoint,
    experiment: &Experiment,
    prompt: &Prompt,
    n: usize,
) -> (Vec<u32>, Option<String>) {
    let twins = twins(&experiment.analysis);
    if twins == Twins::Unused || twins == Twins::Used && prompt.corrupted.is_none() {
        return (Vec::new(), None);
    }
    let Some(corrupted) = &prompt.corrupted else {
        let kind = experiment.analysis.kind();
        let message =
            format!("{kind} compares a prompt with a twin; add a `corrupted` text of as many tokens");
        return (Vec::new(), Some(message));
    };
    let ids = match text(checkpoint, experiment.prepend_bos, corrupted) {
        Ok(ids) => ids,
        Err(message) => return (Vec::new(), Some(message)),
    };
    let wrong = (n != 0 && ids.len() != n).then(|| {
        let (twin, pieces) = (ids.len(), checkpoint.tokens().strings(&ids).join("|"));
        format!("it is {twin} tokens long and its prompt {n}; they must match token for token: {pieces}")
    });
    (ids, wrong)
}

/// Whether a kind cannot do without an answer.
fn compares_answers(analysis: &Analysis) -> bool {
    match analysis {
        Analysis::Attribution(_)
        | Analysis::Head(_)
        | Analysis::Neurons(_)
        | Analysis::PositionAttribution(_) => true,
        Analysis::ActivationPatching(_)
        | Analysis::AttributionPatching(_)
        | Analysis::PathPatching(_)
        | Analysis::Ablation(_)
        | Analysis::Intervene(_) => metric(analysis) != Some(Metric::Kl),
        Analysis::Attention(_)
        | Analysis::LogitLens(_)
        | Analysis::PromptTest(_)
        | Analysis::Activations(_)
        | Analysis::Generate(_)
        | Analysis::DetectHeads(_)
        | Analysis::HeadCircuit(_)
        | Analysis::Composition(_) => false,
    }
}

fn compares_probabilities(analysis: &Analysis) -> bool {
    metric(analysis) == Some(Metric::ProbabilityDiff)
}

/// How a causal kind measures an answer.
fn metric(analysis: &Analysis) -> Option<Metric> {
    match analysis {
        Analysis::ActivationPatching(options) => Some(options.metric),
        Analysis::AttributionPatching(options) => Some(options.metric),
        Analysis::PathPatching(options) => Some(options.metric),
        Analysis::Ablation(options) => Some(options.metric),
        Analysis::Intervene(options) => Some(options.metric),
        _ => None,
    }
}

/// Tokens of a text that goes on after a prompt of `n` tokens, a missing space put in front, as TransformerLens's
/// `test_prompt` does.
fn continuation(checkpoint: &Checkpoint, n: usize, text: &str) -> Result<Vec<u32>, String> {
    if text.is_empty() {
        return Err("it is empty; write some text, such as ` great`, or leave it out".to_owned());
    }
    let spaced = if text.starts_with(' ') { text.to_owned() } else { format!(" {text}") };
    let ids = checkpoint.tokens().encode(&spaced)?;
    let (all, n_ctx) = (n + ids.len().saturating_sub(1), checkpoint.config().n_ctx);
    if all > n_ctx {
        return Err(format!(
            "with all but its last token the prompt is {all} tokens long and the model's context holds {n_ctx}; shorten one of them"
        ));
    }
    Ok(ids)
}

/// The ids of a text, BOS in front where asked for.
///
/// # Errors
/// What is wrong with it, and what to change.
pub(crate) fn text(checkpoint: &Checkpoint, prepend_bos: bool, text: &str) -> Result<Vec<u32>, String> {
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
