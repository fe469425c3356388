//! The first half: senders changed, attention frozen, followed to the receivers of one place.

use super::super::cells::Transplant;
use super::super::recorded::Recorded;
use super::super::sweep::{Arrived, Sweep};
use super::places::Place;
use super::senders::{Sending, Sent, attn_out};
use super::through::Through;
use super::{Pair, PathPatchingJob, Stage};
use crate::hook_name::{HookName, Site};
use crate::hooks::{Given, Recorder, Rows};
use crate::packing::Segment;
use crate::transformer::Transformer;
use crate::wire::Receiver;
use candle_core::{Result, Tensor};
use std::collections::BTreeMap;

/// What receivers' inputs become, by the number of the cell, from the first position that differs on.
#[derive(Default)]
pub(super) struct Inputs(BTreeMap<usize, Vec<Input>>);

/// What one receiver hears.
pub(super) struct Input {
    /// The block in which it is replaced.
    pub(super) layer: usize,
    pub(super) site: Site,
    pub(super) head: Option<usize>,
    /// `[rows, d_head]` of a head, else `[rows, d_model]`.
    pub(super) values: Tensor,
}

impl Inputs {
    /// Those of one cell.
    pub(super) fn of(&self, number: usize) -> &[Input] {
        self.0.get(&number).map(Vec::as_slice).unwrap_or_default()
    }

    /// The cells whose receivers have something to hear, from position `from` on.
    pub(super) fn cells(&self, from: usize) -> Vec<Through> {
        let cell = |(number, inputs): (&usize, &Vec<Input>)| {
            let joins = inputs.iter().map(|input| input.layer).min()?;
            Some(Through { number: *number, from, joins })
        };
        self.0.iter().filter_map(cell).collect()
    }
}

/// Senders on their way to block `layer`.
pub(super) fn sweep(
    model: &Transformer,
    clean: &Recorded,
    cells: Vec<Sent>,
    layer: usize,
) -> Result<Sweep<Sent>> {
    let config = model.config();
    let frozen = (0..config.n_layers).map(|layer| clean.at(layer, Site::AttnOut)).collect::<Result<_>>()?;
    let stage = super::super::sweep::Stage { base: clean.resid(config)?, frozen: Some(frozen), until: layer };
    Ok(Sweep::new(model, stage, cells, clean.tokens()))
}

impl PathPatchingJob {
    /// Goes on along direct paths; what arrives is measured, or becomes a receiver's input.
    pub(super) fn follow(&self, pair: &mut Pair) -> Result<()> {
        let Pair { clean, corrupted, measured, inputs, stage, .. } = pair;
        let Stage::Direct(sweep, place) = stage else { return Ok(()) };
        let donor = |layer, site| self.sent_values(clean, corrupted, layer, site);
        let transplant = Transplant { model: &self.model, base: clean, donor: &donor };
        let Some(arrived) = sweep.step(&self.model, &Sending(&transplant))? else { return Ok(()) };
        let cells = &sweep.cells()[arrived.cells.clone()];
        if place.is_last(self.model.config()) {
            let values = self.measure(&clean.logits).of_arrived(&self.model, &arrived)?;
            for (sent, value) in cells.iter().zip(values) {
                measured.cells[sent.cell.number] = value;
            }
        } else {
            self.hear(inputs, cells, &arrived, *place, &transplant)?;
        }
        if sweep.is_done() {
            self.next_stage(pair)?;
        }
        Ok(())
    }

    /// A site of the corrupted run; at other positions than those asked for, of the clean one.
    fn sent_values(
        &self,
        clean: &Recorded,
        corrupted: &Recorded,
        layer: usize,
        site: Site,
    ) -> Result<Tensor> {
        let other = corrupted.at(layer, site)?;
        let Some(columns) = &self.columns else { return Ok(other) };
        let mut values = clean.at(layer, site)?;
        for position in columns.positions.iter().map(|column| column[self.done.len()]) {
            let mut there: Vec<_> = values.dims().iter().map(|dim| 0..*dim).collect();
            there[0] = position..position + 1;
            values = values.slice_assign(&there, &other.narrow(0, position, 1)?)?;
        }
        Ok(values)
    }

