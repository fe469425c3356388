//! Cells that put an activation of one run, the *donor*, into the other, the *base*.

use super::changes::Block;
use super::recorded::Recorded;
use super::sweep;
use crate::hook_name::Site;
use crate::transformer::Transformer;
use crate::wire::PatchSite;
use candle_core::{D, Result, Tensor};
use std::ops::Range;

/// What of the donor is put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A site of a layer, or of one of its heads.
    Site(PatchSite),
    /// One neuron of a layer's MLP, after the activation function.
    Neuron,
}

impl From<PatchSite> for Part {
    fn from(site: PatchSite) -> Self {
        Self::Site(site)
    }
}

/// One activation of the donor in the base.
#[derive(Clone, Debug)]
pub(super) struct PatchCell {
    pub(super) part: Part,
    pub(super) layer: usize,
    /// The head, or the neuron.
    pub(super) unit: usize,
    /// Where; every position for none.
    pub(super) position: Option<usize>,
    /// Which of the experiment's cells it is.
    pub(super) number: usize,
    /// The positions of the block's output that differ.
    changed: Range<usize>,
}

impl sweep::Cell for PatchCell {
    fn joins(&self) -> usize {
        self.layer + usize::from(!self.before_block())
    }

    fn from(&self) -> usize {
        self.changed.start
    }
}

impl PatchCell {
    /// Whether it stands in the residual stream before its block, which is then to be gone through.
    fn before_block(&self) -> bool {
        self.part == Part::Site(PatchSite::ResidPre) && self.position.is_none()
    }

    /// `None` where nothing can differ: before `first`, the first token in which the two runs differ.
    pub(super) fn new(
        part: impl Into<Part>,
        layer: usize,
        unit: usize,
        position: Option<usize>,
        tokens: usize,
        first: usize,
        number: usize,
    ) -> Option<Self> {
        let part = part.into();
        let changed = match (part, position) {
            (_, Some(position)) if position < first => return None,
            // what later positions read of this one
            (Part::Site(PatchSite::K | PatchSite::V), Some(position)) => position..tokens,
            (_, Some(position)) => position..position + 1,
            (_, None) => first..tokens,
        };
        Some(Self { part, layer, unit, position, number, changed })
    }

    /// At all positions, of which `changed` are followed.
    pub(super) fn everywhere(
        site: PatchSite,
        layer: usize,
        unit: usize,
        changed: Range<usize>,
        number: usize,
    ) -> Self {
        Self { part: site.into(), layer, unit, position: None, number, changed }
    }
}

/// The two runs of a pair by their part.
pub(super) struct Transplant<'a> {
    pub(super) model: &'a Transformer,
    pub(super) base: &'a Recorded,
    /// The other run's values of a site in a layer, `[position, …]`.
    pub(super) donor: &'a dyn Fn(usize, Site) -> Result<Tensor>,
}

impl sweep::Variants<PatchCell> for Transplant<'_> {
    fn enter(&self, cells: &[PatchCell]) -> Result<Tensor> {
        let alike = |a: &PatchCell, b: &PatchCell| (a.part, a.layer) == (b.part, b.layer);
        let parts = cells.chunk_by(alike).map(|cells| self.rows_of_one_site(cells));
        Tensor::cat(&parts.collect::<Result<Vec<_>>>()?, 0)
    }
}

