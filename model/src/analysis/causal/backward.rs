//! How a number at the end of one run changes with the activations on its way, beside another run's activations.
//!
//! The graph of a whole run would hold every intermediate of every block at once. So both runs first go to the last
//! blocks without one, keeping the residual stream before each *group* of blocks; then groups are run again from the last
//! to the first, with a graph, and what comes out of one group's backward pass goes into the next. A group is as many
//! blocks as the budget holds: of short prompts all of them, and nothing is run twice.

use super::super::chunks;
use crate::cache::ActivationCache;
use crate::hook_name::{HookName, Site};
use crate::hooks::{Differentiated, Gradients, NoHooks, Recorder, Rows};
use crate::packing::{Batch, Segment};
use crate::transformer::{Pass, Transformer};
use candle_core::{Result, Tensor, bail};
use std::ops::Range;

/// Bytes that the graph of one group of blocks may take on a CPU.
const GRAPH_BYTES: usize = 256 << 20;

/// Two runs of equally many tokens, and how far back they have been followed.
pub(super) struct Backward {
    base: Run,
    donor: Run,
    /// Blocks, from the first group to the last one that is left.
    left: Vec<Range<usize>>,
    /// How the number changes with the residual stream after them, `[position, d_model]`; none before the last group.
    slope: Option<Tensor>,
}

/// A run's residual stream before each group, `[position, d_model]`.
struct Run(Vec<Tensor>);

/// A group of blocks, followed back.
pub(super) struct Group {
    pub(super) layers: Range<usize>,
    /// The base's values, and how the number changes with them.
    pub(super) base: Differentiated,
    /// The other run's values.
    pub(super) donor: ActivationCache,
}

/// What the two runs end in: logits at their last tokens, `[d_vocab]`.
pub(super) struct Ends<'a> {
    pub(super) base: &'a Tensor,
    pub(super) donor: &'a Tensor,
}

impl Backward {
    /// Runs both up to the last group.
    pub(super) fn new(model: &Transformer, base: &[u32], donor: &[u32]) -> Result<Self> {
        let blocks = blocks_together(model, base.len());
        Self::in_groups(model, base, donor, blocks)
    }

    /// In groups of so many blocks.
    fn in_groups(model: &Transformer, base: &[u32], donor: &[u32], blocks: usize) -> Result<Self> {
        let layers = model.config().n_layers;
        let group = |start: usize| start..(start + blocks).min(layers);
        let left: Vec<Range<usize>> = (0..layers).step_by(blocks).map(group).collect();
        let starts: Vec<usize> = left.iter().map(|layers| layers.start).collect();
        Ok(Self {
            base: Run::new(model, base, &starts)?,
            donor: Run::new(model, donor, &starts)?,
            left,
            slope: None,
        })
    }

    /// Whether the first block has been followed.
    pub(super) fn is_done(&self) -> bool {
        self.left.is_empty()
    }