    /// The inputs of the receivers at `place`, of cells that arrived there.
    fn hear(
        &self,
        inputs: &mut Inputs,
        cells: &[Sent],
        arrived: &Arrived,
        place: Place,
        transplant: &Transplant<'_>,
    ) -> Result<()> {
        let config = self.model.config();
        let here = |receiver: &&Receiver| Place::of_receiver(config, **receiver) == place;
        let receivers: Vec<Receiver> = self.options.receiver.iter().filter(here).copied().collect();
        let mut sites: Vec<Site> = receivers.iter().flat_map(|receiver| sites_of(*receiver)).collect();
        sites.sort_unstable();
        sites.dedup();
        let written = if place.between {
            attn_out(transplant, cells, &transplant.base.at(place.layer, Site::AttnOut)?)?
        } else {
            // what is heard here does not see it
            arrived.pass.resid().zeros_like()?
        };
        for site in sites {
            let values = input(&self.model, arrived, site, &written)?;
            for receiver in receivers.iter().filter(|receiver| sites_of(**receiver).contains(&site)) {
                let head = receiver.head().map(|at| at.head);
                for (sent, rows) in cells.iter().zip(&arrived.rows) {
                    let own = values.narrow(0, rows.start, rows.len())?;
                    let own = head.map_or(Ok(own.clone()), |head| own.narrow(1, head, 1)?.squeeze(1))?;
                    // memory of its own: a view would hold all cells' values, and so would `copy`, which copies them all
                    let values = own.force_contiguous()?;
                    let input = Input { layer: place.layer, site, head, values };
                    inputs.0.entry(sent.cell.number).or_default().push(input);
                }
            }
        }
        Ok(())
    }
}

/// The sites that are replaced for a receiver: a pattern is changed through what it is made of, an MLP's input as its norm
/// gives it.
fn sites_of(receiver: Receiver) -> Vec<Site> {
    match receiver {
        Receiver::Logits(_) => Vec::new(),
        Receiver::Q(_) => vec![Site::Q],
        Receiver::K(_) => vec![Site::K],
        Receiver::V(_) => vec![Site::V],
        Receiver::Pattern(_) => vec![Site::Q, Site::K],
        Receiver::MlpPre(_) => vec![Site::Ln2Normalized],
        Receiver::ResidPre(_) | Receiver::ResidPost(_) => vec![Site::ResidPre],
        Receiver::ResidMid(_) => vec![Site::ResidMid],
    }
}

/// Numbers that a receiver hears at each position.
pub(super) fn width(model: &Transformer, receiver: Receiver) -> usize {
    let config = model.config();
    let each = if receiver.head().is_some() { config.d_head } else { config.d_model };
    sites_of(receiver).len() * each
}

/// What `site` of the next block has for every row of a pass, `[rows, …]`, where attention writes `attn_out`.
fn input(model: &Transformer, arrived: &Arrived, site: Site, attn_out: &Tensor) -> Result<Tensor> {
    let pass = &arrived.pass;
    let resid = pass.resid();
    if site == Site::ResidPre {
        return Ok(resid.clone());
    }
    let (layer, rows) = (pass.layers_done(), resid.dim(0)?);
    let name = |site| HookName::block(layer, site);
    let mut given = Given::default();
    if site != Site::Ln2Normalized {
        // nothing reads what the MLP would write
        given = given.with(name(Site::MlpOut), resid.zeros_like()?);
    }
    if matches!(site, Site::ResidMid | Site::Ln2Normalized) {
        given = given.with(name(Site::AttnOut), attn_out.clone());
    }
    // queries, keys and values are made before anything mixes rows, so each may be a sequence of its own
    let segments = (0..rows).map(|row| Segment { rows: row..row + 1, context: Vec::new() }).collect();
    let mut next = model.resume(layer, resid.clone(), pass.positions().to_vec(), segments)?;
    let mut hooks = (given, Recorder::new([name(site)], &Rows::All));
    model.advance(&mut next, &mut hooks)?;
    hooks.1.into_cache().get(name(site), &(0..rows as u32).collect::<Vec<_>>())
}
