//! The forward pass's side of [`Hooks`]: every layer offers its values here and goes on with what comes back.

use crate::hook_name::HookName;
use crate::hooks::{Hooks, Rows, put_rows};
use candle_core::{Result, Tensor};

/// The forward pass's side of [`Hooks`].
pub(crate) struct Tap<'a> {
    hooks: &'a mut dyn Hooks,
}

impl<'a> Tap<'a> {
    pub(crate) fn new(hooks: &'a mut dyn Hooks) -> Self {
        Self { hooks }
    }

    /// Offers `[rows, …]` at a site and goes on with what comes back.
    pub(crate) fn at(&mut self, name: HookName, values: Tensor) -> Result<Tensor> {
        let Some(rows) = self.wanted_rows(name, values.dim(0)?) else { return Ok(values) };
        // hooks may index what they see, and what they keep is not to hold a larger buffer alive
        let values = values.contiguous()?;
        let seen = if rows.len() == values.dim(0)? {
            values.clone()
        } else {
            values.index_select(&Tensor::new(rows.as_slice(), values.device())?, 0)?
        };
        match self.hooks.visit(name, &rows, &seen)? {
            None => Ok(values),
            Some(new) => put_rows(&values, &rows, &new),
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
