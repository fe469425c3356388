//! Where paths begin: the cells of each kind of sender, and how they start on their way.

use super::super::cells::{PatchCell, Transplant};
use super::super::effects::{Axes, numbered};
use super::super::sweep::{Cell, Variants};
use super::places::Place;
use crate::config::Config;
use crate::wire::{PatchSite, PathPatching, Sender};
use candle_core::{Result, Tensor};
use std::ops::Range;

/// The cells of one kind of sender.
pub(super) struct Grid {
    pub(super) sender: Sender,
    pub(super) axes: Axes,
    /// Where they stand among all cells.
    pub(super) cells: Range<usize>,
}

/// One grid a kind of sender, its cells after those of the one before.
pub(super) fn grids(config: &Config, options: &PathPatching) -> Vec<Grid> {
    let mut start = 0;
    let of = |sender: &Sender| {
        let layers = ("layer", numbered('L', config.n_layers));
        let axes = match sender {
            Sender::Z => vec![layers, ("head", numbered('H', config.n_heads))],
            _ => vec![layers],
        };
        let cells = start..start + axes.iter().map(|(_, labels)| labels.len()).product::<usize>();
        start = cells.end;
        Grid { sender: *sender, axes, cells }
    };
    options.sender.iter().map(of).collect()
}

/// A sender on its way to a place.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) cell: PatchCell,
    /// The block that it goes no further into: a sender of that block's attention waits before it.
    until: usize,
}

impl Sent {
    /// Whether it has yet to be written: by the attention of the block that it stands before.
    pub(super) fn is_waiting(&self) -> bool {
        self.cell.joins() > self.until
    }
}

impl Cell for Sent {
    fn joins(&self) -> usize {
        self.cell.joins().min(self.until)
    }

    fn from(&self) -> usize {
        self.cell.from()
    }
}

/// Those of a grid's cells in `numbers` whose sender is written at `place` or before it, `changed` at these positions.
pub(super) fn sent(
    config: &Config,
    grid: &Grid,
    place: Place,
    changed: &Range<usize>,
    numbers: &Range<usize>,
) -> Vec<Sent> {
    let units = grid.cells.len() / config.n_layers;
    let mut cells = Vec::new();
    for layer in (0..config.n_layers).filter(|l| Place::of_sender(config, grid.sender, *l) <= place) {
        let (site, block) = site_of(grid.sender, layer);
        for unit in 0..units {
            let number = grid.cells.start + layer * units + unit;
            if numbers.contains(&number) {
                let cell = PatchCell::everywhere(site, block, unit, changed.clone(), number);
                cells.push(Sent { cell, until: place.layer });
            }
        }
    }
    cells
}

/// What is put in, and in which block: the residual stream after one is that before the next.
fn site_of(sender: Sender, layer: usize) -> (PatchSite, usize) {
    match sender {
        Sender::Z => (PatchSite::Z, layer),
        Sender::AttnOut => (PatchSite::AttnOut, layer),
        Sender::MlpOut => (PatchSite::MlpOut, layer),
        Sender::ResidPre => (PatchSite::ResidPre, layer),
        Sender::ResidMid => (PatchSite::ResidMid, layer),
        Sender::ResidPost => (PatchSite::ResidPre, layer + 1),
    }
}

/// Starts senders on their way: with what they change, or, where they wait, with the clean run's rows.
pub(super) struct Sending<'a>(pub(super) &'a Transplant<'a>);

impl Variants<Sent> for Sending<'_> {
    fn enter(&self, cells: &[Sent]) -> Result<Tensor> {
        let of = |cells: &[Sent]| {
            if !cells[0].is_waiting() {
                let cells: Vec<PatchCell> = cells.iter().map(|sent| sent.cell.clone()).collect();
                return self.0.enter(&cells);
            }
            let (base, config) = (self.0.base, self.0.model.config());
            let rows = |sent: &Sent| {
                let from = sent.from();
                base.before(config, sent.until)?.narrow(0, from, base.tokens() - from)
            };
            Tensor::cat(&cells.iter().map(rows).collect::<Result<Vec<_>>>()?, 0)
        };
        let parts = cells.chunk_by(|a, b| a.is_waiting() == b.is_waiting()).map(of);
        Tensor::cat(&parts.collect::<Result<Vec<_>>>()?, 0)
    }
}

/// What attention writes in the block before which cells have arrived, `[rows, d_model]`: of those that waited their own,
/// of others the clean run's.
pub(super) fn attn_out(transplant: &Transplant<'_>, cells: &[Sent], frozen: &Tensor) -> Result<Tensor> {
    let alike = |a: &Sent, b: &Sent| {
        a.is_waiting() == b.is_waiting() && (a.cell.part, a.cell.layer) == (b.cell.part, b.cell.layer)
    };
    let of = |cells: &[Sent]| {
        if cells[0].is_waiting() {
            let cells: Vec<PatchCell> = cells.iter().map(|sent| sent.cell.clone()).collect();
            return transplant.attn_out(&cells);
        }
        let tokens = transplant.base.tokens();
        let rows = cells.iter().map(|sent| frozen.narrow(0, sent.from(), tokens - sent.from()));
        Tensor::cat(&rows.collect::<Result<Vec<_>>>()?, 0)
    };
    Tensor::cat(&cells.chunk_by(alike).map(of).collect::<Result<Vec<_>>>()?, 0)
}
