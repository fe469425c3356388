//! “Copy as TransformerLens”: every figure as the Python that computes the same numbers with TransformerLens 2.18.
//!
//! A snippet stands by itself: the experiment as literals, then pieces of `python/` from loading the model to the
//! figure, which ends up in `values` and is printed. The goldens that every figure is held to are made by running
//! these very snippets (`tests/golden/make.py`), so what a reader can check and what the tests check is one thing.
//!
//! A kind of analysis is a file here that lists its figures, each with its pieces (`Recipe`), and a folder of pieces.

mod ablation;
mod activation_patching;
mod activations;
mod attention;
mod attribution;
mod attribution_patching;
mod beside;
mod causal;
mod composition;
mod detect_heads;
mod generate;
mod head;
mod head_circuit;
mod intervene;
mod literals;
mod logit_lens;
mod neurons;
mod path_patching;
mod position_attribution;
mod prompt_test;

use crate::wire::{Analysis, Experiment, Processing, Started};
use literals::{Literals, in_comment};

/// `piece!("load")` is `python/load.py`.
macro_rules! piece {
    ($name:literal) => {
        include_str!(concat!("python/", $name, ".py"))
    };
}
use piece;

/// What the snippets need: `pip install` takes it.
pub const REQUIREMENTS: &str = "transformer_lens==2.18.0 transformers==4.57.1";

const CONTRAST: &str = piece!("contrast");
const AVERAGES: &str = piece!("averages");
const WORDS: &str = piece!("words");
const TOP: &str = piece!("top");

/// One figure of a result.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FigureKey {
    /// As the event has it.
    pub name: String,
    /// The prompt it belongs to, where it belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt: Option<usize>,
    /// `line`, `scatter`, `heatmap`, `table`, `scalars`, `tensor`: as the event has it.
    pub kind: &'static str,
}

/// How a figure is made: what stands between loading the model and printing.
#[derive(Clone)]
struct Recipe {
    key: FigureKey,
    /// Whether logits are those of the checkpoint's own weights, whatever the experiment's processing.
    original_logits: bool,
    /// Options as Python literals, by the names that the pieces read.
    options: Vec<(&'static str, String)>,
    pieces: Vec<&'static str>,
}

impl Recipe {
    /// Of a figure that belongs to no prompt and has no options of its own.
    fn new(name: &str, kind: &'static str, pieces: Vec<&'static str>) -> Self {
        let key = FigureKey { name: name.to_owned(), prompt: None, kind };
        Self { key, original_logits: false, options: Vec::new(), pieces }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.options.push((name, value.into()));
        self
    }

    fn then(mut self, piece: &'static str) -> Self {
        self.pieces.push(piece);
        self
    }

    fn with_original_logits(mut self) -> Self {
        self.original_logits = true;
        self
    }

    fn of_prompt(mut self, prompt: usize) -> Self {
        self.key.prompt = Some(prompt);
        self
    }
}

/// Every figure of `experiment`, whose sets are expanded; known before it is run, but for whether two models' labels are
/// the same, so that there is a difference.
pub fn figures(experiment: &Experiment) -> Vec<FigureKey> {
    beside::figures(experiment)
}

/// The Python that makes the figure `name` (of `prompt`, where it belongs to one) of `experiment`, whose sets are
/// expanded; `None` where the experiment has no such figure. `prompt` may be left out where only one figure has the
/// name.
///
/// It leaves a pandas `DataFrame` in `values`: a row for a label of a line or a row of a heatmap or table. Scalars are
/// a `Series`, a tensor is a NumPy array. Of two models' difference it is both programs, one after the other.
pub fn snippet(
    experiment: &Experiment,
    started: &Started,
    name: &str,
    prompt: Option<usize>,
) -> Option<String> {
    beside::snippet(experiment, started, name, prompt)
}

fn recipe(experiment: &Experiment, name: &str, prompt: Option<usize>) -> Option<Recipe> {
    let named =
        |recipe: &Recipe| recipe.key.name == name && (prompt.is_none() || recipe.key.prompt == prompt);
    let mut found = recipes(experiment).into_iter().filter(named);
    let recipe = found.next()?;
    found.next().is_none().then_some(recipe)
}

fn recipes(experiment: &Experiment) -> Vec<Recipe> {
    match &experiment.analysis {
        Analysis::Attribution(options) => attribution::recipes(experiment, options),
        Analysis::Head(options) => head::recipes(experiment, options),
        Analysis::Neurons(options) => neurons::recipes(experiment, options),
        Analysis::PositionAttribution(options) => position_attribution::recipes(experiment, options),
        Analysis::Attention(options) => attention::recipes(options),
        Analysis::LogitLens(options) => logit_lens::recipes(experiment, options),
        Analysis::PromptTest(options) => prompt_test::recipes(experiment, options),
        Analysis::Activations(options) => activations::recipes(options),
        Analysis::Generate(options) => generate::recipes(experiment, options),
        Analysis::ActivationPatching(options) => activation_patching::recipes(experiment, options),
        Analysis::Ablation(options) => ablation::recipes(experiment, options),
        Analysis::Intervene(options) => intervene::recipes(experiment, options),
        Analysis::PathPatching(options) => path_patching::recipes(experiment, options),
        Analysis::DetectHeads(options) => detect_heads::recipes(options),
        Analysis::HeadCircuit(options) => head_circuit::recipes(options),
        Analysis::Composition(_) => composition::recipes(),
        Analysis::AttributionPatching(options) => attribution_patching::recipes(experiment, options),
    }
}

impl Recipe {
    fn write(self, experiment: &Experiment, started: &Started) -> String {
        let prompt = self.key.prompt.map(|number| format!(" of prompt {number}")).unwrap_or_default();
        let header = format!(
            "# hooklens result {}: {}{prompt}, with TransformerLens\n# pip install {REQUIREMENTS}",
            started.id,
            in_comment(&self.key.name),
        );
        let literals = Literals::of(experiment, self.original_logits, self.options).to_string();
        let mut blocks = vec![header.as_str(), &literals, piece!("load")];
        if !experiment.analysis.is_of_weights() {
            blocks.push(piece!("prompts"));
        }
        blocks.extend(self.pieces);
        blocks.push(if self.key.kind == "tensor" { piece!("print_tensor") } else { piece!("print") });
        // two empty lines around definitions, as Python is written
        blocks.into_iter().map(str::trim_end).collect::<Vec<_>>().join("\n\n\n") + "\n"
    }
}

/// What asks about a direction in the residual stream: raw weights have a final norm with parameters before W_U.
fn direction(experiment: &Experiment) -> &'static str {
    match experiment.processing {
        Processing::Folded => piece!("direction_folded"),
        Processing::Raw => piece!("direction_raw"),
    }
}
