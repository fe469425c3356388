//! Changing parts of a run: rows, single heads or neurons, set to a value or moved by one.

use super::{Hooks, Rows, put_rows};
use crate::hook_name::HookName;
use candle_core::{Result, Tensor};
use std::collections::HashMap;
use std::ops::Range;

/// What becomes of an activation. The tensor has the site's trailing axes, without that of the part where there is one.
#[derive(Clone, Debug)]
pub enum Change {
    /// It is this.
    Set(Tensor),
    /// This is added to it.
    Add(Tensor),
}

/// One change at one site.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Batch rows, ascending.
    pub rows: Vec<u32>,
    /// A head, or a neuron: an index of the first axis after the rows. All of them where there is none.
    pub part: Option<usize>,
    /// What becomes of it.
    pub change: Change,
}

/// Changes in the order in which they are added. Not for scores and patterns, whose parts differ in shape.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    sites: HashMap<HookName, (Rows, Vec<Edit>)>,
}

impl Edits {
    /// Adds one more; without rows it is none.
    pub fn add(&mut self, name: HookName, edit: Edit) {
        if edit.rows.is_empty() {
            return;
        }
        let (rows, edits) = self.sites.entry(name).or_insert_with(|| (Rows::Only(Vec::new()), Vec::new()));
        if let Rows::Only(rows) = rows {
            rows.extend(&edit.rows);
            rows.sort_unstable();
            rows.dedup();
        }
        edits.push(edit);
    }
}

impl Hooks for Edits {
    fn wants(&self, name: HookName) -> Option<&Rows> {
        self.sites.get(&name).map(|(rows, _)| rows)
    }

    fn visit(&mut self, name: HookName, rows: &[u32], values: &Tensor) -> Result<Option<Tensor>> {
        let Some((_, edits)) = self.sites.get(&name) else { return Ok(None) };
        let mut values = values.clone();
        for edit in edits {
            values = edit.apply(rows, &values)?;
        }
        Ok(Some(values))
    }
}

impl Edit {
    /// `values` `[rows, …]`, changed where it says.
    fn apply(&self, rows: &[u32], values: &Tensor) -> Result<Tensor> {
        let at: Vec<u32> =
            (0..rows.len() as u32).filter(|&i| self.rows.binary_search(&rows[i as usize]).is_ok()).collect();
        if at.is_empty() {
            return Ok(values.clone());
        }
        let chosen = values.index_select(&Tensor::new(at.as_slice(), values.device())?, 0)?;
        let changed = match self.part {
            None => self.change.apply(&chosen)?,
            Some(part) => {
                let new = self.change.apply(&chosen.narrow(1, part, 1)?.squeeze(1)?)?.unsqueeze(1)?;
                let whole = chosen.dims().iter().map(|n| 0..*n);
                let place: Vec<Range<usize>> = whole
                    .enumerate()
                    .map(|(axis, all)| if axis == 1 { part..part + 1 } else { all })
                    .collect();
                chosen.slice_assign(&place, &new)?
            }
        };
        put_rows(values, &at, &changed)
    }
}

impl Change {
    fn apply(&self, values: &Tensor) -> Result<Tensor> {
        match self {
            Self::Set(value) => value.broadcast_as(values.shape())?.contiguous(),
            Self::Add(value) => values.broadcast_add(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hook_name::Site;
    use candle_core::Device;

    #[test]
    fn only_the_rows_and_the_head_named_change() {
        let values = Tensor::arange(0_f32, 12.0, &Device::Cpu).unwrap().reshape((3, 2, 2)).unwrap();
        let name = HookName::block(0, Site::Z);
        let pair = |a: f32, b: f32| Tensor::new(&[a, b], &Device::Cpu).unwrap();
        let mut edits = Edits::default();
        edits.add(name, Edit { rows: vec![4, 9], part: Some(1), change: Change::Set(pair(-1.0, -2.0)) });
        edits.add(name, Edit { rows: vec![9], part: Some(0), change: Change::Add(pair(10.0, 20.0)) });
        edits.add(name, Edit { rows: Vec::new(), part: None, change: Change::Set(pair(0.0, 0.0)) });
        assert_eq!(edits.wants(name), Some(&Rows::Only(vec![4, 9])));
        let changed = edits.visit(name, &[4, 5, 9], &values).unwrap().unwrap();
        let flat: Vec<f32> = changed.flatten_all().unwrap().to_vec1().unwrap();
        assert_eq!(flat, [0.0, 1.0, -1.0, -2.0, 4.0, 5.0, 6.0, 7.0, 18.0, 29.0, -1.0, -2.0]);
    }

    #[test]
    fn a_site_without_parts_changes_whole() {
        let values = Tensor::zeros((2, 3), candle_core::DType::F32, &Device::Cpu).unwrap();
        let name = HookName::block(1, Site::MlpPost);
        let one = Tensor::new(7_f32, &Device::Cpu).unwrap();
        let mut edits = Edits::default();
        edits.add(name, Edit { rows: vec![1], part: Some(2), change: Change::Set(one.clone()) });
        edits.add(name, Edit { rows: vec![0], part: None, change: Change::Add(one) });
        let changed = edits.visit(name, &[0, 1], &values).unwrap().unwrap();
        assert_eq!(changed.to_vec2::<f32>().unwrap(), [[7.0, 7.0, 7.0], [0.0, 0.0, 7.0]]);
    }
}
