//! The circuits of heads, read off their weights (Elhage et al., A Mathematical Framework for Transformer Circuits, 2021).
//!
//! In the convention of row vectors, x W: a head's OV circuit W_V W_O takes what stands at a key to what is written at the
//! query, its QK circuit W_Q W_Kᵀ says which keys a query matches; both are `[d_model, d_model]` of rank d_head. Between
//! the embedding and the unembedding, W_E W_V W_O W_U and W_E W_Q W_Kᵀ W_Eᵀ, they are about tokens. None of these is ever
//! multiplied out: see [`FactoredMatrix`]. Biases, norms that are not folded, positions and the scale 1/√d_head are not in
//! them, as in TransformerLens's `OV` and `QK`.

pub(super) mod copying;
pub(super) mod factored;

use crate::transformer::Transformer;
use candle_core::{Result, Tensor};
use factored::FactoredMatrix;

/// The attention weights of one layer.
pub(super) struct LayerCircuits {
    /// W_Q, W_K, W_V of all heads side by side, `[d_model, 3 · n_heads · d_head]`.
    qkv: Tensor,
    /// W_O of all heads, `[n_heads · d_head, d_model]`.
    o: Tensor,
    d_head: usize,
}

/// Which of a head's three reading maps, by their places in [`LayerCircuits::qkv`].
#[derive(Clone, Copy)]
enum Read {
    Query,
    Key,
    Value,
}

impl LayerCircuits {
    pub(super) fn new(model: &Transformer, layer: usize) -> Result<Self> {
        let block = &model.weights().blocks[layer];
        let (qkv, o) = (block.qkv.matrix()?, block.o.matrix()?);
        Ok(Self { qkv, o, d_head: model.config().d_head })
    }

    /// W_V W_O.
    pub(super) fn ov(&self, head: usize) -> Result<FactoredMatrix> {
        let o = self.o.narrow(0, head * self.d_head, self.d_head)?;
        FactoredMatrix::new(&self.read(Read::Value, head)?, &o)
    }

    /// W_Q W_Kᵀ.
    pub(super) fn qk(&self, head: usize) -> Result<FactoredMatrix> {
        FactoredMatrix::new(&self.read(Read::Query, head)?, &self.read(Read::Key, head)?.t()?)
    }

    /// `[d_model, d_head]`.
    fn read(&self, read: Read, head: usize) -> Result<Tensor> {
        let d_attn = self.o.dim(0)?;
        self.qkv.narrow(1, read as usize * d_attn + head * self.d_head, self.d_head)
    }
}
