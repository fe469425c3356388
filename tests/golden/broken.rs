//! Checkpoints that cannot be used: each is refused when it is opened, and the message names what is wrong.

use crate::expected;
use crate::run;
use model::Error;
use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const NEOX: &str = "neox-parallel";
const GPT2: &str = "gpt2";
const SHARDED: &str = "neox-parallel-f16-sharded";
const PICKLED: &str = "gpt2-pickled";
const BEFORE_ZIP: &str = "neox-parallel-pickled";
const WEIGHTS: &str = "model.safetensors";

/// A copy of a committed checkpoint, to be spoilt.
struct Copy(TempDir);

impl Copy {
    fn of(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(expected::checkpoint(name)).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
        Self(folder)
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    /// Changes a JSON file.
    fn edit(&self, file: &str, change: impl FnOnce(&mut Value)) {
        let mut json = serde_json::from_slice(&fs::read(self.path(file)).unwrap()).unwrap();
        change(&mut json);
        fs::write(self.path(file), json.to_string()).unwrap();
    }

    /// Cuts the weight file to what `length` makes of its length.
    fn truncate(&self, length: impl FnOnce(usize) -> usize) {
        self.cut(WEIGHTS, length);
    }

    fn cut(&self, file: &str, length: impl FnOnce(usize) -> usize) {
        let bytes = fs::read(self.path(file)).unwrap();
        fs::write(self.path(file), &bytes[..length(bytes.len())]).unwrap();
    }

    /// Writes the weights again without the tensor `name`, or with `instead` for it.
    fn replace(&self, name: &str, instead: Option<TensorView<'_>>) {
        let bytes = fs::read(self.path(WEIGHTS)).unwrap();
        let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let mut tensors = file.tensors();
        let place = tensors.iter().position(|(other, _)| other == name).unwrap();
        tensors.remove(place);
        tensors.extend(instead.map(|view| (name.to_owned(), view)));
        fs::write(self.path(WEIGHTS), safetensors::serialize(tensors, None).unwrap()).unwrap();
    }
}

/// Asserts that opening `folder` fails as a bad model, with every one of `words` in the message.
fn assert_refused(folder: &Path, words: &[&str]) {
    match run::open_folder(folder) {
        Err(error @ Error::Model { .. }) => {
            assert_eq!(error.code(), "bad_model");
            let message = error.to_string();
            for word in words {
                assert!(message.contains(word), "`{message}` does not say `{word}`");
            }
        }
        Err(other) => panic!("expected a bad model and {words:?}, got: {other}"),
        Ok(_) => panic!("opened, though {words:?}"),
    }
}

/// A committed checkpoint with one spoilt thing is refused with `words`.
fn check(name: &str, spoil: impl FnOnce(&Copy), words: &[&str]) {
    let copy = Copy::of(name);
    spoil(&copy);
    assert_refused(copy.0.path(), words);
}

#[test]
fn a_missing_tensor_is_named() {
    for (checkpoint, tensor) in [
        (NEOX, "gpt_neox.layers.1.attention.dense.weight"),
        (NEOX, "embed_out.weight"),
        (NEOX, "gpt_neox.final_layer_norm.bias"),
        (GPT2, "transformer.h.0.mlp.c_proj.bias"),
    ] {
        check(checkpoint, |copy| copy.replace(tensor, None), &[tensor]);
    }
}

#[test]
fn a_misshapen_tensor_is_named_with_both_shapes() {
    let tensor = "gpt_neox.layers.2.mlp.dense_h_to_4h.weight";
    let zeros = vec![0; 4 * 32 * 48];
    let transposed = TensorView::new(Dtype::F32, vec![32, 48], &zeros).unwrap();
    check(NEOX, |copy| copy.replace(tensor, Some(transposed)), &[tensor, "[32, 48]", "[48, 32]"]);
}

#[test]
fn integers_are_no_weights() {
    let tensor = "gpt_neox.final_layer_norm.weight";
    let zeros = vec![0; 4 * 32];
    let integers = TensorView::new(Dtype::I32, vec![32], &zeros).unwrap();
    check(NEOX, |copy| copy.replace(tensor, Some(integers)), &[tensor]);
}

#[test]
fn a_truncated_file_is_named() {
    for length in [|n| n - 1, |n| n / 2, |_| 100, |_| 4, |_| 0] {
        check(NEOX, |copy| copy.truncate(length), &[WEIGHTS]);
    }
}

#[test]
fn a_truncated_pickled_file_is_named() {
    for (checkpoint, file) in
        [(PICKLED, "pytorch_model.bin"), (BEFORE_ZIP, "pytorch_model-00002-of-00002.bin")]
    {
        for length in [|n| n - 1, |n| n / 2, |_| 100, |_| 20, |_| 4, |_| 0] {
            check(checkpoint, |copy| copy.cut(file, length), &[file, "truncated or not a PyTorch file"]);
        }
        check(checkpoint, |copy| fs::write(copy.path(file), "no model".repeat(99)).unwrap(), &[file]);
    }
}

#[test]
fn a_config_against_its_tensors_is_refused() {
    check(NEOX, |c| c.edit("config.json", |j| j["vocab_size"] = json!(343)), &["embed_in.weight", "343"]);
    check(NEOX, |c| c.edit("config.json", |j| j["num_hidden_layers"] = json!(4)), &["layers.3."]);
    check(GPT2, |c| c.edit("config.json", |j| j["n_inner"] = json!(64)), &["c_fc", "64"]);
}

#[test]
fn an_unsupported_setting_is_named() {
    let yarn = json!({"rope_type": "yarn", "factor": 4.0, "rope_theta": 10_000.0});
    for (checkpoint, field, value) in [
        (GPT2, "scale_attn_by_inverse_layer_idx", json!(true)),
        (GPT2, "scale_attn_weights", json!(false)),
        (GPT2, "activation_function", json!("swiglu")),
        (GPT2, "add_cross_attention", json!(true)),
        (NEOX, "hidden_act", json!("swiglu")),
        (NEOX, "rope_scaling", json!({"type": "linear", "factor": 2.0})),
        (SHARDED, "rope_parameters", yarn),
        (NEOX, "model_type", json!("llama")),
        (NEOX, "num_attention_heads", json!(5)),
        (NEOX, "num_attention_heads", json!(0)),
        (NEOX, "hidden_size", json!("32")),
        (NEOX, "layer_norm_eps", json!("small")),
    ] {
        check(checkpoint, |copy| copy.edit("config.json", |json| json[field] = value), &[field]);
    }
}

#[test]
fn rotary_dimensions_must_be_pairs() {
    let odd = |copy: &Copy| {
        copy.edit("config.json", |json| {
            json["rotary_pct"] = json!(0.4);
            json["partial_rotary_factor"] = json!(0.4);
        });
    };
    check(NEOX, odd, &["rotary"]);
}

#[test]
fn a_missing_or_unreadable_file_is_named() {
    for file in ["config.json", "tokenizer.json", WEIGHTS] {
        check(NEOX, |copy| fs::remove_file(copy.path(file)).unwrap(), &[file]);
        check(NEOX, |copy| fs::write(copy.path(file), "{").unwrap(), &[file]);
    }
    let shard = "model-00002-of-00002.safetensors";
    check(SHARDED, |copy| fs::remove_file(copy.path(shard)).unwrap(), &[shard]);
}

#[test]
fn an_index_names_files_of_its_folder() {
    let index = "model.safetensors.index.json";
    let outside = |copy: &Copy| {
        copy.edit(index, |json| {
            json["weight_map"]["embed_out.weight"] = json!("../../secret.safetensors");
        });
    };
    check(SHARDED, outside, &[index, "../../secret.safetensors"]);
    check(SHARDED, |copy| copy.edit(index, |json| *json = json!({})), &[index, "weight_map"]);
}

#[test]
fn a_folder_that_is_no_model_says_so() {
    let empty = tempfile::tempdir().unwrap();
    assert_refused(empty.path(), &["config.json"]);
    assert_refused(&empty.path().join("nothing"), &["folder"]);
}
