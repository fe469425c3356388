//! The page of hooklens, compiled to WASM. It knows the wire vocabulary of `model` and the public HTTP interface,
//! and nothing of the engine or the server.
//!
//! Data goes one way: form -> [`api`] -> [`state`] (signals fed by the event stream) -> [`components`]. What is shown
//! of a result (the selection, scales, panels) is a [`link::View`], so the address is always the link to it.
//! The library compiles natively too, where its pure parts are tested.

#![allow(clippy::needless_pass_by_value, reason = "a component owns its properties")]

pub mod api;
pub mod chart;
pub mod compare;
pub mod components;
pub mod draft;
pub mod heatmap;
mod json;
pub mod link;
pub mod pages;
pub mod state;
