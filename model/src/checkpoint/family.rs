//! Families of checkpoints: which `model_type` is read by which file, and the helpers they share.
//!
//! A new family is one file with `config` (its config.json → [`Config`]), `shapes` (every tensor it needs, with its
//! shape) and `weights` (its tensors → canonical [`Weights`]), and one line in each function here.

use super::linear::Linear;
use super::tensors::TensorFiles;
use super::weights::{NormWeights, Weights};
use super::{gpt2, neox};
use crate::config::{Activation, Config};
use crate::kernels::Panels;
use candle_core::{Device, Tensor};
use serde_json::Value;
use std::ops::Range;

/// A family, with what its config says beyond [`Config`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Family {
    Gpt2(gpt2::Layout),
    Neox(neox::Layout),
}

/// Reads a config.json; the error names the field and its value.
pub(super) fn read(config: &Value) -> Result<(Family, Config), String> {
    let fields = Fields(config);
    let (family, config) = match fields.text("model_type")?.as_str() {
        "gpt2" => gpt2::config(&fields).map(|(layout, config)| (Family::Gpt2(layout), config))?,
        "gpt_neox" => neox::config(&fields).map(|(layout, config)| (Family::Neox(layout), config))?,
        other => {
            return Err(format!(
                "config.json: model_type `{other}` is not supported; gpt2 and gpt_neox (Pythia) are"
            ));
        }
    };
    for (size, name) in [
        (config.n_layers, "number of layers"),
        (config.d_head, "size of a head"),
        (config.d_mlp, "size of the MLP"),
        (config.d_vocab, "vocabulary"),
        (config.n_ctx, "context length"),
    ] {
        if size == 0 {
            return Err(format!("config.json: the {name} must be at least 1"));
        }
    }
    Ok((family, config))
}

impl Family {
    /// Checks that every tensor is there with its shape.
    pub(super) fn check(self, config: &Config, tensors: &TensorFiles) -> Result<(), String> {
        let shapes = self.shapes(config, Some(tensors));
        shapes.iter().try_for_each(|(name, shape)| tensors.expect(name, shape))
    }

    /// Elements of every tensor that the config calls for.
    pub(super) fn parameters(self, config: &Config) -> u64 {
        let shapes = self.shapes(config, None);
        shapes.iter().map(|(_, shape)| shape.iter().map(|n| *n as u64).product::<u64>()).sum()
    }

    /// Every tensor it needs, under the names that `tensors` has, or the usual ones.
    fn shapes(self, config: &Config, tensors: Option<&TensorFiles>) -> Shapes {
        match self {
            Self::Gpt2(layout) => gpt2::shapes(layout, config, tensors),
            Self::Neox(layout) => neox::shapes(layout, config, tensors),
        }
    }

    /// Reads the tensors into canonical weights, unprocessed, f32, on the CPU.
    pub(super) fn weights(self, config: &Config, tensors: &TensorFiles) -> candle_core::Result<Weights> {
        match self {
            Self::Gpt2(layout) => gpt2::weights(layout, config, tensors),
            Self::Neox(layout) => neox::weights(layout, config, tensors),
        }
    }
}

/// Typed access to a config.json whose errors name the field.
pub(super) struct Fields<'a>(pub(super) &'a Value);

impl Fields<'_> {
    /// A field that is there and not null.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn required(&self, name: &str) -> Result<&Value, String> {
        self.get(name).ok_or_else(|| format!("config.json has no `{name}`"))
    }

    pub(super) fn text(&self, name: &str) -> Result<String, String> {
        let value = self.required(name)?;
        value.as_str().map(str::to_owned).ok_or_else(|| unsupported(name, value, "it must be a string"))
    }

    pub(super) fn size(&self, name: &str) -> Result<usize, String> {
        let value = self.required(name)?;
        let size = value.as_u64().filter(|n| *n < 1 << 32);
        size.map(|n| n as usize).ok_or_else(|| unsupported(name, value, "it must be a whole number"))
    }

    pub(super) fn number(&self, name: &str, default: f64) -> Result<f64, String> {
        let Some(value) = self.get(name) else { return Ok(default) };
        value.as_f64().ok_or_else(|| unsupported(name, value, "it must be a number"))
    }

    pub(super) fn flag(&self, name: &str, default: bool) -> Result<bool, String> {
        let Some(value) = self.get(name) else { return Ok(default) };
        value.as_bool().ok_or_else(|| unsupported(name, value, "it must be true or false"))
    }

    /// Refuses a flag that would change the computation in a way that is not implemented.
    pub(super) fn only(&self, name: &str, supported: bool) -> Result<(), String> {
        if self.flag(name, supported)? == supported {
            return Ok(());
        }
        Err(unsupported(name, &Value::Bool(!supported), &format!("only {supported} is")))
    }

    pub(super) fn activation(&self, name: &str, default: &str) -> Result<Activation, String> {
        let value = self.get(name).map_or(Some(default), Value::as_str).unwrap_or_default();
        Activation::from_hugging_face(value).ok_or_else(|| {
            unsupported(name, &Value::from(value), "gelu, gelu_new, gelu_pytorch_tanh and relu are")
        })
    }

    /// width / heads, where it divides.
    pub(super) fn d_head(&self, width: &str, heads: &str) -> Result<usize, String> {
        let (d_model, n_heads) = (self.size(width)?, self.size(heads)?);
        if n_heads == 0 || d_model % n_heads != 0 {
            return Err(format!("config.json: `{width}` {d_model} does not divide into `{heads}` {n_heads}"));
        }
        Ok(d_model / n_heads)
    }
}

