//! Reading and replacing activations while a forward pass runs.
//!
//! The model stores nothing. At every site it asks [`Hooks::wants`] which rows are of interest before computing
//! them, so that scores or per-head results exist only on request, then shows the values to [`Hooks::visit`], which
//! may replace them.

mod edits;
mod gradients;

pub use edits::{Change, Edit, Edits};
pub use gradients::{Differentiated, Gradients};

use crate::cache::ActivationCache;
use crate::hook_name::HookName;
use candle_core::{Result, Tensor};
use std::collections::HashMap;

/// Rows of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Every row.
    All,
    /// These, ascending.
    Only(Vec<u32>),
}

/// Something that looks into a forward pass.
pub trait Hooks {
    /// The rows of `name` to show; `None` for a site of no interest.
    fn wants(&self, name: HookName) -> Option<&Rows>;

    /// Sees values `[rows, …]` at a site; `rows[i]` is the batch row of the i-th. The trailing axes are those of
    /// [`Site`](crate::hook_name::Site), scores and patterns as `[rows, head, key]`, which come in parts: once for
    /// each segment. Returning `Some` replaces the values for the rest of the pass.
    ///
    /// # Errors
    /// Whatever the hook's own tensor operations give.
    fn visit(&mut self, name: HookName, rows: &[u32], values: &Tensor) -> Result<Option<Tensor>>;

    /// The values `[rows, d_model]` that a site has in this pass whatever comes before it, so that the pass need not
    /// compute them: asked of `hook_attn_out` and `hook_mlp_out`, all rows at once.
    fn given(&self, _: HookName) -> Option<Tensor> {
        None
    }
}

/// No interest in anything.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHooks;

impl Hooks for NoHooks {
    fn wants(&self, _: HookName) -> Option<&Rows> {
        None
    }

    fn visit(&mut self, _: HookName, _: &[u32], _: &Tensor) -> Result<Option<Tensor>> {
        Ok(None)
    }
}

/// Copies what it is asked for into an [`ActivationCache`].
#[derive(Debug, Default)]
pub struct Recorder {
    wanted: HashMap<HookName, Rows>,
    cache: ActivationCache,
}

impl Recorder {
    /// Records `rows` of each of `names`.
    pub fn new(names: impl IntoIterator<Item = HookName>, rows: &Rows) -> Self {
        let wanted = names.into_iter().map(|name| (name, rows.clone())).collect();
        Self { wanted, cache: ActivationCache::default() }
    }

    /// Records other rows of one more site.
    #[must_use]
    pub fn and(mut self, name: HookName, rows: Rows) -> Self {
        self.wanted.insert(name, rows);
        self
    }

    /// What was recorded.
    pub fn into_cache(self) -> ActivationCache {
        self.cache
    }
}

impl Hooks for Recorder {
    fn wants(&self, name: HookName) -> Option<&Rows> {
        self.wanted.get(&name)
    }

    fn visit(&mut self, name: HookName, rows: &[u32], values: &Tensor) -> Result<Option<Tensor>> {
        self.cache.insert(name, rows, values.clone());
        Ok(None)
    }
}

/// Puts given values in place of a site's rows.
#[derive(Debug, Default)]
pub struct Patch {
    rows: HashMap<HookName, (Rows, Tensor)>,
}

impl Patch {
    /// Replaces `rows` of `name` by `values` `[rows, …]`; not for scores and patterns, whose parts differ in shape.
    #[must_use]
    pub fn with(mut self, name: HookName, rows: Vec<u32>, values: Tensor) -> Self {
        self.rows.insert(name, (Rows::Only(rows), values));
        self
    }
}

impl Hooks for Patch {
    fn wants(&self, name: HookName) -> Option<&Rows> {
        self.rows.get(&name).map(|(rows, _)| rows)
    }

    fn visit(&mut self, name: HookName, _: &[u32], _: &Tensor) -> Result<Option<Tensor>> {
        Ok(self.rows.get(&name).map(|(_, values)| values.clone()))
    }
}

/// What some sites have, whatever comes before them.
#[derive(Debug, Default)]
pub struct Given {
    values: HashMap<HookName, Tensor>,
}

impl Given {
    /// `name` has `values` `[rows, d_model]`, for all rows of the pass.
    #[must_use]
    pub fn with(mut self, name: HookName, values: Tensor) -> Self {
        self.values.insert(name, values);
        self
    }
}

impl Hooks for Given {
    fn wants(&self, _: HookName) -> Option<&Rows> {
        None
    }

    fn visit(&mut self, _: HookName, _: &[u32], _: &Tensor) -> Result<Option<Tensor>> {
        Ok(None)
    }

    fn given(&self, name: HookName) -> Option<Tensor> {
        self.values.get(&name).cloned()
    }
}

/// Both hooks, the first one's replacement seen by the second.
impl<A: Hooks, B: Hooks> Hooks for (A, B) {
    fn wants(&self, name: HookName) -> Option<&Rows> {
        match (self.0.wants(name), self.1.wants(name)) {
            (None, rows) | (rows, None) => rows,
            (Some(a), Some(b)) if a == b => Some(a),
            _ => Some(&Rows::All),
        }
    }

    fn visit(&mut self, name: HookName, rows: &[u32], values: &Tensor) -> Result<Option<Tensor>> {
        let first = part(&mut self.0, name, rows, values)?;
        let second = part(&mut self.1, name, rows, first.as_ref().unwrap_or(values))?;
        Ok(second.or(first))
    }

    fn given(&self, name: HookName) -> Option<Tensor> {
        self.0.given(name).or_else(|| self.1.given(name))
    }
}

/// Shows one hook the rows it wants out of those at hand.
fn part<H: Hooks>(hook: &mut H, name: HookName, rows: &[u32], values: &Tensor) -> Result<Option<Tensor>> {
    let wanted = match hook.wants(name) {
        None => return Ok(None),
        Some(Rows::All) => return hook.visit(name, rows, values),
        Some(Rows::Only(wanted)) => wanted.clone(),
    };
    let at: Vec<u32> =
        (0..rows.len() as u32).filter(|&i| wanted.binary_search(&rows[i as usize]).is_ok()).collect();
    if at.is_empty() {
        return Ok(None);
    }
    let index = Tensor::new(at.as_slice(), values.device())?;
    let seen: Vec<u32> = at.iter().map(|&i| rows[i as usize]).collect();
    let replaced = hook.visit(name, &seen, &values.index_select(&index, 0)?)?;
    replaced.map(|new| put_rows(values, &at, &new)).transpose()
}

/// `values` with the rows at `at` (ascending) replaced by `new`'s.
pub(crate) fn put_rows(values: &Tensor, at: &[u32], new: &Tensor) -> Result<Tensor> {
    let n = values.dim(0)?;
    if at.len() == n {
        return Ok(new.clone());
    }
    let mut from: Vec<u32> = (0..n as u32).collect();
    for (i, &row) in at.iter().enumerate() {
        from[row as usize] = (n + i) as u32;
    }
    let index = Tensor::new(from, values.device())?;
    Tensor::cat(&[values, new], 0)?.index_select(&index, 0)
}