    /// Follows the last group that is left, at `sites` of every block. `number` makes the number, one element, of the
    /// runs' ends.
    pub(super) fn step(
        &mut self,
        model: &Transformer,
        sites: &[Site],
        number: impl FnOnce(Ends<'_>) -> Result<Tensor>,
    ) -> Result<Group> {
        let (Some(layers), Some(base), Some(donor)) =
            (self.left.pop(), self.base.0.pop(), self.donor.0.pop())
        else {
            bail!("every block has been followed")
        };
        let wanted =
            layers.clone().flat_map(|layer| sites.iter().map(move |site| HookName::block(layer, *site)));
        let mut recorder = Recorder::new(wanted.clone(), &Rows::All);
        let theirs = advance(model, &layers, donor, &mut recorder)?;
        // what the group begins with belongs to the group before
        let entry = HookName::block(layers.start, Site::ResidPre);
        let mut gradients = Gradients::new(wanted.chain([entry]), &Rows::All);
        let ours = advance(model, &layers, base, &mut gradients)?;
        let end = if let Some(slope) = self.slope.take() {
            (ours.resid() * slope)?.sum_all()?
        } else {
            let last = [ours.resid().dim(0)? as u32 - 1];
            let donor = model.finish(&theirs, &last, &mut NoHooks)?.get(0)?;
            let base = model.finish(&ours, &last, &mut NoHooks)?.get(0)?;
            number(Ends { base: &base, donor: &donor })?
        };
        let base = gradients.backward(&end)?;
        self.slope = Some(base.gradients.get(entry, &all(&ours)?)?);
        Ok(Group { layers, base, donor: recorder.into_cache() })
    }
}

impl Group {
    /// By how much the number would change if a site had the other run's values instead, were it linear: element by
    /// element, `[position, …]`.
    pub(super) fn effect(&self, name: HookName, positions: usize) -> Result<Tensor> {
        let rows: Vec<u32> = (0..positions as u32).collect();
        let change = (self.donor.get(name, &rows)? - self.base.values.get(name, &rows)?)?;
        change * self.base.gradients.get(name, &rows)?
    }
}

impl Run {
    /// The residual stream before each of the blocks `starts`, ascending from 0.
    fn new(model: &Transformer, ids: &[u32], starts: &[usize]) -> Result<Self> {
        let mut pass = model.start(&Batch::separate(&[ids]), &mut NoHooks)?;
        let mut resid = Vec::with_capacity(starts.len());
        for &start in starts {
            while pass.layers_done() < start {
                model.advance(&mut pass, &mut NoHooks)?;
            }
            resid.push(pass.resid().clone());
        }
        Ok(Self(resid))
    }
}

fn advance(
    model: &Transformer,
    layers: &Range<usize>,
    resid: Tensor,
    hooks: &mut dyn crate::hooks::Hooks,
) -> Result<Pass> {
    let tokens = resid.dim(0)?;
    let whole = vec![Segment { rows: 0..tokens, context: Vec::new() }];
    let mut pass = model.resume(layers.start, resid, (0..tokens as u32).collect(), whole)?;
    while pass.layers_done() < layers.end {
        model.advance(&mut pass, hooks)?;
    }
    Ok(pass)
}

fn all(pass: &Pass) -> Result<Vec<u32>> {
    Ok((0..pass.resid().dim(0)? as u32).collect())
}

/// How many blocks' graph of `tokens` rows fits the budget, at least one.
fn blocks_together(model: &Transformer, tokens: usize) -> usize {
    let config = model.config();
    // what a block's operations leave behind, and their gradients, counted generously
    let row = 48 * config.d_model + 8 * config.d_mlp + 12 * config.n_heads * tokens;
    (chunks::memory(model, GRAPH_BYTES) / (4 * tokens * row).max(1)).clamp(1, config.n_layers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{Checkpoint, Source};
    use candle_core::Device;

    /// Every site's effect in one group, and in the groups that a small budget makes.
    #[test]
    fn groups_of_blocks_make_no_difference() {
        let checkpoint = Checkpoint::open("demo", &Source::Demo).unwrap();
        let model = Transformer::load(&checkpoint, crate::wire::Processing::Raw, &Device::Cpu).unwrap();
        let (base, donor) = ([0, 40, 300, 17, 9], [0, 40, 301, 17, 8]);
        let sites = [Site::ResidPre, Site::AttnOut, Site::Q, Site::Pattern];
        let effects = |blocks: usize| {
            let mut backward = Backward::in_groups(&model, &base, &donor, blocks).unwrap();
            let mut all = Vec::new();
            while !backward.is_done() {
                let group = backward.step(&model, &sites, |ends| ends.base.get(7)).unwrap();
                for layer in group.layers.clone() {
                    let effect =
                        |site: &Site| group.effect(HookName::block(layer, *site), base.len()).unwrap();
                    all.extend(sites.iter().map(|site| ((layer, *site), effect(site))));
                }
            }
            all.sort_by_key(|(place, _)| *place);
            all
        };
        let together = effects(model.config().n_layers);
        assert_eq!(together.len(), sites.len() * model.config().n_layers);
        for blocks in [1, 3] {
            for ((place, a), (other, b)) in together.iter().zip(effects(blocks)) {
                assert_eq!(*place, other);
                let [distance, size] = [(a - &b).unwrap(), a.clone()]
                    .map(|x| x.abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap());
                assert!(
                    distance <= 1e-4 * size + 1e-9,
                    "{place:?} in groups of {blocks}: {distance} of {size}"
                );
            }
        }
    }
}
