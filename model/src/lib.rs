//! The hooked transformer of hooklens and the words everything else speaks in.
//!
//! Two halves. [`wire`] and [`hook_name`] are always compiled and also run inside the page. Behind the feature
//! `engine` (candle, tokenizers) are the checkpoint loader, the forward pass with its hooks, and the analyses.
//! Nothing here knows HTTP or a DOM.

pub mod hook_name;
pub mod wire;
