//! GPT-NeoX and Pythia checkpoints: rotary positions, parallel or sequential blocks, fused QKV stored by head.

use super::family::{Fields, Order, Shapes, norm, prefix_of, transposed, unsupported};
use super::tensors::TensorFiles;
use super::weights::{BlockWeights, Weights};
use crate::config::{BlockKind, Config, PositionKind};

/// What a GPT-NeoX config says beyond [`Config`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// The unembedding is the embedding's transpose.
    tied: bool,
    /// Q, K, V and O have biases.
    attention_bias: bool,
}

const PREFIX: &str = "gpt_neox.";
const PROBE: &str = "embed_in.weight";

pub(super) fn config(fields: &Fields<'_>) -> Result<(Layout, Config), String> {
    let d_head = fields.d_head("hidden_size", "num_attention_heads")?;
    let block =
        if fields.flag("use_parallel_residual", true)? { BlockKind::Parallel } else { BlockKind::Sequential };
    let config = Config {
        n_layers: fields.size("num_hidden_layers")?,
        n_heads: fields.size("num_attention_heads")?,
        d_model: fields.size("hidden_size")?,
        d_head,
        d_mlp: fields.size("intermediate_size")?,
        d_vocab: fields.size("vocab_size")?,
        n_ctx: fields.size("max_position_embeddings")?,
        layer_norm_eps: fields.number("layer_norm_eps", 1e-5)?,
        positions: rotary(fields, d_head)?,
        block,
        activation: fields.activation("hidden_act", "gelu")?,
    };
    let layout = Layout {
        tied: fields.flag("tie_word_embeddings", false)?,
        attention_bias: fields.flag("attention_bias", true)?,
    };
    Ok((layout, config))
}

/// The rotary part in either spelling: `rope_parameters` (new) goes before `rotary_pct` and `rotary_emb_base` (old).
fn rotary(fields: &Fields<'_>, d_head: usize) -> Result<PositionKind, String> {
    for name in ["rope_parameters", "rope_scaling"] {
        let Some(value) = fields.get(name) else { continue };
        let kind = value
            .get("rope_type")
            .or_else(|| value.get("type"))
            .and_then(|t| t.as_str())
            .unwrap_or("default");
        if kind != "default" {
            return Err(unsupported(name, value, "only the rope type `default` is"));
        }
    }
    let new = Fields(fields.get("rope_parameters").unwrap_or(&serde_json::Value::Null));
    let old_base = fields.number("rotary_emb_base", 10_000.0)?;
    let base = new.number("rope_theta", fields.number("rope_theta", old_base)?)?;
    let old_fraction = fields.number("partial_rotary_factor", 0.25)?;
    let fraction = new.number("partial_rotary_factor", fields.number("rotary_pct", old_fraction)?)?;
    let dims = (d_head as f64 * fraction) as usize;
    if !dims.is_multiple_of(2) || dims > d_head || !fraction.is_finite() || base <= 0.0 {
        return Err(format!(
            "config.json: a rotary fraction of {fraction} of heads of {d_head} gives {dims} dimensions; \
             it must be even and at most the head"
        ));
    }
    Ok(PositionKind::Rotary { dims, base })
}

pub(super) fn shapes(layout: Layout, config: &Config, tensors: Option<&TensorFiles>) -> Shapes {
    let prefix = tensors.map_or(PREFIX, |tensors| prefix_of(PREFIX, PROBE, tensors));
    let (d, mlp) = (config.d_model, config.d_mlp);
    let mut shapes = vec![
        (format!("{prefix}embed_in.weight"), vec![config.d_vocab, d]),
        (format!("{prefix}final_layer_norm.weight"), vec![d]),
        (format!("{prefix}final_layer_norm.bias"), vec![d]),
    ];
    if !layout.tied {
        shapes.push(("embed_out.weight".to_owned(), vec![config.d_vocab, d]));
    }
    for layer in 0..config.n_layers {
        let mut block = vec![
            ("input_layernorm.weight", vec![d]),
            ("input_layernorm.bias", vec![d]),
            ("attention.query_key_value.weight", vec![3 * d, d]),
            ("attention.dense.weight", vec![d, d]),
            ("post_attention_layernorm.weight", vec![d]),
            ("post_attention_layernorm.bias", vec![d]),
            ("mlp.dense_h_to_4h.weight", vec![mlp, d]),
            ("mlp.dense_h_to_4h.bias", vec![mlp]),
            ("mlp.dense_4h_to_h.weight", vec![d, mlp]),
            ("mlp.dense_4h_to_h.bias", vec![d]),
        ];
        if layout.attention_bias {
            block.push(("attention.query_key_value.bias", vec![3 * d]));
            block.push(("attention.dense.bias", vec![d]));
        }
        shapes
            .extend(block.into_iter().map(|(name, shape)| (format!("{prefix}layers.{layer}.{name}"), shape)));
    }
    shapes
}

pub(super) fn weights(
    layout: Layout,
    config: &Config,
    tensors: &TensorFiles,
) -> candle_core::Result<Weights> {
    let prefix = prefix_of(PREFIX, PROBE, tensors);
    let unembed = if layout.tied { format!("{prefix}embed_in") } else { "embed_out".to_owned() };
    let unembed = transposed(tensors, &unembed, false, &in_order)?;
    Ok(Weights {
        embed: tensors.load(&format!("{prefix}embed_in.weight"))?,
        pos_embed: None,
        blocks: (0..config.n_layers)
            .map(|layer| block(layout, config, tensors, &format!("{prefix}layers.{layer}")))
            .collect::<candle_core::Result<_>>()?,
        ln_final: norm(tensors, &format!("{prefix}final_layer_norm"))?,
        unembed,
        unembed_mean: None,
    })
}

fn block(
    layout: Layout,
    config: &Config,
    tensors: &TensorFiles,
    name: &str,
) -> candle_core::Result<BlockWeights> {
    let bias = layout.attention_bias;
    let read =
        |part: &str, bias, order: Order<'_>| transposed(tensors, &format!("{name}.{part}"), bias, order);
    // outputs are stored by (head, qkv, d_head); they are to come by (qkv, head, d_head)
    let (heads, e) = (config.n_heads, config.d_head);
    let by_kind = |output: usize| {
        let (kind, head, dim) = (output / (heads * e), output / e % heads, output % e);
        (head * 3 + kind) * e + dim
    };
    Ok(BlockWeights {
        ln1: norm(tensors, &format!("{name}.input_layernorm"))?,
        ln2: norm(tensors, &format!("{name}.post_attention_layernorm"))?,
        qkv: read("attention.query_key_value", bias, &by_kind)?,
        o: read("attention.dense", bias, &in_order)?,
        mlp_in: read("mlp.dense_h_to_4h", true, &in_order)?,
        mlp_out: read("mlp.dense_4h_to_h", true, &in_order)?,
    })
}

fn in_order(output: usize) -> usize {
    output
}
