//! What a forward pass recorded, looked up by [`HookName`] and row. Storage only: no maths here.

use crate::hook_name::HookName;
use candle_core::{Result, Tensor, bail};
use std::collections::HashMap;

/// Recorded activations. Every tensor is `[rows, …]`.
#[derive(Debug, Default)]
pub struct ActivationCache {
    sites: HashMap<HookName, Vec<Part>>,
}

#[derive(Debug)]
struct Part {
    rows: Vec<u32>,
    values: Tensor,
}

impl ActivationCache {
    pub(crate) fn insert(&mut self, name: HookName, rows: &[u32], values: Tensor) {
        self.sites.entry(name).or_default().push(Part { rows: rows.to_vec(), values });
    }

    /// The values of `name` at `rows`, in the order asked for: `[rows, …]`.
    ///
    /// # Errors
    /// Where a row of the site was not recorded.
    pub fn get(&self, name: HookName, rows: &[u32]) -> Result<Tensor> {
        let parts = self.sites.get(&name).map(Vec::as_slice).unwrap_or_default();
        if let [Part { rows: stored, values }] = parts {
            if stored == rows {
                return Ok(values.clone());
            }
            return values.index_select(&Tensor::new(find_all(name, stored, rows)?, values.device())?, 0);
        }
        let found = rows.iter().map(|row| self.row(name, *row)).collect::<Result<Vec<_>>>()?;
        Tensor::cat(&found, 0)
    }

    /// One row of a site whose parts differ in shape (scores and patterns): `[1, head, key]`.
    ///
    /// # Errors
    /// Where it was not recorded.
    pub fn row(&self, name: HookName, row: u32) -> Result<Tensor> {
        for part in self.sites.get(&name).into_iter().flatten() {
            if let Ok(i) = part.rows.binary_search(&row) {
                return part.values.narrow(0, i, 1);
            }
        }
        bail!("{name} was not recorded at row {row}")
    }
}

fn find_all(name: HookName, stored: &[u32], rows: &[u32]) -> Result<Vec<u32>> {
    let find = |row| match stored.binary_search(row) {
        Ok(i) => Ok(i as u32),
        Err(_) => bail!("{name} was not recorded at row {row}"),
    };
    rows.iter().map(find).collect()
}
