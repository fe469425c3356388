//! Options of `generate`, and of changes to a run, against the model's shape.

use super::options::{option, out_of_range};
use super::{EncodedPrompt, Limits, encode};
use crate::checkpoint::Checkpoint;
use crate::config::{BlockKind, Config};
use crate::wire::{Generate, Intervention, InterventionSite, Problem, Steer, SteerPositions};

/// Bytes that twins' values may take.
const PATCH_BYTES: usize = 1 << 30;

pub(super) fn check(
    checkpoint: &Checkpoint,
    prepend_bos: bool,
    options: &Generate,
    prompts: &[EncodedPrompt],
    limits: &Limits,
) -> Vec<Problem> {
    let config = checkpoint.config();
    let mut problems = lengths(config, options, prompts, limits);
    if !options.temperature.is_finite() || options.temperature < 0.0 {
        let message = "is no temperature; take 0 for the likeliest token, or a number above 0";
        problems.push(option("temperature", format!("{} {message}", options.temperature)));
    }
    if options.top_k.is_some_and(|k| k == 0 || k > config.d_vocab) {
        let message =
            format!("is out of range; ask for 1 to {}, the tokens in the vocabulary", config.d_vocab);
        problems.push(option("top_k", format!("{} {message}", options.top_k.unwrap_or(0))));
    }
    let last = prompts.iter().map(|prompt| prompt.ids.len() + options.max_tokens).max().unwrap_or(0);
    for (i, one) in options.interventions.iter().enumerate() {
        problems.extend(intervention(config, &format!("interventions[{i}]"), one, last.saturating_sub(1)));
    }
    problems.extend(patches(config, &options.interventions, prompts));
    if let Some(steer) = &options.steer {
        problems.extend(steering(checkpoint, prepend_bos, steer));
    }
    problems
}

/// Prompts and what is generated fit into the context, and all together into the limit.
fn lengths(config: &Config, options: &Generate, prompts: &[EncodedPrompt], limits: &Limits) -> Vec<Problem> {
    if options.max_tokens == 0 {
        return vec![option("max_tokens", "0 is out of range; ask for at least 1".to_owned())];
    }
    let longest = prompts.iter().map(|prompt| prompt.ids.len()).max().unwrap_or(0);
    // the last token is generated and not read
    if longest.saturating_add(options.max_tokens - 1) > config.n_ctx {
        let most = (config.n_ctx + 1).saturating_sub(longest).max(1);
        let message = format!(
            "the longest prompt has {longest} tokens and the model's context holds {}; ask for at most {most}",
            config.n_ctx
        );
        return vec![option("max_tokens", message)];
    }
    let runs = if options.changes() { 2 } else { 1 };
    let all: usize = prompts.iter().map(|prompt| runs * (prompt.ids.len() + options.max_tokens)).sum();
    if all > limits.tokens {
        let message = format!(
            "prompts and what is generated are {all} tokens, over the limit of {}; ask for fewer tokens or prompts",
            limits.tokens
        );
        return vec![option("max_tokens", message)];
    }
    Vec::new()
}

/// One change to a run of at most `positions` positions; `field` is where it stands among the options.
pub(super) fn intervention(
    config: &Config,
    field: &str,
    one: &Intervention,
    positions: usize,
) -> Vec<Problem> {
    let mut problems = place(config, field, one.site, one.layer);
    let within = |name: &str, value: Option<usize>, count: usize, what: &str| {
        value.and_then(|value| out_of_range(&format!("{field}.{name}"), value, count, what))
    };
    if one.head.is_some() && !one.site.has_heads() {
        let message = "this site is not divided by heads; take `q`, `k`, `v` or `z`, or leave `head` out";
        problems.push(option(&format!("{field}.head"), message.to_owned()));
    } else {
        problems.extend(within("head", one.head, config.n_heads, "heads a layer"));
    }
    if one.neuron.is_some() && one.site != InterventionSite::MlpPost {
        let message = "this site has no neurons; take `mlp_post`, or leave `neuron` out";
        problems.push(option(&format!("{field}.neuron"), message.to_owned()));
    } else {
        problems.extend(within("neuron", one.neuron, config.d_mlp, "neurons a layer"));
    }
    problems.extend(within("position", one.position, positions, "positions in the longest run"));
    problems
}

/// What twins have at the sites that are patched is held for all prompts together.
pub(super) fn patches(
    config: &Config,
    interventions: &[Intervention],
    prompts: &[EncodedPrompt],
) -> Option<Problem> {
    let width = |one: &Intervention| match one.site {
        site if site.has_heads() => config.d_attn(),
        InterventionSite::MlpPost => config.d_mlp,
        _ => config.d_model,
    };
    let tokens: usize = prompts.iter().map(|prompt| prompt.ids.len()).sum();
    let bytes = 4 * tokens * interventions.iter().filter(|one| one.is_patch()).map(width).sum::<usize>();
    let message = || {
        format!(
            "what the twins of {} prompts have there takes {} MB, over the limit of {}; patch fewer sites or prompts",
            prompts.len(),
            bytes >> 20,
            PATCH_BYTES >> 20
        )
    };
    (bytes > PATCH_BYTES).then(|| option("interventions", message()))
}

/// A layer and a site that the model has.
fn place(config: &Config, field: &str, site: InterventionSite, layer: usize) -> Vec<Problem> {
    let mut problems: Vec<Problem> =
        out_of_range(&format!("{field}.layer"), layer, config.n_layers, "layers").into_iter().collect();
    if site == InterventionSite::ResidMid && config.block == BlockKind::Parallel {
        let message = "attention and MLP are parallel in this model, so there is no resid_mid";
        problems.push(option(&format!("{field}.site"), message.to_owned()));
    }
    problems
}

fn steering(checkpoint: &Checkpoint, prepend_bos: bool, steer: &Steer) -> Vec<Problem> {
    let mut problems = place(checkpoint.config(), "steer", steer.site, steer.layer);
    if !steer.scale.is_finite() {
        problems.push(option("steer.scale", format!("{} is no number to multiply by", steer.scale)));
    }
    let ids = [("positive", &steer.positive), ("negative", &steer.negative)].map(|(field, text)| {
        encode::text(checkpoint, prepend_bos, text)
            .map_err(|message| problems.push(option(&format!("steer.{field}"), message)))
    });
    if let [Ok(positive), Ok(negative)] = ids {
        let (n, m) = (positive.len(), negative.len());
        if steer.positions == SteerPositions::Front && n != m {
            let message = format!(
                "`positive` has {n} tokens and `negative` {m}; position by position both need the same number: add words or spaces to the shorter one"
            );
            problems.push(option("steer.negative", message));
        }
        if positive == negative {
            let message = "both prompts are the same tokens, so their difference is 0".to_owned();
            problems.push(option("steer.negative", message));
        }
    }
    problems
}
