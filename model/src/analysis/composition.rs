//! How much of what each head reads each earlier head can have written: composition scores (Elhage et al., 2021).
//!
//! For an earlier head's OV circuit W_OV and a later head's circuit W the score is ‖W_OV W‖ / (‖W_OV‖ ‖W‖), Frobenius norms,
//! with W = W_QK for its queries (Q), W_QKᵀ for its keys (K), W_OV for its values (V): TransformerLens's
//! `all_composition_scores`. With the factors that lengths need alone, R W_O of the earlier and W_Q Rᵀ of the later head,
//! a pair takes one product of `[d_head, d_model]` and `[d_model, d_head]`.

use super::circuits::LayerCircuits;
use super::circuits::factored::FactoredMatrix;
use super::refinement::Growth;
use super::{Job, Step, chunks, figure};
use crate::error::Result;
use crate::transformer::Transformer;
use crate::wire::{EventBody, Figure, FigureData, Progress};
use candle_core::Tensor;
use rayon::prelude::*;
use std::sync::Arc;

/// What a later head reads with, in the order of the figures.
const WAYS: [(&str, &str); 3] = [
    ("q_composition", "Q-composition: what queries read of earlier heads"),
    ("k_composition", "K-composition: what keys read of earlier heads"),
    ("v_composition", "V-composition: what values read of earlier heads"),
];

/// Goes through the layers, each with the heads of all earlier ones.
pub(super) struct CompositionJob {
    model: Arc<Transformer>,
    /// What each head of the layers so far writes, of length one: a layer's `[n_heads · d_head, d_model]`.
    writes: Vec<Tensor>,
    /// The layer at hand.
    reader: Option<Reader>,
    /// For each of [`WAYS`], row-major `[later head, earlier head]` of the layers from 1 on that are done.
    scores: [Vec<f32>; 3],
    pace: Growth,
}

/// What the heads of a layer read with.
struct Reader {
    /// For each of [`WAYS`], the heads' maps side by side, each of length one: `[d_model, n_heads · d_head]`.
    reads: [Tensor; 3],
    /// For each of [`WAYS`], row-major `[earlier head, head]` of the earlier heads that are done.
    scores: [Vec<f32>; 3],
}

/// One head's part of that.
struct HeadMaps {
    write: Tensor,
    reads: [Tensor; 3],
}

impl CompositionJob {
    pub(super) fn new(model: Arc<Transformer>) -> Self {
        Self { model, writes: Vec::new(), reader: None, scores: Default::default(), pace: Growth::default() }
    }

    /// Takes the next layer in: all but the first read.
    fn next_layer(&mut self) -> Result<()> {
        let layer = self.writes.len();
        let circuits = LayerCircuits::new(&self.model, layer)?;
        let heads: Vec<HeadMaps> = (0..self.model.config().n_heads)
            .into_par_iter()
            .map(|head| HeadMaps::new(&circuits, head))
            .collect::<candle_core::Result<_>>()?;
        if layer > 0 {
            let beside = |way: usize| Tensor::cat(&each(&heads, |head| &head.reads[way]), 1);
            let reads = [beside(0)?, beside(1)?, beside(2)?];
            self.reader = Some(Reader { reads, scores: Default::default() });
        }
        self.writes.push(Tensor::cat(&each(&heads, |head| &head.write), 0)?);
        Ok(())
    }

    /// The next earlier heads with all heads of the layer at hand; whether that was the last of its pairs.
    fn compose(&mut self) -> Result<bool> {
        let config = self.model.config();
        let Some(reader) = &mut self.reader else { return Ok(true) };
        let (heads, d_head) = (config.n_heads, config.d_head);
        let done = reader.scores[0].len() / heads;
        let (layer, head) = (done / heads, done % heads);
        let rows = chunks::of_width(&self.model, WAYS.len() * config.d_attn());
        let count = (rows / d_head).clamp(1, heads - head);
        let writes = self.writes[layer].narrow(0, head * d_head, count * d_head)?;
        for (scores, reads) in reader.scores.iter_mut().zip(&reader.reads) {
            let products = writes.matmul(reads)?.flatten_all()?.to_vec1::<f32>()?;
            scores.extend(lengths(&products, heads, d_head));
        }
        Ok(done + count == (self.writes.len() - 1) * heads)
    }

