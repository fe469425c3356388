//! GPT-2 checkpoints: learned positions, sequential blocks, `Conv1D` weights stored `[inputs, outputs]`.

use super::family::{Fields, Shapes, norm, panels_of_columns, prefix_of};
use super::linear::Linear;
use super::tensors::TensorFiles;
use super::weights::{BlockWeights, Weights};
use crate::config::{BlockKind, Config, PositionKind};
use crate::kernels::Panels;

/// What a GPT-2 config says beyond [`Config`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// The unembedding is the embedding's transpose.
    tied: bool,
}

const PREFIX: &str = "transformer.";
const PROBE: &str = "wte.weight";

pub(super) fn config(fields: &Fields<'_>) -> Result<(Layout, Config), String> {
    fields.only("scale_attn_weights", true)?;
    fields.only("scale_attn_by_inverse_layer_idx", false)?;
    fields.only("add_cross_attention", false)?;
    let (d_model, n_heads) = (fields.size("n_embd")?, fields.size("n_head")?);
    let config = Config {
        n_layers: fields.size("n_layer")?,
        n_heads,
        d_model,
        d_head: fields.d_head("n_embd", "n_head")?,
        d_mlp: fields.get("n_inner").map_or(Ok(4 * d_model), |_| fields.size("n_inner"))?,
        d_vocab: fields.size("vocab_size")?,
        n_ctx: fields.size("n_positions")?,
        layer_norm_eps: fields.number("layer_norm_epsilon", 1e-5)?,
        positions: PositionKind::Learned,
        block: BlockKind::Sequential,
        activation: fields.activation("activation_function", "gelu_new")?,
    };
    Ok((Layout { tied: fields.flag("tie_word_embeddings", true)? }, config))
}

pub(super) fn shapes(layout: Layout, config: &Config, tensors: Option<&TensorFiles>) -> Shapes {
    let prefix = tensors.map_or(PREFIX, |tensors| prefix_of(PREFIX, PROBE, tensors));
    let (d, mlp) = (config.d_model, config.d_mlp);
    let mut shapes = vec![
        (format!("{prefix}wte.weight"), vec![config.d_vocab, d]),
        (format!("{prefix}wpe.weight"), vec![config.n_ctx, d]),
        (format!("{prefix}ln_f.weight"), vec![d]),
        (format!("{prefix}ln_f.bias"), vec![d]),
    ];
    if !layout.tied {
        shapes.push(("lm_head.weight".to_owned(), vec![config.d_vocab, d]));
    }
    for layer in 0..config.n_layers {
        let block = [
            ("ln_1.weight", vec![d]),
            ("ln_1.bias", vec![d]),
            ("attn.c_attn.weight", vec![d, 3 * d]),
            ("attn.c_attn.bias", vec![3 * d]),
            ("attn.c_proj.weight", vec![d, d]),
            ("attn.c_proj.bias", vec![d]),
            ("ln_2.weight", vec![d]),
            ("ln_2.bias", vec![d]),
            ("mlp.c_fc.weight", vec![d, mlp]),
            ("mlp.c_fc.bias", vec![mlp]),
            ("mlp.c_proj.weight", vec![mlp, d]),
            ("mlp.c_proj.bias", vec![d]),
        ];
        shapes.extend(block.map(|(name, shape)| (format!("{prefix}h.{layer}.{name}"), shape)));
    }
    shapes
}

pub(super) fn weights(
    layout: Layout,
    config: &Config,
    tensors: &TensorFiles,
) -> candle_core::Result<Weights> {
    let prefix = prefix_of(PREFIX, PROBE, tensors);
    let table = format!("{prefix}wte.weight");
    let unembed = if layout.tied { table.as_str() } else { "lm_head.weight" };
    let unembed = Linear::without_bias(panels_of_columns(tensors, unembed, &|output| output)?)?;
    Ok(Weights {
        embed: tensors.load(&table)?,
        pos_embed: Some(tensors.load(&format!("{prefix}wpe.weight"))?),
        blocks: (0..config.n_layers)
            .map(|layer| block(tensors, &format!("{prefix}h.{layer}")))
            .collect::<candle_core::Result<_>>()?,
        ln_final: norm(tensors, &format!("{prefix}ln_f"))?,
        unembed,
        unembed_mean: None,
    })
}

fn block(tensors: &TensorFiles, name: &str) -> candle_core::Result<BlockWeights> {
    Ok(BlockWeights {
        ln1: norm(tensors, &format!("{name}.ln_1"))?,
        ln2: norm(tensors, &format!("{name}.ln_2"))?,
        qkv: conv1d(tensors, &format!("{name}.attn.c_attn"))?,
        o: conv1d(tensors, &format!("{name}.attn.c_proj"))?,
        mlp_in: conv1d(tensors, &format!("{name}.mlp.c_fc"))?,
        mlp_out: conv1d(tensors, &format!("{name}.mlp.c_proj"))?,
    })
}

/// Stored `[inputs, outputs]`.
fn conv1d(tensors: &TensorFiles, name: &str) -> candle_core::Result<Linear> {
    let w = tensors.load(&format!("{name}.weight"))?;
    let (inputs, outputs) = w.dims2()?;
    let panels = Panels::of_rows(inputs, outputs, &w.flatten_all()?.to_vec1::<f32>()?);
    Ok(Linear::packed(panels, tensors.load(&format!("{name}.bias"))?))
}
