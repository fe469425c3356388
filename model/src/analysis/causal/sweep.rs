//! Many variants of one run in one walk through the layers.
//!
//! A variant, a *cell* of a sweep, differs from the run it is made of, the *base*, from some position on and from some
//! layer on. So only those rows are computed, and only from there: the walk starts with the base's rows that cells see, and
//! a cell joins before the first block whose input differs, with its rows from the first position that does. Its rows attend
//! to the base's at earlier positions and to each other. Over a layer × position sweep that is about a quarter of the work
//! of whole runs, in products of about a thousand rows.
//!
//! Where attention is *frozen* at the base's, as in path patching, rows do not depend on each other and none of the base's
//! are needed; nor where cells differ from the first position on.

use super::super::chunks;
use super::replace::Replace;
use crate::hook_name::{HookName, Site};
use crate::hooks::Given;
use crate::packing::Segment;
use crate::transformer::{Pass, Transformer};
use candle_core::{Result, Tensor, bail};
use std::collections::VecDeque;
use std::ops::Range;

/// Where a variant begins to differ.
pub(super) trait Cell {
    /// The block whose input differs first; one past the last where only the final residual stream does.
    fn joins(&self) -> usize;
    /// The first position that differs.
    fn from(&self) -> usize;
}

/// What makes a cell differ.
pub(super) trait Variants<C> {
    /// The rows of cells that join at the same block, one cell after the other: `[rows, d_model]`.
    fn enter(&self, cells: &[C]) -> Result<Tensor>;

    /// What is replaced in block `layer` in the rows of cells that have joined before it; nothing, unless it is said.
    fn replaced(&self, _layer: usize, _cells: &[C], _rows: &[Range<usize>]) -> Result<Replace> {
        Ok(Replace::default())
    }
}

/// What all cells of a sweep are variants of, and how far they are followed.
pub(super) struct Stage {
    /// The base's residual stream before each block and after the last, each `[position, d_model]`.
    pub(super) base: Vec<Tensor>,
    /// What attention writes in each layer, `[position, d_model]`, where it is held at the base's.
    pub(super) frozen: Option<Vec<Tensor>>,
    /// The block before which the walk ends; `n_layers` to go through all.
    pub(super) until: usize,
}

/// Cells on their way.
pub(super) struct Sweep<C> {
    stage: Stage,
    /// How many of the base's rows are in a walk: all that some cell sees.
    shared: usize,
    cells: Vec<C>,
    waiting: VecDeque<Range<usize>>,
    walk: Option<Walk>,
}

/// One walk with some of the cells.
struct Walk {
    pass: Pass,
    cells: Range<usize>,
    /// Rows of the cells that have joined, in order.
    joined: Vec<Range<usize>>,
}

/// Cells that have arrived: which of the sweep's, and the residual stream of their rows.
pub(super) struct Arrived {
    /// Which ones, in the order of the sweep's cells.
    pub(super) cells: Range<usize>,
    /// The walk's rows at its end.
    pub(super) pass: Pass,
    /// Each cell's rows in it.
    pub(super) rows: Vec<Range<usize>>,
}

impl Arrived {
    /// The row of each cell's last position.
    pub(super) fn last_rows(&self) -> Vec<u32> {
        last_rows(&self.rows)
    }
}

fn last_rows(cells: &[Range<usize>]) -> Vec<u32> {
    cells.iter().map(|rows| rows.end as u32 - 1).collect()
}

impl<C: Cell> Sweep<C> {
    /// Of `cells`, in any order.
    pub(super) fn new(model: &Transformer, stage: Stage, mut cells: Vec<C>, tokens: usize) -> Self {
        cells.sort_by_key(Cell::joins);
        let seen = cells.iter().map(Cell::from).max().filter(|_| stage.frozen.is_none());
        let shared = seen.unwrap_or_default();
        let budget = chunks::walk(model, tokens).saturating_sub(shared);
        let mut waiting: VecDeque<Range<usize>> = VecDeque::new();
        let mut filled = 0;
        for (i, cell) in cells.iter().enumerate() {
            let rows = tokens - cell.from();
            match waiting.back_mut() {
                Some(group) if filled + rows <= budget => group.end = i + 1,
                _ => {
                    waiting.push_back(i..i + 1);
                    filled = 0;
                }
            }
            filled += rows;
        }
        Self { stage, shared, cells, waiting, walk: None }
    }

    /// The cells, in the order in which they arrive.
    pub(super) fn cells(&self) -> &[C] {
        &self.cells
    }

    /// Whether all cells have arrived.
    pub(super) fn is_done(&self) -> bool {
        self.waiting.is_empty() && self.walk.is_none()
    }