    /// Adds the rows of the layer at hand.
    fn keep(&mut self) {
        let heads = self.model.config().n_heads;
        let width = (self.model.config().n_layers - 1) * heads;
        let Some(reader) = self.reader.take() else { return };
        for (kept, scores) in self.scores.iter_mut().zip(&reader.scores) {
            for head in 0..heads {
                let end = kept.len() + width;
                kept.extend(scores.iter().skip(head).step_by(heads));
                kept.resize(end, f32::NAN);
            }
        }
    }

    fn figures(&self) -> [Figure; 3] {
        let (layers, heads) = (self.model.config().n_layers, self.model.config().n_heads);
        let labels = |layers: std::ops::Range<usize>| {
            layers
                .flat_map(|layer| (0..heads).map(move |head| format!("L{layer}H{head}")))
                .collect::<Vec<_>>()
        };
        let (rows, columns) = (labels(1..layers), labels(0..layers - 1));
        let map = |way: usize| {
            let mut values = self.scores[way].clone();
            values.resize(rows.len() * columns.len(), f32::NAN);
            let (rows, columns) = (rows.clone(), columns.clone());
            let (name, title) = WAYS[way];
            figure(name, None, title, FigureData::Heatmap { rows, columns, values: values.into() })
        };
        [map(0), map(1), map(2)]
    }
}

fn each<'a>(heads: &'a [HeadMaps], of: impl Fn(&'a HeadMaps) -> &'a Tensor) -> Vec<&'a Tensor> {
    heads.iter().map(of).collect()
}

impl HeadMaps {
    fn new(circuits: &LayerCircuits, head: usize) -> candle_core::Result<Self> {
        let (ov, qk) = (circuits.ov(head)?, circuits.qk(head)?);
        let read = |circuit: &FactoredMatrix| of_length_one(&circuit.collapsed_right()?);
        Ok(Self {
            write: of_length_one(&ov.collapsed_left()?)?,
            reads: [read(&qk)?, read(&qk.transposed()?)?, read(&ov)?],
        })
    }
}

/// A map over its Frobenius norm; that of a head without weights is NaN.
fn of_length_one(map: &Tensor) -> candle_core::Result<Tensor> {
    map.broadcast_div(&map.sqr()?.sum_all()?.sqrt()?)
}

/// The Frobenius norms of the blocks, `d_head` a side, of rows of `heads` blocks.
fn lengths(products: &[f32], heads: usize, d_head: usize) -> Vec<f32> {
    let of_earlier = |block: &[f32]| {
        let mut squares = vec![0.0; heads];
        for row in block.chunks_exact(heads * d_head) {
            for (sum, part) in squares.iter_mut().zip(row.chunks_exact(d_head)) {
                *sum += f64::from(part.iter().map(|x| x * x).sum::<f32>());
            }
        }
        squares.into_iter().map(|sum: f64| sum.sqrt() as f32).collect::<Vec<_>>()
    };
    products.par_chunks_exact(heads * d_head * d_head).flat_map_iter(of_earlier).collect()
}

impl Job for CompositionJob {
    fn step(&mut self) -> Result<Step> {
        let total = self.model.config().n_layers;
        let mut events = Vec::new();
        if self.reader.is_none() {
            self.next_layer()?;
        } else if self.compose()? {
            self.keep();
            let done = self.writes.len();
            if self.pace.is_due(done, total) {
                events.extend(self.figures().map(EventBody::Figure));
            }
        }
        let done = self.writes.len() - usize::from(self.reader.is_some());
        events.push(EventBody::Progress(Progress { done, total, unit: "layers".to_owned() }));
        Ok(Step { events, bytes: Vec::new(), finished: done == total })
    }
}
