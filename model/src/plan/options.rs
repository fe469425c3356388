//! Options of the analyses against the model's shape.

use super::{EncodedPrompt, Limits, causal, generate};
use crate::analysis::{activations, attention, detect_heads, lens, neurons};
use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::wire::{
    Activations, Analysis, Attention, DetectHeads, Experiment, Head, HeadCircuit, LogitLens, Neurons,
    Problem, PromptTest,
};

pub(super) fn check(
    checkpoint: &Checkpoint,
    experiment: &Experiment,
    prompts: &[EncodedPrompt],
    limits: &Limits,
) -> Vec<Problem> {
    let config = checkpoint.config();
    match &experiment.analysis {
        Analysis::Attribution(_) => Vec::new(),
        Analysis::Head(head) => check_head(config, head, prompts.len()),
        Analysis::Neurons(options) => check_neurons(config, options, prompts.len(), limits),
        Analysis::PositionAttribution(options) => {
            out_of_range("prompt", options.prompt, prompts.len(), "prompts").into_iter().collect()
        }
        Analysis::Attention(options) => check_attention(config, options, prompts, limits),
        Analysis::LogitLens(options) => check_logit_lens(config, options, prompts, limits),
        Analysis::PromptTest(options) => check_prompt_test(config, options, prompts.len(), limits),
        Analysis::Activations(options) => check_activations(config, options, prompts, limits),
        Analysis::Generate(options) => {
            generate::check(checkpoint, experiment.prepend_bos, options, prompts, limits)
        }
        Analysis::ActivationPatching(options) => {
            causal::check_activation_patching(config, options, prompts, limits)
        }
        Analysis::Ablation(options) => causal::check_ablation(config, options, prompts, limits),
        Analysis::Intervene(options) => {
            let mut problems = causal::check_intervene(config, options, prompts);
            let vocabulary = "tokens in the vocabulary";
            problems.extend(check_top_k(
                options.top_k,
                config.d_vocab,
                vocabulary,
                2 * prompts.len(),
                limits,
            ));
            problems
        }
        Analysis::PathPatching(options) => causal::check_path_patching(config, options, prompts),
        Analysis::DetectHeads(options) => check_detect_heads(options, prompts),
        Analysis::HeadCircuit(options) => check_head_circuit(config, options, limits),
        Analysis::Composition(_) => check_composition(config, limits),
        Analysis::AttributionPatching(options) => {
            causal::check_attribution_patching(config, options, prompts, limits)
        }
    }
}

fn check_head(config: &Config, head: &Head, prompts: usize) -> Vec<Problem> {
    [
        ("layer", head.layer, config.n_layers, "layers"),
        ("head", head.head, config.n_heads, "heads a layer"),
        ("prompt", head.prompt, prompts, "prompts"),
    ]
    .into_iter()
    .filter_map(|(field, value, count, what)| out_of_range(field, value, count, what))
    .collect()
}

/// What is wrong with a number that counts from 0 up to `count`.
pub(super) fn out_of_range(field: &str, value: usize, count: usize, what: &str) -> Option<Problem> {
    let message = || format!("{value} is out of range; there are {count} {what}, numbered from 0");
    (value >= count).then(|| option(field, message()))
}

fn check_attention(
    config: &Config,
    options: &Attention,
    prompts: &[EncodedPrompt],
    limits: &Limits,
) -> Vec<Problem> {
    let mut problems: Vec<Problem> =
        out_of_range("prompt", options.prompt, prompts.len(), "prompts").into_iter().collect();
    if options.size == Some(0) {
        problems.push(option("size", "0 is out of range; a map has at least 1 cell a side".to_owned()));
    }
    let side = prompts.get(options.prompt).map_or(0, |prompt| attention::side(options, prompt.ids.len()));
    let (heads, limit) = (config.n_layers * config.n_heads, limits.figure_values);
    let values = heads * side * side;
    if values > limit {
        let most = (limit / heads).isqrt();
        problems.push(option(
            "size",
            format!(
                "{heads} maps of {side} × {side} cells hold {values} numbers, over the limit of {limit}; set it to at \
                 most {most}, and look at single heads in full with `head`"
            ),
        ));
    }
    problems
}

fn check_neurons(config: &Config, options: &Neurons, prompts: usize, limits: &Limits) -> Vec<Problem> {
    let mut problems: Vec<Problem> =
        out_of_range("layer", options.layer, config.n_layers, "layers").into_iter().collect();
    problems.extend(options.prompt.and_then(|prompt| out_of_range("prompt", prompt, prompts, "prompts")));
    let tokens = neurons::TOKENS;
    problems.extend(check_top_k(options.top_k, config.d_mlp, "neurons of a layer", 2 * tokens, limits));
    problems
}

