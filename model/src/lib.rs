//! The hooked transformer of hooklens and the words everything else speaks in.
//!
//! Two halves. [`wire`], [`table`], [`hook_name`], [`align`], [`sides`] and [`snippet`] are always compiled, and the page
//! uses them too. Behind the feature `engine` (candle, tokenizers) are the checkpoint loader, the forward pass with its hooks, and the analyses:
//!
//! ```text
//! Source → Checkpoint → Plan (experiment checked, tokenized, named) ─┐
//!              └──────→ Transformer (weights, folded or raw) ────────┴→ Job → wire::EventBody …
//! ```
//!
//! Nothing here knows HTTP or a DOM.

pub mod align;
pub mod hook_name;
pub mod sides;
pub mod snippet;
pub mod table;
pub mod wire;

#[cfg(feature = "engine")]
pub mod analysis;
#[cfg(feature = "engine")]
pub mod cache;
#[cfg(feature = "engine")]
pub mod checkpoint;
#[cfg(feature = "engine")]
pub mod config;
#[cfg(feature = "engine")]
mod demo;
#[cfg(feature = "engine")]
mod error;
#[cfg(feature = "cuda")]
pub mod gpu;
#[cfg(feature = "engine")]
pub mod hooks;
#[cfg(feature = "engine")]
mod kernels;
#[cfg(feature = "engine")]
pub mod keys_values;
#[cfg(feature = "engine")]
mod layers;
#[cfg(feature = "engine")]
pub mod packing;
#[cfg(feature = "engine")]
pub mod plan;
#[cfg(feature = "engine")]
pub mod prompt_sets;
#[cfg(feature = "engine")]
mod tap;
#[cfg(feature = "engine")]
pub mod tokens;
#[cfg(feature = "train")]
pub mod train;
#[cfg(feature = "engine")]
pub mod transformer;

#[cfg(feature = "bench")]
pub use kernels::bench as kernel_bench;
#[cfg(feature = "engine")]
pub use {
    analysis::{Figures, Job, Step},
    candle_core::Device,
    checkpoint::{Checkpoint, Source},
    demo::{BUNDLED, files as bundled_files},
    error::{Error, Result},
    plan::{Limits, Plan, parse_experiment},
    prompt_sets::listings as prompt_sets,
    transformer::Transformer,
};
