//! One head by its weights: its OV and QK circuits, their singular values and eigenvalues, and the token pairs they are
//! largest for. No prompt is run.
//!
//! The circuits between tokens, W_E W_V W_O W_U and W_E W_Q W_Kᵀ W_Eᵀ, have d_vocab² entries: they are gone through some
//! rows a step, and only the largest are kept.

mod figures;
mod pairs;

use super::circuits::LayerCircuits;
use super::circuits::factored::FactoredMatrix;
use super::refinement::Growth;
use super::{Job, Step, chunks};
use crate::checkpoint::Checkpoint;
use crate::error::Result;
use crate::transformer::Transformer;
use crate::wire::{EventBody, HeadCircuit, Progress};
use figures::Spectrum;
use pairs::Pairs;
use std::sync::Arc;

/// The two circuits one after the other: each its spectrum, then its pairs.
pub(super) struct HeadCircuitJob {
    model: Arc<Transformer>,
    checkpoint: Arc<Checkpoint>,
    head: HeadCircuit,
    ov: Option<Circuit>,
    qk: Option<Circuit>,
}

/// One of the two.
struct Circuit {
    spectrum: Spectrum,
    pairs: Pairs,
    pace: Growth,
}

impl HeadCircuitJob {
    pub(super) fn new(model: Arc<Transformer>, checkpoint: Arc<Checkpoint>, options: &HeadCircuit) -> Self {
        Self { model, checkpoint, head: options.clone(), ov: None, qk: None }
    }

    fn ov(&self) -> candle_core::Result<Circuit> {
        let weights = self.model.weights();
        let circuit = LayerCircuits::new(&self.model, self.head.layer)?.ov(self.head.head)?;
        let of_tokens = circuit.between(&weights.embed, |b| weights.unembed.product(b))?;
        Circuit::new(&circuit, of_tokens, self.head.top_k)
    }

    fn qk(&self) -> candle_core::Result<Circuit> {
        let embed = &self.model.weights().embed;
        let circuit = LayerCircuits::new(&self.model, self.head.layer)?.qk(self.head.head)?;
        let of_tokens = circuit.between(embed, |b| b.matmul(&embed.t()?))?;
        Circuit::new(&circuit, of_tokens, self.head.top_k)
    }

    fn summary(&self) -> Option<EventBody> {
        let (ov, qk) = (self.ov.as_ref()?, self.qk.as_ref().map(|qk| &qk.spectrum));
        Some(EventBody::Figure(figures::summary(&self.head, &ov.spectrum, qk, ov.pairs.on_diagonal())))
    }

    fn progress(&self) -> EventBody {
        let rows =
            |circuit: &Option<Circuit>| circuit.as_ref().map_or(0, |circuit| circuit.pairs.rows_done());
        let (done, total) = (rows(&self.ov) + rows(&self.qk), 2 * self.model.config().d_vocab);
        EventBody::Progress(Progress { done, total, unit: "tokens".to_owned() })
    }

    fn is_done(&self) -> bool {
        [&self.ov, &self.qk].iter().all(|circuit| circuit.as_ref().is_some_and(|c| c.pairs.is_done()))
    }
}

impl Circuit {
    /// Of a circuit between residual streams and the same between tokens.
    fn new(circuit: &FactoredMatrix, of_tokens: FactoredMatrix, top_k: usize) -> candle_core::Result<Self> {
        let spectrum = Spectrum::new(circuit, &of_tokens)?;
        Ok(Self { spectrum, pairs: Pairs::new(of_tokens, top_k), pace: Growth::default() })
    }

    /// The next rows; whether the largest pairs so far are to be shown.
    fn step(&mut self, model: &Transformer) -> candle_core::Result<bool> {
        self.pairs.step(chunks::token_pairs(model))?;
        Ok(self.pace.is_due(self.pairs.rows_done(), model.config().d_vocab))
    }
}

impl Job for HeadCircuitJob {
    fn step(&mut self) -> Result<Step> {
        let (head, model, checkpoint) =
            (self.head.clone(), Arc::clone(&self.model), Arc::clone(&self.checkpoint));
        let tokens = checkpoint.tokens();
        let mut figures = Vec::new();
        match (&mut self.ov, &mut self.qk) {
            (None, _) => {
                let ov = self.ov()?;
                figures.push(figures::singular_values(&head, "ov", &ov.spectrum));
                figures.push(figures::eigenvalues(&head, &ov.spectrum));
                self.ov = Some(ov);
            }
            (_, None) => {
                let qk = self.qk()?;
                figures.push(figures::singular_values(&head, "qk", &qk.spectrum));
                self.qk = Some(qk);
            }
            (Some(ov), _) if !ov.pairs.is_done() => {
                if ov.step(&model)? {
                    figures.push(figures::ov_pairs(&head, tokens, ov.pairs.largest()));
                }
            }
            (_, Some(qk)) => {
                if qk.step(&model)? {
                    figures.push(figures::qk_pairs(&head, tokens, qk.pairs.largest()));
                }
            }
        }
        let mut events: Vec<EventBody> = figures.into_iter().map(EventBody::Figure).collect();
        if !events.is_empty() {
            events.extend(self.summary());
        }
        events.push(self.progress());
        Ok(Step { events, bytes: Vec::new(), finished: self.is_done() })
    }
}
