//! Where a run is: weights, moments and the step, in one safetensors file; and what comes of it, a Hugging Face folder.

use super::adamw::AdamW;
use super::parameters::{Parameter, Parameters};
use super::tokenizer::Files;
use crate::config::{Config, PositionKind};
use crate::error::{Error, Result};
use candle_core::{DType, Device, Tensor};
use safetensors::tensor::SafeTensors;
use serde_json::json;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// The file in a run's folder.
pub(crate) const FILE: &str = "checkpoint.safetensors";

/// Writes where a run is; whatever happens meanwhile, the folder has a whole checkpoint.
///
/// # Errors
/// What the file system says.
pub(crate) fn save(folder: &Path, parameters: &Parameters, optimizer: &AdamW, recipe: &str) -> Result<()> {
    let mut tensors = Vec::new();
    for (parameter, moments) in parameters.all.iter().zip(&optimizer.moments) {
        let of = |values: &[f32]| Tensor::from_slice(values, values.len(), &Device::Cpu);
        tensors.push((parameter.name.clone(), parameter.var.detach()));
        tensors.push((format!("first.{}", parameter.name), of(&moments.first)?));
        tensors.push((format!("second.{}", parameter.name), of(&moments.second)?));
    }
    let about = HashMap::from([
        ("step".to_owned(), optimizer.steps.to_string()),
        ("recipe".to_owned(), recipe.to_owned()),
    ]);
    let (file, unfinished) = (folder.join(FILE), folder.join("checkpoint.unfinished"));
    safetensors::serialize_to_file(tensors, Some(about), &unfinished).map_err(|e| bad(&e))?;
    fs::rename(&unfinished, &file).map_err(|e| bad(&e))
}

/// Reads where a run was.
///
/// # Errors
/// Where the file cannot be read, is of another recipe or lacks a tensor.
pub(crate) fn load(
    folder: &Path,
    parameters: &Parameters,
    optimizer: &mut AdamW,
    recipe: &str,
) -> Result<()> {
    let bytes = fs::read(folder.join(FILE)).map_err(|e| bad(&e))?;
    let (_, about) = SafeTensors::read_metadata(&bytes).map_err(|e| bad(&e))?;
    let about = about.metadata().clone().unwrap_or_default();
    if about.get("recipe").map(String::as_str) != Some(recipe) {
        return Err(bad(&"it is of another recipe; give its settings, or another folder"));
    }
    let step = about.get("step").and_then(|step| step.parse().ok());
    optimizer.steps = step.ok_or_else(|| bad(&"it does not say its step"))?;
    let tensors = SafeTensors::deserialize(&bytes).map_err(|e| bad(&e))?;
    let read = |name: &str, len: usize| -> Result<Vec<f32>> {
        let tensor = tensors.tensor(name).map_err(|e| bad(&e))?;
        let values: Vec<f32> = {
            let numbers = tensor.data().as_chunks::<4>().0;
            numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
        };
        if values.len() == len { Ok(values) } else { Err(bad(&format!("`{name}` has another shape"))) }
    };
    for (parameter, moments) in parameters.all.iter().zip(&mut optimizer.moments) {
        let (name, len, var) = (&parameter.name, parameter.var.elem_count(), &parameter.var);
        var.set(&Tensor::from_vec(read(name, len)?, var.shape(), var.device())?)?;
        moments.first = read(&format!("first.{name}"), len)?;
        moments.second = read(&format!("second.{name}"), len)?;
    }
    Ok(())
}

/// Writes the model as a Hugging Face folder: `config.json`, the tokenizer's files and `model.safetensors` in f16.
///
/// # Errors
/// What the file system says.
pub(crate) fn export(
    folder: &Path,
    config: &Config,
    parameters: &Parameters,
    tokenizer: &Files,
) -> Result<()> {
    let json = |name: &str, value: &serde_json::Value| {
        fs::write(folder.join(name), format!("{value:#}\n")).map_err(|e| bad(&e))
    };
    json("config.json", &hugging_face(config))?;
    json("tokenizer.json", &tokenizer.tokenizer)?;
    json("tokenizer_config.json", &tokenizer.settings)?;
    halves(parameters, &folder.join("model.safetensors"))
}

/// Writes the factors of a change, as [`crate::demo`] adds them to the weights: `change.safetensors` in f16.
///
/// # Errors
/// What the file system says.
pub(crate) fn export_change(folder: &Path, factors: &Parameters) -> Result<()> {
    halves(factors, &folder.join("change.safetensors"))
}

fn halves(parameters: &Parameters, file: &Path) -> Result<()> {
    let half = |parameter: &Parameter| {
        Ok((parameter.name.clone(), parameters.exported(parameter)?.to_dtype(DType::F16)?))
    };
    let halves = parameters.all.iter().map(half).collect::<Result<Vec<_>>>()?;
    let about = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    safetensors::serialize_to_file(halves, Some(about), file).map_err(|e| bad(&e))
}

/// `config.json` of a GPT-NeoX.
fn hugging_face(config: &Config) -> serde_json::Value {
    let (dims, base) = match config.positions {
        PositionKind::Rotary { dims, base } => (dims, base),
        PositionKind::Learned => (0, 10_000.0),
    };
    let fraction = dims as f64 / config.d_head as f64;
    json!({
        "architectures": ["GPTNeoXForCausalLM"],
        "attention_bias": true,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "dtype": "float16",
        "hidden_act": "gelu",
        "hidden_size": config.d_model,
        "initializer_range": 0.02,
        "intermediate_size": config.d_mlp,
        "layer_norm_eps": config.layer_norm_eps,
        "max_position_embeddings": config.n_ctx,
        "model_type": "gpt_neox",
        "num_attention_heads": config.n_heads,
        "num_hidden_layers": config.n_layers,
        "rope_parameters": {"partial_rotary_factor": fraction, "rope_theta": base, "rope_type": "default"},
        "rotary_emb_base": base,
        "rotary_pct": fraction,
        "tie_word_embeddings": false,
        "use_cache": true,
        "use_parallel_residual": true,
        "vocab_size": config.d_vocab,
    })
}

fn bad(why: &dyn std::fmt::Display) -> Error {
    Error::Model { name: "training".to_owned(), message: format!("the run's files cannot be used: {why}") }
}
