//! The committed checkpoints and what is expected of them.

use model::tokens::Tokens;
use model::wire::{Cell, Experiment, Figure, FigureData, Processing, TOKEN_COLUMNS};
use safetensors::SafeTensors;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Checkpoints, each with the case whose numbers it must give. The variants differ in precision, files, spelling of
/// names and settings, and tokenizer files, never in a number.
pub(crate) const CHECKPOINTS: &[(&str, &str)] = &[
    ("neox-parallel", "neox-parallel"),
    ("neox-parallel-f16-sharded", "neox-parallel"),
    ("neox-sequential", "neox-sequential"),
    ("neox-sequential-bf16", "neox-sequential"),
    ("gpt2", "gpt2"),
    ("gpt2-bare", "gpt2"),
    ("gpt2-pickled", "gpt2"),
    ("neox-parallel-pickled", "neox-parallel"),
];

/// Both ways to run the weights.
pub(crate) const PROCESSINGS: [Processing; 2] = [Processing::Folded, Processing::Raw];

/// Figures of one case, as `expected/<case>/<processing>.json` holds them.
#[derive(serde::Deserialize)]
pub(crate) struct Expected {
    /// The prompts whose activations are compared.
    pub(crate) prompts: Vec<Tokenized>,
    /// Experiments and what they must give.
    pub(crate) experiments: Vec<ExpectedRun>,
}

/// A prompt and its tokens.
#[derive(serde::Deserialize)]
pub(crate) struct Tokenized {
    pub(crate) text: String,
    pub(crate) ids: Vec<u32>,
}

/// One experiment and what it must give.
#[derive(serde::Deserialize)]
pub(crate) struct ExpectedRun {
    pub(crate) experiment: Experiment,
    /// The tokens of its prompts.
    pub(crate) ids: Vec<Vec<u32>>,
    /// Its figures. Where axes are tokens, the labels are ids.
    pub(crate) figures: Vec<Figure>,
}

/// The folder with everything `make.py` wrote.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

/// The folder of a checkpoint.
pub(crate) fn checkpoint(name: &str) -> PathBuf {
    folder().join("checkpoints").join(name)
}

/// `folded` or `raw`.
pub(crate) fn processing_name(processing: Processing) -> &'static str {
    match processing {
        Processing::Folded => "folded",
        Processing::Raw => "raw",
    }
}

/// What is expected of `case`.
pub(crate) fn figures(case: &str, processing: Processing) -> Expected {
    let path = folder().join("expected").join(case).join(format!("{}.json", processing_name(processing)));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Heatmaps whose columns, not their rows, are tokens.
const PER_ENTRY: &[&str] = &["top_probability", "answer_rank", "position_attribution"];

/// Heatmaps whose axes are components, or words already.
const NO_IDS: &[&str] = &["head_attribution", "patched_", "attributed_", "path_to_", "ablated_"];

/// `figure` with its token ids, which TransformerLens gives, as hooklens shows tokens.
pub(crate) fn in_words(figure: &Figure, tokens: &Tokens) -> Figure {
    // entries, layers and heads are no numbers
    let word = |label: &str| label.parse().map_or_else(|_| label.to_owned(), |id| tokens.string(id));
    let mut figure = figure.clone();
    match &mut figure.data {
        FigureData::Line { x, .. } if figure.name == "source_attribution" => {
            for label in x {
                *label = word(label);
            }
        }
        FigureData::Heatmap { columns, .. } if PER_ENTRY.contains(&figure.name.as_str()) => {
            for label in columns {
                *label = word(label);
            }
        }
        FigureData::Heatmap { rows, columns, .. }
            if !NO_IDS.iter().any(|name| figure.name.starts_with(name)) =>
        {
            for label in rows.iter_mut().chain(columns) {
                *label = word(label);
            }
        }
        FigureData::Table { columns, rows } => {
            for (at, _) in
                columns.iter().enumerate().filter(|(_, title)| TOKEN_COLUMNS.contains(&title.as_str()))
            {
                for row in &mut *rows {
                    let Cell::Number(id) = row[at] else { panic!("{:?} is no token id", row[at]) };
                    row[at] = Cell::Text(tokens.string(id as u32));
                }
            }
        }
        _ => {}
    }
    figure
}

/// A named tensor of f32, in memory.
pub(crate) struct Array {
    pub(crate) shape: Vec<usize>,
    pub(crate) values: Vec<f32>,
}

/// The tensors of `expected/<case>/<file>.safetensors`.
pub(crate) fn tensors(case: &str, file: &str) -> BTreeMap<String, Array> {
    let path = folder().join("expected").join(case).join(format!("{file}.safetensors"));
    parse(&std::fs::read(path).unwrap())
}

/// The tensors of a safetensors file, all f32.
pub(crate) fn parse(bytes: &[u8]) -> BTreeMap<String, Array> {
    let file = SafeTensors::deserialize(bytes).unwrap();
    let array = |tensor: safetensors::tensor::TensorView<'_>| {
        assert_eq!(tensor.dtype(), safetensors::Dtype::F32);
        let values = tensor.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        Array { shape: tensor.shape().to_vec(), values: values.collect() }
    };
    file.tensors().into_iter().map(|(name, tensor)| (name, array(tensor))).collect()
}