impl Transplant<'_> {
    /// The residual stream of cells of one site and layer, one after the other: `[rows, d_model]`.
    fn rows_of_one_site(&self, cells: &[PatchCell]) -> Result<Tensor> {
        let (config, &PatchCell { part, layer, .. }) = (self.model.config(), &cells[0]);
        let block = Block { model: self.model, run: self.base, layer };
        if cells[0].before_block() {
            let after_last = layer == config.n_layers;
            let (block, site) =
                if after_last { (layer - 1, Site::ResidPost) } else { (layer, Site::ResidPre) };
            let donor = (self.donor)(block, site)?;
            let changed =
                cells.iter().map(|cell| narrow(&donor, &cell.changed)).collect::<Result<Vec<_>>>()?;
            return self.continued(cells, &Tensor::cat(&changed, 0)?, &self.base.before(config, layer)?);
        }
        if part == Part::Site(PatchSite::ResidPre) {
            let changed: Vec<_> = cells.iter().map(|cell| cell.changed.clone()).collect();
            return block.after(&(self.donor)(layer, Site::ResidPre)?, &changed);
        }
        let (attn_out, mlp_out) = self.written_in(&block, cells)?;
        let written = block.written(&changed_positions(cells), attn_out, mlp_out)?;
        self.continued(cells, &written, &self.base.before(config, layer + 1)?)
    }

    /// What attention writes in the block of cells of one site and layer, at the positions that change: `[rows, d_model]`.
    pub(super) fn attn_out(&self, cells: &[PatchCell]) -> Result<Tensor> {
        let block = Block { model: self.model, run: self.base, layer: cells[0].layer };
        Ok(self.written_in(&block, cells)?.0)
    }

    /// What attention and, where it is not to be computed, the MLP write in the cells' block, at the positions that change.
    fn written_in(&self, block: &Block<'_>, cells: &[PatchCell]) -> Result<(Tensor, Option<Tensor>)> {
        let PatchCell { part, layer, .. } = cells[0];
        let at = changed_positions(cells);
        let taken = |values: &Tensor| values.index_select(&Tensor::new(&at[..], values.device())?, 0);
        let (base, donor) = (|site| self.base.at(layer, site), |site| (self.donor)(layer, site));
        let Part::Site(site) = part else {
            let mlp_out = (taken(&base(Site::MlpOut)?)? + self.written_more_by_neurons(cells)?)?;
            return Ok((taken(&base(Site::AttnOut)?)?, Some(mlp_out)));
        };
        Ok(match site {
            PatchSite::AttnOut => (taken(&donor(Site::AttnOut)?)?, None),
            PatchSite::ResidMid => (taken(&(donor(Site::ResidMid)? - base(Site::ResidPre)?)?)?, None),
            PatchSite::MlpOut => (taken(&base(Site::AttnOut)?)?, Some(taken(&donor(Site::MlpOut)?)?)),
            _ => ((taken(&base(Site::AttnOut)?)? + self.written_more(block, cells)?)?, None),
        })
    }

    /// What the heads of `cells` write more at the positions that change, `[rows, d_model]`.
    fn written_more(&self, block: &Block<'_>, cells: &[PatchCell]) -> Result<Tensor> {
        let tokens = self.base.tokens();
        let everywhere = 0..tokens;
        // all heads and positions at once, unless later positions see what changes at one
        let alone = |cell: &PatchCell| match cell.part {
            Part::Site(PatchSite::K | PatchSite::V) => cell.position,
            _ => None,
        };
        let mut parts = Vec::new();
        for cells in cells.chunk_by(|a, b| alone(a) == alone(b)) {
            let at = alone(&cells[0]).map_or(everywhere.clone(), |position| position..position + 1);
            let z = self.z(block, cells[0].part, at)?;
            let more = block.written_more(&z, everywhere.clone())?;
            for cell in cells {
                parts.push(narrow(&more.get(cell.unit)?, &cell.changed)?);
            }
        }
        Tensor::cat(&parts, 0)
    }

    /// What the neurons of `cells`, of one layer, write more at the positions that change, `[rows, d_model]`.
    fn written_more_by_neurons(&self, cells: &[PatchCell]) -> Result<Tensor> {
        let layer = cells[0].layer;
        let change = ((self.donor)(layer, Site::MlpPost)? - self.base.at(layer, Site::MlpPost)?)?;
        let neurons: Vec<u32> = cells.iter().map(|cell| cell.unit as u32).collect();
        let directions = self.model.weights().blocks[layer].mlp_out.rows(&neurons)?;
        let of = |(i, cell): (usize, &PatchCell)| {
            let change = narrow(&change, &cell.changed)?.narrow(1, cell.unit, 1)?;
            change.broadcast_mul(&directions.narrow(0, i, 1)?)
        };
        Tensor::cat(&cells.iter().enumerate().map(of).collect::<Result<Vec<_>>>()?, 0)
    }

    /// z `[position, head, d_head]` of the base with the donor's `part` at the positions `at`.
    fn z(&self, block: &Block<'_>, part: Part, at: Range<usize>) -> Result<Tensor> {
        let site = match part {
            Part::Site(PatchSite::Q) => Site::Q,
            Part::Site(PatchSite::K) => Site::K,
            Part::Site(PatchSite::V) => Site::V,
            Part::Site(PatchSite::Pattern) => Site::Pattern,
            _ => return (self.donor)(block.layer, Site::Z),
        };
        let values = narrow(&(self.donor)(block.layer, site)?, &at)?;
        block.z_with(site, at.map(|p| p as u32).collect(), values)
    }

    /// Changed rows of each cell, then the base's `after` them.
    fn continued(&self, cells: &[PatchCell], changed: &Tensor, after: &Tensor) -> Result<Tensor> {
        let (mut parts, mut start) = (Vec::new(), 0);
        for cell in cells {
            parts.push(changed.narrow(0, start, cell.changed.len())?);
            start += cell.changed.len();
            if cell.changed.end < self.base.tokens() {
                parts.push(narrow(after, &(cell.changed.end..self.base.tokens()))?);
            }
        }
        Tensor::cat(&parts, 0)
    }

    /// Whether the two runs have the same values of a site at each position: a cell there changes nothing.
    pub(super) fn same(&self, site: PatchSite, layer: usize) -> Result<Vec<bool>> {
        let site = match site {
            PatchSite::ResidPre => Site::ResidPre,
            PatchSite::ResidMid => Site::ResidMid,
            PatchSite::AttnOut => Site::AttnOut,
            PatchSite::MlpOut => Site::MlpOut,
            _ => return Ok(vec![false; self.base.tokens()]),
        };
        let distance = (self.base.at(layer, site)? - (self.donor)(layer, site)?)?.abs()?.max(D::Minus1)?;
        Ok(distance.to_vec1::<f32>()?.into_iter().map(|d| d == 0.0).collect())
    }
}

fn narrow(values: &Tensor, rows: &Range<usize>) -> Result<Tensor> {
    values.narrow(0, rows.start, rows.len())
}

/// The positions that change, cell by cell.
fn changed_positions(cells: &[PatchCell]) -> Vec<u32> {
    cells.iter().flat_map(|cell| cell.changed.clone()).map(|position| position as u32).collect()
}

/// What must be recorded of a pair so that `sites` can be put from one run into the other.
pub(super) fn recorded_sites(sites: &[PatchSite]) -> Vec<Site> {
    let mut all = Vec::new();
    for site in sites {
        match site {
            // recorded of every run
            PatchSite::ResidPre | PatchSite::AttnOut => {}
            PatchSite::ResidMid => all.push(Site::ResidMid),
            PatchSite::MlpOut => all.push(Site::MlpOut),
            PatchSite::Z => all.push(Site::Z),
            PatchSite::Q => all.extend([Site::Z, Site::Q]),
            PatchSite::K => all.extend([Site::Z, Site::K]),
            PatchSite::V => all.extend([Site::Z, Site::V]),
            PatchSite::Pattern => all.extend([Site::Z, Site::Pattern]),
        }
    }
    all
}
