//! Every head's attention pattern on one prompt, and scores by which to sort and filter heads.
//!
//! The forward pass goes layer by layer; a layer's patterns are made for some queries at a time, reduced to the size
//! asked for, and dropped.

mod maps;
mod scores;

use super::refinement::Doubling;
use super::{Job, Step, chunks, figure};
use crate::error::Result;
use crate::packing::Batch;
use crate::plan::EncodedPrompt;
use crate::transformer::{Pass, Transformer};
use crate::wire::{Attention, Cell, EventBody, Figure, FigureData, Progress};
use maps::Maps;
use std::sync::Arc;

/// Bytes of patterns made at a time; a layer's scores and their copies take a few times as much.
const PATTERN_BYTES: usize = 16 << 20;

/// Sides of the maps of a prompt of `n` tokens: one cell a token, or `size` cells.
pub(crate) fn side(options: &Attention, n: usize) -> usize {
    options.size.map_or(n, |size| size.min(n))
}

/// Walks through the layers.
pub(super) struct AttentionJob {
    model: Arc<Transformer>,
    prompt: usize,
    batch: Batch,
    pass: Option<Pass>,
    maps: Maps,
    pace: Doubling,
}

impl AttentionJob {
    pub(super) fn new(model: Arc<Transformer>, prompts: &[EncodedPrompt], options: &Attention) -> Self {
        let ids = &prompts[options.prompt].ids;
        let heads = model.config().n_heads;
        let batch = Batch::in_pieces(ids, PATTERN_BYTES / (4 * heads * ids.len()));
        let maps = Maps::new(heads, ids, side(options, ids.len()));
        Self { model, prompt: options.prompt, batch, pass: None, maps, pace: Doubling::default() }
    }

    fn figures(&self) -> [Figure; 2] {
        let figure = |name, title, data| figure(name, Some(self.prompt), title, data);
        let (side, heads) = (self.maps.side(), self.model.config().n_heads);
        let layers = self.maps.scores().len() / heads;
        let patterns = FigureData::Tensor {
            axes: ["layer", "head", "query", "key"].map(str::to_owned).to_vec(),
            shape: vec![layers, heads, side, side],
            values: self.maps.values().to_vec().into(),
        };
        let rows = self.maps.scores().iter().enumerate().map(|(i, scores)| {
            let numbers = [(i / heads) as f64, (i % heads) as f64].into_iter().chain(scores.values());
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
        let config = self.model.config();
        let mut pass = match self.pass.take() {
            Some(pass) => pass,
            None => self.model.start(&self.batch, &mut self.maps)?,
        };
        let until = (pass.layers_done() + chunks::blocks(config, self.batch.rows())).min(config.n_layers);
        while pass.layers_done() < until {
            self.model.advance(&mut pass, &mut self.maps)?;
        }
        let (done, total) = (until, config.n_layers);
        self.pass = Some(pass);
        let mut events = Vec::new();
        if self.pace.is_due(done, total) {
            events.extend(self.figures().map(EventBody::Figure));
        }
        events.push(EventBody::Progress(Progress { done, total, unit: "layers".to_owned() }));
        Ok(Step { events, bytes: Vec::new(), finished: done == total })
    }
}
