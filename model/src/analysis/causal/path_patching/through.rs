//! The second half: the clean run with receivers' inputs replaced.

use super::super::recorded::Recorded;
use super::super::replace::Replace;
use super::super::sweep::{Cell, Stage, Sweep, Variants};
use super::direct::{Input, Inputs};
use crate::hook_name::HookName;
use crate::transformer::Transformer;
use candle_core::{Result, Tensor};
use std::ops::Range;

/// The clean run with the receivers' inputs that a sender makes.
#[derive(Clone, Debug)]
pub(super) struct Through {
    /// Which of the experiment's cells it is.
    pub(super) number: usize,
    /// The first position that differs.
    pub(super) from: usize,
    /// The block of its first receiver.
    pub(super) joins: usize,
}

impl Cell for Through {
    fn joins(&self) -> usize {
        self.joins
    }

    fn from(&self) -> usize {
        self.from
    }
}

/// Makes the cells' rows, and replaces what their receivers hear.
pub(super) struct Replaced<'a> {
    pub(super) clean: &'a Recorded,
    pub(super) base: &'a [Tensor],
    pub(super) inputs: &'a Inputs,
}

impl Variants<Through> for Replaced<'_> {
    fn enter(&self, cells: &[Through]) -> Result<Tensor> {
        let tokens = self.clean.tokens();
        let rows = cells.iter().map(|cell| self.base[cell.joins].narrow(0, cell.from, tokens - cell.from));
        Tensor::cat(&rows.collect::<Result<Vec<_>>>()?, 0)
    }

    fn replaced(&self, layer: usize, cells: &[Through], rows: &[Range<usize>]) -> Result<Replace> {
        let mut replace = Replace::default();
        for (cell, rows) in cells.iter().zip(rows) {
            for Input { site, head, values, .. } in
                self.inputs.of(cell.number).iter().filter(|input| input.layer == layer)
            {
                replace.at(HookName::block(layer, *site), rows, *head, values.clone());
            }
        }
        Ok(replace)
    }
}

/// Cells on their way through the whole model, from their first receiver on.
pub(super) fn sweep(model: &Transformer, clean: &Recorded, cells: Vec<Through>) -> Result<Sweep<Through>> {
    let config = model.config();
    let stage = Stage { base: clean.resid(config)?, frozen: None, until: config.n_layers };
    Ok(Sweep::new(model, stage, cells, clean.tokens()))
}
