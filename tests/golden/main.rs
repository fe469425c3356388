//! Parity with TransformerLens and transformers on tiny random checkpoints (made by `make.py`, described there), what
//! a bad checkpoint is told, and a guard against numbers that move without a new analysis version.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod broken;
mod compare;
mod continued;
mod device;
mod expected;
mod gradients;
mod parity;
mod run;
mod slopes;
mod snapshot;
mod snippets;
