//! What is summed up in the residual stream, as TransformerLens's `decompose_resid` names it.

use crate::config::{Config, PositionKind};
use crate::hook_name::{HookName, Site};

/// `embed`, and `pos_embed` where positions are learned: where they are read, and what they are called.
pub(super) fn embeddings(config: &Config) -> Vec<(HookName, String)> {
    let learned = config.positions == PositionKind::Learned;
    let positions = learned.then_some((Site::PosEmbed, "pos_embed"));
    let all = [(Site::Embed, "embed")].into_iter().chain(positions);
    all.map(|(site, label)| (HookName::top(site), label.to_owned())).collect()
}

/// `0_b_O`, `1_b_O`, …
pub(super) fn attention_bias_labels(config: &Config) -> Vec<String> {
    (0..config.n_layers).map(|layer| format!("{layer}_b_O")).collect()
}
