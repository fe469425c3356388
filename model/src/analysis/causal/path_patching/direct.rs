//! The first half: senders changed, attention frozen, followed to the receivers of one layer.

use super::super::cells::{PatchCell, Transplant};
use super::super::recorded::Recorded;
use super::super::sweep::{Arrived, Sweep};
use super::through::Through;
use super::{Pair, PathPatchingJob};
use crate::hook_name::{HookName, Site};
use crate::hooks::{Given, Recorder, Rows};
use crate::packing::Segment;
use crate::transformer::Transformer;
use crate::wire::Receiver;
use candle_core::{Result, Tensor};
use std::collections::BTreeMap;

/// What receivers' inputs become, by the number of the cell: the receiver's place among the experiment's, the site, and the
/// head's values there `[rows, d_head]`, from the first position that differs on.
#[derive(Default)]
pub(super) struct Inputs(BTreeMap<usize, Vec<(usize, Site, Tensor)>>);

impl Inputs {
    /// Those of one cell.
    pub(super) fn of(&self, number: usize) -> &[(usize, Site, Tensor)] {
        self.0.get(&number).map(Vec::as_slice).unwrap_or_default()
    }

    /// The cells whose receivers have something to hear, from position `from` on.
    pub(super) fn cells(&self, receivers: &[Receiver], from: usize) -> Vec<Through> {
        let first = |inputs: &[(usize, Site, Tensor)]| {
            inputs.iter().filter_map(|(receiver, ..)| receivers[*receiver].layer()).min()
        };
        let cell = |(number, inputs): (&usize, &Vec<_>)| {
            Some(Through { number: *number, from, joins: first(inputs)? })
        };
        self.0.iter().filter_map(cell).collect()
    }
}

/// Cells of senders on their way to block `layer`.
pub(super) fn sweep(
    model: &Transformer,
    clean: &Recorded,
    cells: Vec<PatchCell>,
    layer: usize,
) -> Result<Sweep<PatchCell>> {
    let config = model.config();
    let frozen = (0..config.n_layers).map(|layer| clean.at(layer, Site::AttnOut)).collect::<Result<_>>()?;
    let stage = super::super::sweep::Stage { base: clean.resid(config)?, frozen: Some(frozen), until: layer };
    Ok(Sweep::new(config, stage, cells, clean.tokens()))
}

impl PathPatchingJob {
    /// Goes on along direct paths; what arrives is measured, or becomes a receiver's input.
    pub(super) fn follow(&self, pair: &mut Pair) -> Result<()> {
        let super::Stage::Direct(sweep) = &mut pair.stage else { return Ok(()) };
        let prompt = self.done.len();
        let (clean, corrupted) = (&pair.clean, &pair.corrupted);
        let donor = |layer, site| match &self.columns {
            None => corrupted.at(layer, site),
            Some(columns) => {
                let mut values = clean.at(layer, site)?;
                let other = corrupted.at(layer, site)?;
                for position in columns.positions.iter().map(|column| column[prompt]) {
                    let mut place: Vec<_> = values.dims().iter().map(|dim| 0..*dim).collect();
                    place[0] = position..position + 1;
                    values = values.slice_assign(&place, &other.narrow(0, position, 1)?)?;
                }
                Ok(values)
            }
        };
        let transplant = Transplant { model: &self.model, base: clean, donor: &donor };
        let Some(arrived) = sweep.step(&self.model, &transplant)? else { return Ok(()) };
        let numbers: Vec<usize> =
            sweep.cells()[arrived.cells.clone()].iter().map(|cell| cell.number).collect();
        if arrived.pass.layers_done() == self.model.config().n_layers {
            let values = self.measure(&clean.logits).of_arrived(&self.model, &arrived)?;
            for (number, value) in numbers.iter().zip(values) {
                pair.measured.cells[*number] = value;
            }
        } else {
            self.hear(&mut pair.inputs, &numbers, &arrived)?;
        }
        if sweep.is_done() {
            self.next_stage(pair)?;
        }
        Ok(())
    }

    /// The receivers' inputs of cells that arrived before their block.
    fn hear(&self, inputs: &mut Inputs, numbers: &[usize], arrived: &Arrived) -> Result<()> {
        let layer = arrived.pass.layers_done();
        let here = |receiver: &Receiver| receiver.layer() == Some(layer);
        let receivers: Vec<(usize, Receiver)> =
            self.options.receiver.iter().copied().enumerate().filter(|(_, r)| here(r)).collect();
        let mut sites: Vec<Site> = receivers.iter().flat_map(|(_, receiver)| sites_of(*receiver)).collect();
        sites.sort_unstable();
        sites.dedup();
        for site in sites {
            let values = input(&self.model, arrived, site)?;
            for (place, receiver) in receivers.iter().filter(|(_, r)| sites_of(*r).contains(&site)) {
                for (number, rows) in numbers.iter().zip(&arrived.rows) {
                    let own = values.narrow(0, rows.start, rows.len())?;
                    let own = match head_of(*receiver) {
                        Some(head) => own.narrow(1, head, 1)?.squeeze(1)?,
                        None => own,
                    };
                    inputs.0.entry(*number).or_default().push((*place, site, own.contiguous()?));
                }
            }
        }
        Ok(())
    }
}

/// The sites that are replaced for a receiver: a pattern is changed through what it is made of.
pub(super) fn sites_of(receiver: Receiver) -> Vec<Site> {
    match receiver {
        Receiver::Logits(_) => Vec::new(),
        Receiver::Q(_) => vec![Site::Q],
        Receiver::K(_) => vec![Site::K],
        Receiver::V(_) => vec![Site::V],
        Receiver::Pattern(_) => vec![Site::Q, Site::K],
    }
}

pub(super) fn head_of(receiver: Receiver) -> Option<usize> {
    receiver.head().map(|at| at.head)
}

/// What `site` of the next block has for every row of a pass, `[rows, …]`.
fn input(model: &Transformer, arrived: &Arrived, site: Site) -> Result<Tensor> {
    let pass = &arrived.pass;
    let (layer, rows) = (pass.layers_done(), pass.resid().dim(0)?);
    let name = HookName::block(layer, site);
    let nothing = pass.resid().zeros_like()?;
    // queries, keys and values are made before anything mixes rows, so each may be a sequence of its own
    let segments = (0..rows).map(|row| Segment { rows: row..row + 1, context: Vec::new() }).collect();
    let mut next = model.resume(layer, pass.resid().clone(), pass.positions().to_vec(), segments)?;
    // nothing reads what the MLP would write
    let silent = Given::default().with(HookName::block(layer, Site::MlpOut), nothing);
    let mut hooks = (silent, Recorder::new([name], &Rows::All));
    model.advance(&mut next, &mut hooks)?;
    hooks.1.into_cache().get(name, &(0..rows as u32).collect::<Vec<_>>())
}
