//! Every head's attention pattern on one prompt, and scores by which to sort and filter heads.
//!
//! The forward pass goes layer by layer; a layer's patterns are made for some queries at a time, reduced to the size
//! asked for, and dropped.

mod maps;
mod scores;

use super::refinement::Growth;
use super::walk::Walk;
use super::{Job, Step, figure};
use crate::error::Result;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{Attention, Cell, EventBody, Figure, FigureData, Progress};
use maps::Maps;
use std::sync::Arc;

/// Sides of the maps of a prompt of `n` tokens: one cell a token, or `size` cells.
pub(crate) fn side(options: &Attention, n: usize) -> usize {
    options.size.map_or(n, |size| size.min(n))
}

/// Walks through the layers.
pub(super) struct AttentionJob {
    model: Arc<Transformer>,
    prompt: usize,
    walk: Walk<Maps>,
    pace: Growth,
}

impl AttentionJob {
    pub(super) fn new(model: Arc<Transformer>, prompts: &[EncodedPrompt], options: &Attention) -> Self {
        let ids = &prompts[options.prompt].ids;
        let maps = Maps::new(model.config().n_heads, ids, side(options, ids.len()));
        let walk = Walk::new(&model, ids, maps);
        Self { model, prompt: options.prompt, walk, pace: Growth::default() }
    }

    fn figures(&self) -> [Figure; 2] {
        let figure = |name, title, data| figure(name, Some(self.prompt), title, data);
        let (maps, heads) = (self.walk.hooks(), self.model.config().n_heads);
        let (side, layers) = (maps.side(), maps.scores().len() / heads);
        let patterns = FigureData::Tensor {
            axes: ["layer", "head", "query", "key"].map(str::to_owned).to_vec(),
            shape: vec![layers, heads, side, side],
            values: maps.values().to_vec().into(),
        };
        let rows = maps.scores().iter().enumerate().map(|(i, scores)| {
            let numbers =
                [(i / heads) as f64, (i % heads) as f64].into_iter().chain(scores.values(maps.tokens()));
            numbers.map(Cell::Number).collect()
        });
        let columns = ["layer", "head"].into_iter().chain(scores::NAMES).map(str::to_owned).collect();
        [
            figure("attention", "Attention patterns", patterns),
            figure(
                "attention_scores",
                "Scores of the heads",
                FigureData::Table { columns, rows: rows.collect() },
            ),
        ]
    }
}

impl Job for AttentionJob {
    fn step(&mut self) -> Result<Step> {
        let (done, total) = (self.walk.step(&self.model)?, self.model.config().n_layers);
        let mut events = Vec::new();
        if self.pace.is_due(done, total) {
            events.extend(self.figures().map(EventBody::Figure));
        }
        events.push(EventBody::Progress(Progress { done, total, unit: "layers".to_owned() }));
        Ok(Step { events, bytes: Vec::new(), finished: done == total })
    }
}
