//! A hook that replaces heads, or whole rows, at some rows of a pass.

use crate::hook_name::HookName;
use crate::hooks::{Hooks, Rows};
use candle_core::{Result, Tensor};
use std::collections::HashMap;
use std::ops::Range;

/// What some sites have instead.
#[derive(Debug, Default)]
pub(super) struct Replace {
    sites: HashMap<HookName, Site>,
}

#[derive(Debug)]
struct Site {
    rows: Rows,
    parts: Vec<Part>,
}

/// Values of one head, or of all there is, at a range of the rows that are seen.
#[derive(Debug)]
struct Part {
    seen: Range<usize>,
    head: Option<usize>,
    values: Tensor,
}

impl Replace {
    /// At `name`, `head` has `values` `[rows, d_head]` at `rows`; without a head, the site has `[rows, …]` there. Rows of
    /// one site come in ascending order.
    pub(super) fn at(&mut self, name: HookName, rows: &Range<usize>, head: Option<usize>, values: Tensor) {
        let site = self
            .sites
            .entry(name)
            .or_insert_with(|| Site { rows: Rows::Only(Vec::new()), parts: Vec::new() });
        let Rows::Only(all) = &mut site.rows else { return };
        let known = all.iter().position(|row| *row as usize == rows.start);
        let start = known.unwrap_or(all.len());
        if known.is_none() {
            all.extend(rows.clone().map(|row| row as u32));
        }
        let seen = start..start + rows.len();
        // two receivers may ask for the same: a head's queries, and the pattern that they make
        site.parts.retain(|part| (&part.seen, part.head) != (&seen, head));
        site.parts.push(Part { seen, head, values });
    }
}

impl Hooks for Replace {
    fn wants(&self, name: HookName) -> Option<&Rows> {
        self.sites.get(&name).map(|site| &site.rows)
    }

    fn visit(&mut self, name: HookName, _: &[u32], values: &Tensor) -> Result<Option<Tensor>> {
        let Some(site) = self.sites.get(&name) else { return Ok(None) };
        let mut heads: Vec<Option<usize>> = site.parts.iter().map(|part| part.head).collect();
        heads.sort_unstable();
        heads.dedup();
        let mut values = values.clone();
        for head in heads {
            let parts = site.parts.iter().filter(|part| part.head == head);
            values = match head {
                None => over_rows(&values, parts)?,
                Some(head) => {
                    let own = over_rows(&values.narrow(1, head, 1)?.squeeze(1)?, parts)?.unsqueeze(1)?;
                    let after = values.dim(1)? - head - 1;
                    let others = [values.narrow(1, 0, head)?, own, values.narrow(1, head + 1, after)?];
                    Tensor::cat(&others.into_iter().filter(|x| x.elem_count() > 0).collect::<Vec<_>>(), 1)?
                }
            };
        }
        Ok(Some(values))
    }
}

/// `values` with the rows of `parts`, which ascend, replaced.
fn over_rows<'a>(values: &Tensor, parts: impl Iterator<Item = &'a Part>) -> Result<Tensor> {
    let (mut pieces, mut done) = (Vec::new(), 0);
    for part in parts {
        if part.seen.start > done {
            pieces.push(values.narrow(0, done, part.seen.start - done)?);
        }
        pieces.push(part.values.clone());
        done = part.seen.end;
    }
    if done < values.dim(0)? {
        pieces.push(values.narrow(0, done, values.dim(0)? - done)?);
    }
    Tensor::cat(&pieces, 0)
}
