//! What a chosen set of changes needs to know of other runs, and which rows of a pass they change.

use super::chunks;
use crate::error::Result;
use crate::hook_name::HookName;
use crate::hooks::{Change, Edit, Edits, Recorder, Rows};
use crate::packing::Batch;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{Intervention, InterventionMethod, Steer, SteerPositions};
use candle_core::Tensor;
use std::collections::{HashMap, VecDeque};
use std::ops::Range;

/// One change, its values known.
#[derive(Clone, Debug)]
struct Planned {
    name: HookName,
    part: Option<usize>,
    at: At,
    change: Change,
}

/// At which positions of a sequence.
#[derive(Clone, Copy, Debug)]
enum At {
    Every,
    Position(usize),
    /// Where tokens are predicted that are generated: from the prompt's last one on.
    Generated,
}

/// A row that a pass computes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) row: u32,
    pub(super) position: usize,
    /// Tokens of its prompt.
    pub(super) prompt_tokens: usize,
}

/// All changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes(Vec<Planned>);

impl Changes {
    /// What changes those of a pass's rows that are at `places`.
    pub(super) fn edits(&self, places: &[Place]) -> Edits {
        let mut edits = Edits::default();
        for Planned { name, part, at, change } in &self.0 {
            let is_meant = |place: &&Place| match at {
                At::Every => true,
                At::Position(position) => place.position == *position,
                At::Generated => place.position + 1 >= place.prompt_tokens,
            };
            let mut rows: Vec<u32> = places.iter().filter(is_meant).map(|place| place.row).collect();
            rows.sort_unstable();
            edits.add(*name, Edit { rows, part: *part, change: change.clone() });
        }
        edits
    }
}

/// Means of sites over all tokens of the prompts, some prompts at a time.
pub(super) struct Means {
    names: Vec<HookName>,
    waiting: VecDeque<Range<usize>>,
    /// Sums over rows, and how many.
    sums: HashMap<HookName, Tensor>,
    rows: usize,
}

impl Means {
    /// Of the sites that `interventions` replace by their means.
    pub(super) fn new(
        model: &Transformer,
        prompts: &[EncodedPrompt],
        interventions: &[Intervention],
    ) -> Self {
        let means = interventions.iter().filter(|one| one.method == InterventionMethod::Mean);
        let mut names: Vec<HookName> = means.map(name).collect();
        names.sort_unstable();
        names.dedup();
        let waiting = if names.is_empty() { Vec::new() } else { chunks::by_work(model.config(), prompts) };
        Self { names, waiting: waiting.into(), sums: HashMap::new(), rows: 0 }
    }

    /// Whether every prompt is in.
    pub(super) fn finished(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Rows that are in.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Runs some more prompts.
    pub(super) fn step(&mut self, model: &Transformer, prompts: &[EncodedPrompt]) -> Result<()> {
        let Some(chunk) = self.waiting.pop_front() else { return Ok(()) };
        // each prompt by itself: what several begin with counts once for each
        let ids: Vec<&[u32]> = prompts[chunk].iter().map(|prompt| prompt.ids.as_slice()).collect();
        let batch = Batch::separate(&ids);
        let rows: Vec<u32> = (0..batch.rows() as u32).collect();
        let mut recorder = Recorder::new(self.names.iter().copied(), &Rows::All);
        model.forward(&batch, &[0], &mut recorder)?;
        let cache = recorder.into_cache();
        for name in &self.names {
            let sum = cache.get(*name, &rows)?.sum(0)?;
            let sum = match self.sums.get(name) {
                Some(earlier) => (earlier + sum)?,
                None => sum,
            };
            self.sums.insert(*name, sum);
        }
        self.rows += rows.len();
        Ok(())
    }

    /// The changes, once every prompt is in.
    pub(super) fn changes(
        &self,
        model: &Transformer,
        interventions: &[Intervention],
        steer: Option<&(Steer, [Vec<u32>; 2])>,
    ) -> Result<Changes> {
        let mut all = interventions
            .iter()
            .map(|one| self.planned(model, one))
            .collect::<candle_core::Result<Vec<_>>>()?;
        if let Some((steer, prompts)) = steer {
            all.extend(steering(model, steer, prompts)?);
        }
        Ok(Changes(all))
    }

    fn planned(&self, model: &Transformer, one: &Intervention) -> candle_core::Result<Planned> {
        let (name, part) = (name(one), one.head.or(one.neuron));
        let value = match self.sums.get(&name) {
            Some(sum) if one.method == InterventionMethod::Mean => {
                let mean = (sum / self.rows.max(1) as f64)?;
                part.map_or_else(|| Ok(mean.clone()), |part| mean.get(part))?
            }
            _ => Tensor::new(0_f32, model.device())?,
        };
        let at = one.position.map_or(At::Every, At::Position);
        Ok(Planned { name, part, at, change: Change::Set(value) })
    }
}

fn name(one: &Intervention) -> HookName {
    HookName::block(one.layer, one.site.site())
}

/// The difference of two prompts, positive minus negative, as changes.
fn steering(
    model: &Transformer,
    steer: &Steer,
    [positive, negative]: &[Vec<u32>; 2],
) -> candle_core::Result<Vec<Planned>> {
    let name = HookName::block(steer.layer, steer.site.site());
    let values = |ids: &[u32]| {
        let batch = Batch::separate(&[ids]);
        let rows: Vec<u32> = (0..ids.len() as u32).collect();
        let mut recorder = Recorder::new([name], &Rows::All);
        model.forward(&batch, &[0], &mut recorder)?;
        recorder.into_cache().get(name, &rows)
    };
    let (positive, negative) = (values(positive)?, values(negative)?);
    let last = |x: &Tensor| x.get(x.dim(0)? - 1);
    let planned = |at, difference: Tensor| {
        Ok(Planned { name, part: None, at, change: Change::Add((difference * steer.scale)?) })
    };
    match steer.positions {
        SteerPositions::Every => Ok(vec![planned(At::Every, (last(&positive)? - last(&negative)?)?)?]),
        SteerPositions::Generated => {
            Ok(vec![planned(At::Generated, (last(&positive)? - last(&negative)?)?)?])
        }
        SteerPositions::Front => (0..positive.dim(0)?)
            .map(|i| planned(At::Position(i), (positive.get(i)? - negative.get(i)?)?))
            .collect(),
    }
}
