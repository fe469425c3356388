//! Keys and values of rows that were computed before, so that a run goes on where another ended.
//!
//! A causal model computes a position from its own and earlier ones, so what earlier rows were never changes; of them
//! later rows need only keys and values. Rows of all passes are counted through, in the order they were computed.

use crate::transformer::Transformer;
use candle_core::{DType, Result, Tensor, bail};

/// Keys (after rotary) and values of every layer, with room for later rows.
#[derive(Debug)]
pub struct KeysValues {
    /// By layer, each `[capacity, head, d_head]`, of which the first `rows` are filled.
    layers: Vec<[Tensor; 2]>,
    rows: usize,
}

impl KeysValues {
    /// None yet, with room for `capacity` rows in all.
    ///
    /// # Errors
    /// Where the device has no memory for them.
    pub fn with_room(model: &Transformer, capacity: usize) -> Result<Self> {
        let config = model.config();
        let shape = (capacity, config.n_heads, config.d_head);
        let room = || Tensor::zeros(shape, DType::F32, model.device());
        let layers = (0..config.n_layers).map(|_| Ok([room()?, room()?])).collect::<Result<_>>()?;
        Ok(Self { layers, rows: 0 })
    }

    /// How many rows are there.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes that one row takes.
    pub fn bytes_a_row(model: &Transformer) -> usize {
        let config = model.config();
        2 * config.n_layers * config.d_attn() * DType::F32.size_in_bytes()
    }

    /// Keeps a layer's keys and values `[rows, head, d_head]` of a pass, and gives those of all rows, in order.
    pub(crate) fn extend(&self, layer: usize, k: &Tensor, v: &Tensor) -> Result<(Tensor, Tensor)> {
        let Some([keys, values]) = self.layers.get(layer) else { bail!("no layer {layer} is kept") };
        let keep = |kept: &Tensor, new: &Tensor| {
            kept.slice_set(&new.contiguous()?, 0, self.rows)?;
            kept.narrow(0, 0, self.rows + new.dim(0)?)
        };
        Ok((keep(keys, k)?, keep(values, v)?))
    }

    /// Counts in the `rows` of a pass that is through all layers.
    pub(crate) fn complete(mut self, rows: usize) -> Self {
        self.rows += rows;
        self
    }
}