pub(super) fn unsupported(name: &str, value: &Value, instead: &str) -> String {
    format!("config.json: `{name}` = {value} is not supported; {instead}")
}

/// Tensor names with shapes, under a common prefix.
pub(super) type Shapes = Vec<(String, Vec<usize>)>;

/// `prefix` where the checkpoint's names carry it, else nothing: some files hold the bare base model's names.
pub(super) fn prefix_of(prefix: &'static str, probe: &str, tensors: &TensorFiles) -> &'static str {
    if !tensors.contains(&format!("{prefix}{probe}")) && tensors.contains(probe) { "" } else { prefix }
}

/// `name.weight` and `name.bias` of a LayerNorm.
pub(super) fn norm(tensors: &TensorFiles, name: &str) -> candle_core::Result<Option<NormWeights>> {
    let (w, b) = (tensors.load(&format!("{name}.weight"))?, tensors.load(&format!("{name}.bias"))?);
    Ok(Some(NormWeights { w, b }))
}

/// Which stored output each output of a map is.
pub(super) type Order<'a> = &'a (dyn Fn(usize) -> usize + Sync);

/// A linear map whose weight is stored `[outputs, inputs]`, as PyTorch's `Linear` does, with its outputs in another order
/// than they are stored in.
pub(super) fn transposed(
    tensors: &TensorFiles,
    name: &str,
    bias: bool,
    order: Order<'_>,
) -> candle_core::Result<Linear> {
    let panels = panels_of_columns(tensors, &format!("{name}.weight"), order)?;
    if !bias {
        return Linear::without_bias(panels);
    }
    let stored: Vec<f32> = tensors.load(&format!("{name}.bias"))?.to_vec1()?;
    let b: Vec<f32> = (0..stored.len()).map(|output| stored[order(output)]).collect();
    let b = Tensor::from_vec(b, panels.outputs(), &Device::Cpu)?;
    Ok(Linear::packed(panels, b))
}

/// A weight stored `[outputs, inputs]`, read panel by panel: nothing of it is ever there twice.
pub(super) fn panels_of_columns(
    tensors: &TensorFiles,
    name: &str,
    order: Order<'_>,
) -> candle_core::Result<Panels> {
    let (outputs, inputs) = tensors.matrix(name)?;
    // runs of outputs that are stored one after the other are read at once
    let read = |range: Range<usize>, columns: &mut [f32], rows: &dyn Fn(Range<usize>, &mut [f32]) -> Read| {
        let mut columns = columns;
        let all: Vec<usize> = range.map(order).collect();
        for run in all.chunk_by(|a, b| a + 1 == *b) {
            let (first, rest) = columns.split_at_mut(run.len() * inputs);
            rows(run[0]..run[0] + run.len(), first)?;
            columns = rest;
        }
        Ok(())
    };
    if tensors.is_by_rows(name) {
        let rows = |rows: Range<usize>, values: &mut [f32]| tensors.read_rows(name, rows, values);
        return Panels::of_columns(inputs, outputs, |range, columns| read(range, columns, &rows));
    }
    let whole: Vec<f32> = tensors.load(name)?.flatten_all()?.to_vec1()?;
    let rows = |rows: Range<usize>, values: &mut [f32]| {
        values.copy_from_slice(&whole[rows.start * inputs..rows.end * inputs]);
        Ok(())
    };
    Panels::of_columns(inputs, outputs, |range, columns| read(range, columns, &rows))
}

type Read = candle_core::Result<()>;
