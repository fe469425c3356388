//! Copying scores of all heads: Σ λ / Σ |λ| over the eigenvalues λ of W_E W_V W_O W_U, as TransformerLens's
//! `FactoredMatrix` has them. A head whose OV circuit raises the token it sees has one near 1.
//!
//! They are those of W_O (W_U W_E) W_V, in which W_U W_E `[d_model, d_model]` is the same for every head.

use super::super::chunks;
use super::LayerCircuits;
use super::factored::{eigenvalues, positivity};
use crate::config::Config;
use crate::transformer::Transformer;
use crate::wire::{EventBody, Progress};
use candle_core::{Result, Tensor};

/// First the vocabulary, some tokens a step, then the layers.
pub(crate) struct Copying {
    config: Config,
    /// W_U W_E over the tokens so far.
    through: Option<Tensor>,
    tokens: usize,
    /// `[layer, head]` of the layers that are done, NaN where there is none.
    scores: Vec<f32>,
}

impl Copying {
    pub(crate) fn new(config: &Config) -> Self {
        Self { config: config.clone(), through: None, tokens: 0, scores: Vec::new() }
    }

    /// `[layer, head]` as far as they are known.
    pub(crate) fn scores(&self) -> &[f32] {
        &self.scores
    }

    pub(crate) fn is_done(&self) -> bool {
        self.layers_done() == self.config.n_layers
    }

    fn layers_done(&self) -> usize {
        self.scores.len() / self.config.n_heads
    }

    /// The next tokens, or the next layer.
    pub(crate) fn step(&mut self, model: &Transformer) -> Result<EventBody> {
        match &self.through {
            Some(through) if self.tokens == self.config.d_vocab => {
                let scores = of_layer(model, through, self.layers_done())?;
                self.scores.extend(scores);
            }
            _ => self.read_tokens(model)?,
        }
        let (done, total) = (self.layers_done(), self.config.n_layers);
        Ok(EventBody::Progress(Progress { done, total, unit: "layers".to_owned() }))
    }

    fn read_tokens(&mut self, model: &Transformer) -> Result<()> {
        let count = chunks::of_width(model, self.config.d_model).min(self.config.d_vocab - self.tokens);
        let tokens: Vec<u32> = (self.tokens..self.tokens + count).map(|token| token as u32).collect();
        let unembed = model.weights().unembed.columns(&tokens)?;
        let part = unembed.t()?.matmul(&model.weights().embed.narrow(0, self.tokens, count)?)?;
        self.through = Some(match self.through.take() {
            Some(through) => (through + part)?,
            None => part,
        });
        self.tokens += count;
        Ok(())
    }
}

fn of_layer(model: &Transformer, through: &Tensor, layer: usize) -> Result<Vec<f32>> {
    let circuits = LayerCircuits::new(model, layer)?;
    let of_head = |head| -> Result<f32> {
        let ov = circuits.ov(head)?;
        let small = ov.b.matmul(&through.matmul(&ov.a)?)?;
        Ok(eigenvalues(&small)?.and_then(|values| positivity(&values)).map_or(f32::NAN, |score| score as f32))
    };
    (0..model.config().n_heads).map(of_head).collect()
}
