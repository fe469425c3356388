//! The layers of the transformer: one implementation of each, for every family and device.
//!
//! Axis names in the docs: `rows` (see [`packing`](crate::packing)), `d_model`, `head`, `d_head`, `query`, `key`,
//! `d_mlp`, `d_vocab`.

pub(crate) mod attention;
pub(crate) mod linear;
pub(crate) mod mlp;
pub(crate) mod norm;
pub(crate) mod rotary;