fn check_logit_lens(
    config: &Config,
    options: &LogitLens,
    prompts: &[EncodedPrompt],
    limits: &Limits,
) -> Vec<Problem> {
    let Some(prompt) = prompts.get(options.prompt) else {
        return out_of_range("prompt", options.prompt, prompts.len(), "prompts").into_iter().collect();
    };
    let tops = lens::sites(config).len() * prompt.ids.len();
    check_top_k(options.top_k, config.d_vocab, "tokens in the vocabulary", tops, limits)
}

fn check_prompt_test(config: &Config, options: &PromptTest, prompts: usize, limits: &Limits) -> Vec<Problem> {
    check_top_k(options.top_k, config.d_vocab, "tokens in the vocabulary", prompts, limits)
}

/// A `top_k` of `available` things, shown `times` times.
fn check_top_k(top_k: usize, available: usize, what: &str, times: usize, limits: &Limits) -> Vec<Problem> {
    if top_k == 0 || top_k > available {
        return vec![option(
            "top_k",
            format!("{top_k} is out of range; ask for 1 to {available}, the {what}"),
        )];
    }
    let (rows, limit) = (top_k.saturating_mul(times), limits.table_rows);
    if rows <= limit {
        return Vec::new();
    }
    vec![option(
        "top_k",
        format!(
            "{top_k} makes {rows} rows of tables, over the limit of {limit}; ask for at most {}",
            limit / times
        ),
    )]
}

fn check_activations(
    config: &Config,
    options: &Activations,
    prompts: &[EncodedPrompt],
    limits: &Limits,
) -> Vec<Problem> {
    let sites = match activations::sites(config, &options.sites) {
        Ok(sites) => sites,
        Err(message) => return vec![option("sites", message)],
    };
    let bytes: u64 = prompts
        .iter()
        .flat_map(|prompt| {
            sites.iter().map(|site| activations::shape(config, *site, prompt.ids.len(), options.positions))
        })
        .map(|shape| 4 * shape.iter().map(|n| *n as u64).product::<u64>())
        .sum();
    if bytes <= limits.activation_bytes {
        return Vec::new();
    }
    let (gigabytes, limit) = (bytes as f64 / 1e9, limits.activation_bytes as f64 / 1e9);
    vec![option(
        "sites",
        format!(
            "the file would hold {gigabytes:.1} GB, over the limit of {limit:.1} GB; ask for fewer sites, prompts or positions"
        ),
    )]
}

fn check_detect_heads(options: &DetectHeads, prompts: &[EncodedPrompt]) -> Vec<Problem> {
    let fewest = detect_heads::fewest_tokens(options);
    let too_short = |(i, prompt): (usize, &EncodedPrompt)| {
        let n = prompt.ids.len();
        // one without any has a problem of its own
        (1..fewest).contains(&n).then(|| Problem {
            field: format!("prompts[{i}].text"),
            prompt: Some(i),
            message: format!(
                "{n} tokens have no pattern to score; write a text of at least {fewest}, BOS included"
            ),
        })
    };
    let mut problems: Vec<Problem> = prompts.iter().enumerate().filter_map(too_short).collect();
    if options.pattern.all().is_empty() {
        problems
            .push(option("pattern", "the list is empty; name a pattern, or leave it out for all".to_owned()));
    }
    problems
}

fn check_head_circuit(config: &Config, options: &HeadCircuit, limits: &Limits) -> Vec<Problem> {
    let [layer, head] = [
        out_of_range("layer", options.layer, config.n_layers, "layers"),
        out_of_range("head", options.head, config.n_heads, "heads a layer"),
    ];
    let top_k = check_top_k(options.top_k, config.d_vocab, "tokens in the vocabulary", 2, limits);
    layer.into_iter().chain(head).chain(top_k).collect()
}

fn check_composition(config: &Config, limits: &Limits) -> Vec<Problem> {
    let Some(heads) = config.n_layers.checked_sub(1).map(|layers| layers * config.n_heads).filter(|n| *n > 0)
    else {
        let message =
            "this model has one layer: there are no earlier heads to compose with; take another model";
        return vec![Problem { field: "model".to_owned(), prompt: None, message: message.to_owned() }];
    };
    let (values, limit) = (heads * heads, limits.figure_values);
    if values <= limit {
        return Vec::new();
    }
    let message = format!(
        "{heads} × {heads} pairs of heads hold {values} numbers, over the limit of {limit}; look at single heads with \
         `head_circuit`"
    );
    vec![Problem { field: "model".to_owned(), prompt: None, message }]
}

/// A problem of an option of the analysis.
pub(super) fn option(field: &str, message: String) -> Problem {
    Problem { field: format!("analysis.{field}"), prompt: None, message }
}