    /// Goes on as far as one step should. Returns the cells that arrived, if any did.
    pub(super) fn step(
        &mut self,
        model: &Transformer,
        variants: &impl Variants<C>,
    ) -> Result<Option<Arrived>> {
        let mut walk = match self.walk.take() {
            Some(walk) => walk,
            None => match self.waiting.pop_front() {
                Some(cells) => self.start(model, cells, variants)?,
                None => bail!("all cells have arrived"),
            },
        };
        let rows = walk.pass.resid().dim(0)?;
        let until = walk.pass.layers_done() + chunks::blocks(model, rows);
        while walk.pass.layers_done() < until.min(self.stage.until) {
            self.advance(model, &mut walk, variants)?;
            self.join(model, &mut walk, variants)?;
        }
        if walk.pass.layers_done() < self.stage.until {
            self.walk = Some(walk);
            return Ok(None);
        }
        Ok(Some(Arrived { cells: walk.cells, pass: walk.pass, rows: walk.joined }))
    }

    fn start(&self, model: &Transformer, cells: Range<usize>, variants: &impl Variants<C>) -> Result<Walk> {
        let layer = self.cells[cells.start].joins();
        let first = self.joining(&cells, 0, layer);
        let mut joined = Vec::new();
        let (mut positions, mut segments) = self.lay_out(&first, self.shared, self.tokens()?, &mut joined);
        let mut resid = variants.enter(&self.cells[first])?;
        if self.shared > 0 {
            resid = Tensor::cat(&[&self.stage.base[layer].narrow(0, 0, self.shared)?, &resid], 0)?;
            positions.splice(0..0, 0..self.shared as u32);
            segments.insert(0, Segment { rows: 0..self.shared, context: Vec::new() });
        }
        Ok(Walk { pass: model.resume(layer, resid, positions, segments)?, cells, joined })
    }

    /// Takes in the cells that join before the next block.
    fn join(&self, model: &Transformer, walk: &mut Walk, variants: &impl Variants<C>) -> Result<()> {
        let joining = self.joining(&walk.cells, walk.joined.len(), walk.pass.layers_done());
        if joining.is_empty() {
            return Ok(());
        }
        let resid = variants.enter(&self.cells[joining.clone()])?;
        let start = walk.pass.positions().len();
        let (positions, segments) = self.lay_out(&joining, start, self.tokens()?, &mut walk.joined);
        model.join(&mut walk.pass, &resid, &positions, segments)
    }

    /// Those of a walk's cells, after the first `done`, that join before block `layer`.
    fn joining(&self, cells: &Range<usize>, done: usize, layer: usize) -> Range<usize> {
        let start = cells.start + done;
        let count = self.cells[start..cells.end].iter().take_while(|cell| cell.joins() == layer).count();
        start..start + count
    }

    /// Positions and segments of cells whose rows begin at `start`.
    fn lay_out(
        &self,
        cells: &Range<usize>,
        mut start: usize,
        tokens: usize,
        joined: &mut Vec<Range<usize>>,
    ) -> (Vec<u32>, Vec<Segment>) {
        let (mut positions, mut segments) = (Vec::new(), Vec::new());
        for cell in &self.cells[cells.clone()] {
            let rows = start..start + tokens - cell.from();
            start = rows.end;
            positions.extend(cell.from() as u32..tokens as u32);
            let context = (cell.from() > 0).then(|| 0..cell.from()).into_iter().collect();
            segments.push(Segment { rows: rows.clone(), context });
            joined.push(rows);
        }
        (positions, segments)
    }

    fn advance(&self, model: &Transformer, walk: &mut Walk, variants: &impl Variants<C>) -> Result<()> {
        let layer = walk.pass.layers_done();
        if layer + 1 == model.config().n_layers && !walk.joined.is_empty() {
            // nobody reads more of the end, so the last block makes no more of it
            walk.pass.read_only(&last_rows(&walk.joined));
        }
        if let Some(frozen) = &self.stage.frozen {
            let at = Tensor::new(walk.pass.positions(), model.device())?;
            let attn_out = frozen[layer].index_select(&at, 0)?;
            let mut hooks = Given::default().with(HookName::block(layer, Site::AttnOut), attn_out);
            return model.advance(&mut walk.pass, &mut hooks);
        }
        let joined = walk.cells.start..walk.cells.start + walk.joined.len();
        let mut hooks = variants.replaced(layer, &self.cells[joined], &walk.joined)?;
        model.advance(&mut walk.pass, &mut hooks)
    }

    fn tokens(&self) -> Result<usize> {
        self.stage.base[0].dim(0)
    }
}
