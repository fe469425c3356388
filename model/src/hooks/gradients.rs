//! Gradients of a number that a forward pass ends in, by the activations on the way.
//!
//! candle keeps gradients of variables only, and activations are none. So a variable that is zero is added to a site:
//! nothing changes, and its gradient is the site's. From the first such site on, operations remember where they came
//! from; kernels have backward passes of their own.

use super::{Hooks, Rows};
use crate::cache::ActivationCache;
use crate::hook_name::HookName;
use candle_core::{Result, Tensor, Var};
use std::collections::HashMap;

/// Follows what becomes of the values at some sites.
#[derive(Debug)]
pub struct Gradients {
    wanted: HashMap<HookName, Rows>,
    seen: Vec<Seen>,
}

#[derive(Debug)]
struct Seen {
    name: HookName,
    rows: Vec<u32>,
    values: Tensor,
    zero: Var,
}

/// Activations and, place for place, how a number changes with them.
#[derive(Debug, Default)]
pub struct Differentiated {
    /// The values of the pass.
    pub values: ActivationCache,
    /// The derivatives, of the same shapes.
    pub gradients: ActivationCache,
}

impl Gradients {
    /// Of `rows` of each of `names`.
    pub fn new(names: impl IntoIterator<Item = HookName>, rows: &Rows) -> Self {
        let wanted = names.into_iter().map(|name| (name, rows.clone())).collect();
        Self { wanted, seen: Vec::new() }
    }

    /// Gradients of `number`, which has one element and came out of the pass. A site that it does not depend on has
    /// zeros.
    ///
    /// # Errors
    /// Where it passed through an operation that has no gradient.
    pub fn backward(self, number: &Tensor) -> Result<Differentiated> {
        let mut found = number.backward()?;
        let mut all = Differentiated::default();
        for Seen { name, rows, values, zero } in self.seen {
            let gradient = found.remove(&zero).map_or_else(|| values.zeros_like(), Ok)?;
            all.values.insert(name, &rows, values);
            all.gradients.insert(name, &rows, gradient);
        }
        Ok(all)
    }
}

impl Hooks for Gradients {
    fn wants(&self, name: HookName) -> Option<&Rows> {
        self.wanted.get(&name)
    }

    fn visit(&mut self, name: HookName, rows: &[u32], values: &Tensor) -> Result<Option<Tensor>> {
        let zero = Var::zeros(values.shape(), values.dtype(), values.device())?;
        let followed = (values + zero.as_tensor())?;
        self.seen.push(Seen { name, rows: rows.to_vec(), values: values.detach(), zero });
        Ok(Some(followed))
    }
}
