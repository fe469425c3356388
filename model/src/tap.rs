//! The forward pass's side of [`Hooks`]: every layer offers its values here and goes on with what comes back.

use crate::hook_name::{HookName, Site};
use crate::hooks::{Hooks, Rows, put_rows};
use candle_core::{Result, Tensor, bail};

/// The forward pass's side of [`Hooks`].
pub(crate) struct Tap<'a> {
    hooks: &'a mut dyn Hooks,
    /// The batch rows that values have, where they are not all.
    kept: Option<Vec<u32>>,
}

impl<'a> Tap<'a> {
    pub(crate) fn new(hooks: &'a mut dyn Hooks) -> Self {
        Self { hooks, kept: None }
    }

    /// From here on, values have these rows of the batch only, ascending: all that anyone wants of what comes.
    pub(crate) fn keep(&mut self, rows: Vec<u32>) {
        self.kept = Some(rows);
    }

    /// Those of `values` `[batch rows, …]` that are kept.
    pub(crate) fn kept(&self, values: Tensor) -> Result<Tensor> {
        match &self.kept {
            None => Ok(values),
            Some(rows) => {
                values.contiguous()?.index_select(&Tensor::new(rows.as_slice(), values.device())?, 0)
            }
        }
    }

    /// Where the values of these batch rows are.
    pub(crate) fn places(&self, rows: &[u32]) -> Result<Vec<u32>> {
        let Some(kept) = &self.kept else { return Ok(rows.to_vec()) };
        let place = |row| match kept.binary_search(row) {
            Ok(place) => Ok(place as u32),
            Err(_) => bail!("row {row} was not kept"),
        };
        rows.iter().map(place).collect()
    }

    /// Offers `[rows, …]` at a site and goes on with what comes back.
    pub(crate) fn at(&mut self, name: HookName, values: Tensor) -> Result<Tensor> {
        let Some(rows) = self.wanted_rows(name, values.dim(0)?) else { return Ok(values) };
        // hooks may index what they see, and what they keep is not to hold a larger buffer alive
        let values = values.contiguous()?;
        let places = self.places(&rows)?;
        let seen = if rows.len() == values.dim(0)? {
            values.clone()
        } else {
            values.index_select(&Tensor::new(places.as_slice(), values.device())?, 0)?
        };
        match self.hooks.visit(name, &rows, &seen)? {
            None => Ok(values),
            Some(new) => put_rows(&values, &places, &new),
        }
    }

    /// Offers `[head, query, key]` of one segment, whose queries are the batch rows `rows`.
    pub(crate) fn by_query(&mut self, name: HookName, rows: &[u32], values: Tensor) -> Result<Tensor> {
        let at: Vec<u32> = match self.hooks.wants(name) {
            None => return Ok(values),
            Some(Rows::All) => (0..rows.len() as u32).collect(),
            Some(Rows::Only(only)) => {
                (0..rows.len() as u32).filter(|&i| only.binary_search(&rows[i as usize]).is_ok()).collect()
            }
        };
        if at.is_empty() {
            return Ok(values);
        }
        let by_row = values.transpose(0, 1)?.contiguous()?;
        let seen = by_row.index_select(&Tensor::new(at.as_slice(), values.device())?, 0)?;
        let seen_rows: Vec<u32> = at.iter().map(|&i| rows[i as usize]).collect();
        match self.hooks.visit(name, &seen_rows, &seen)? {
            None => Ok(values),
            Some(new) => put_rows(&by_row, &at, &new)?.transpose(0, 1)?.contiguous(),
        }
    }

    /// Whether a hook is interested in a site at all.
    pub(crate) fn wants(&self, name: HookName) -> bool {
        self.hooks.wants(name).is_some()
    }

    /// What a hook says a site has, whatever comes before it.
    pub(crate) fn given(&self, name: HookName) -> Option<Tensor> {
        self.hooks.given(name)
    }

    /// The rows of a site that a hook wants, out of `n`.
    pub(crate) fn wanted_rows(&self, name: HookName, n: usize) -> Option<Vec<u32>> {
        self.hooks.wants(name).map(|rows| match rows {
            Rows::All => (0..n as u32).collect(),
            Rows::Only(rows) => rows.clone(),
        })
    }

    /// Shows values that were computed for these rows alone.
    pub(crate) fn show(&mut self, name: HookName, rows: &[u32], values: &Tensor) -> Result<Option<Tensor>> {
        self.hooks.visit(name, rows, values)
    }
}

/// The rows that matter once block `layer`, the last, has its keys: those that are `read` at the end and those that hooks
/// want. `None` where they are all, and where a hook looks at patterns or gives whole sites.
pub(crate) fn rows_after_keys(hooks: &dyn Hooks, layer: usize, read: &[u32]) -> Option<Vec<u32>> {
    let mut rows = read.to_vec();
    for site in Site::ALL.iter().skip_while(|site| **site != Site::AttnScores) {
        let name = if site.in_block() { HookName::block(layer, *site) } else { HookName::top(*site) };
        if hooks.given(name).is_some() {
            return None;
        }
        match hooks.wants(name) {
            None => {}
            Some(Rows::Only(wanted)) if !matches!(site, Site::AttnScores | Site::Pattern) => {
                rows.extend(wanted);
            }
            Some(_) => return None,
        }
    }
    rows.sort_unstable();
    rows.dedup();
    Some(rows)
}
