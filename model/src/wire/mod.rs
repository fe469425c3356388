//! The one vocabulary that page, server, command line and store share: serde types, no behaviour beyond
//! reading and writing them.
//!
//! An [`Experiment`] goes in, numbered [`Event`]s come out; most events carry a [`Figure`]. The shapes here are the
//! public contract, documented field by field, and every unknown field is an error that names it.

mod ablation;
mod analysis;
mod api;
mod attribution_patching;
mod causal;
mod event;
mod experiment;
mod figure;
pub mod frame;
mod generate;
mod heads;
mod intervention;
mod path_patching;
mod sets;
mod several;
mod values;

pub use ablation::{Ablation, AblationMethod, AblationSite, Intervene};
pub use analysis::{
    Activations, Analysis, Attention, Attribution, Head, LogitLens, Neurons, Norm, PositionAttribution,
    Positions, PromptTest,
};
pub use api::{
    ApiError, Checked, Example, LoadedModel, Memory, ModelListing, ModelRequest, Problem, PromptFile,
    Residence, RowProblem, RunAccepted, RunDescription, SetListing, SetOption, SetOptionKind, SmallMap,
    StoredResult, Unloaded,
};
pub use attribution_patching::AttributionPatching;
pub use causal::{ActivationPatching, Direction, Metric, PatchSite};
pub use event::{
    Event, EventBody, Failure, Finished, ModelInfo, Progress, PromptTokens, Started, TwinTokens,
};
pub use experiment::{Experiment, Precision, Processing, Prompt, Prompts, Variant};
pub use figure::{Cell, Figure, FigureData, Series, TOKEN_COLUMNS};
pub use generate::Generate;
pub use heads::{Composition, DetectHeads, ErrorMeasure, HeadCircuit, HeadPattern, HeadPatterns};
pub use intervention::{Intervention, InterventionMethod, InterventionSite, Steer, SteerPositions};
pub use path_patching::{FinalLogits, HeadAt, LayerAt, PathPatching, Receiver, Sender};
pub use sets::{Drawn, Ioi, MovieSentiment, PromptSet, PromptType};
#[cfg(feature = "openapi")]
pub use several::OneOrMany;
pub use several::Several;
pub use values::Values;
