//! What a chosen set of changes needs to know of other runs, and which rows of a pass they change.

use super::means::Means;
use super::recording;
use super::twins::Twins;
use crate::error::Result;
use crate::hook_name::HookName;
use crate::hooks::{Change, Edit, Edits};
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{Intervention, InterventionMethod, Progress, Steer, SteerPositions};
use candle_core::{Tensor, bail};
use std::sync::Arc;

/// One change, its values known.
#[derive(Clone, Debug)]
struct Planned {
    name: HookName,
    part: Option<usize>,
    at: At,
    value: Value,
}

/// What becomes of what is changed.
#[derive(Clone, Debug)]
enum Value {
    /// The same in every row.
    Same(Change),
    /// What each prompt's twin has, `[position, …]`, where it has such a position.
    Twins(Arc<[Tensor]>),
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
    /// The prompt, from 0.
    pub(super) prompt: usize,
    pub(super) position: usize,
    /// Tokens of its prompt.
    pub(super) prompt_tokens: usize,
}

/// All changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes(Vec<Planned>);

impl Changes {
    /// What changes those of a pass's rows that are at `places`, ascending.
    pub(super) fn edits(&self, places: &[Place]) -> candle_core::Result<Edits> {
        let mut edits = Edits::default();
        for Planned { name, part, at, value } in &self.0 {
            let is_meant = |place: &&Place| match at {
                At::Every => true,
                At::Position(position) => place.position == *position,
                At::Generated => place.position + 1 >= place.prompt_tokens,
            };
            let meant: Vec<Place> = places.iter().filter(is_meant).copied().collect();
            let mut add = |rows: Vec<u32>, change| edits.add(*name, Edit { rows, part: *part, change });
            match value {
                Value::Same(change) => add(rows_of(&meant), change.clone()),
                Value::Twins(twins) => {
                    for own in meant.chunk_by(|a, b| a.prompt == b.prompt) {
                        if let Some((rows, values)) = of_twin(twins, own)? {
                            add(rows, Change::Set(values));
                        }
                    }
                }
            }
        }
        Ok(edits)
    }
}

fn rows_of(places: &[Place]) -> Vec<u32> {
    places.iter().map(|place| place.row).collect()
}

/// Those of one prompt's rows that its twin has a counterpart of, and what stands there, `[rows, …]`.
fn of_twin(twins: &[Tensor], places: &[Place]) -> candle_core::Result<Option<(Vec<u32>, Tensor)>> {
    let there: Vec<Place> =
        places.iter().filter(|place| place.position < place.prompt_tokens).copied().collect();
    let Some(twin) = there.first().and_then(|place| twins.get(place.prompt)) else { return Ok(None) };
    let positions: Vec<u32> = there.iter().map(|place| place.position as u32).collect();
    let values = twin.index_select(&Tensor::new(positions, twin.device())?, 0)?;
    Ok(Some((rows_of(&there), values)))
}

/// What changes need to know of other runs: the means of the sites that are replaced by them, and what twins have.
pub(super) struct Needed {
    means: Means,
    twins: Twins,
}

impl Needed {
    /// By `interventions`.
    pub(super) fn new(
        model: &Transformer,
        prompts: &[EncodedPrompt],
        interventions: &[Intervention],
    ) -> Self {
        let names = |method| {
            let of_method = interventions.iter().filter(|one| one.method == method);
            let mut names: Vec<HookName> = of_method.map(name).collect();
            names.sort_unstable();
            names.dedup();
            names
        };
        Self {
            means: Means::new(model, prompts, names(InterventionMethod::Mean), false),
            twins: Twins::new(model, prompts, names(InterventionMethod::Patch)),
        }
    }

    /// Runs some more prompts and says how far that is; nothing once every prompt is in.
    pub(super) fn step(
        &mut self,
        model: &Transformer,
        prompts: &[EncodedPrompt],
    ) -> Result<Option<Progress>> {
        if self.means.step(model, prompts)? {
            let total = prompts.iter().map(|prompt| prompt.ids.len()).sum();
            return Ok(Some(Progress { done: self.means.rows(), total, unit: "tokens averaged".to_owned() }));
        }
        let ran = self.twins.step(model, prompts)?;
        let (done, total) = (self.twins.prompts(), prompts.len());
        Ok(ran.then(|| Progress { done, total, unit: "twins run".to_owned() }))
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
        let at = one.position.map_or(At::Every, At::Position);
        let value = match one.method {
            InterventionMethod::Zero => Value::Same(Change::Set(Tensor::new(0_f32, model.device())?)),
            InterventionMethod::Mean => {
                let Some(mean) = self.means.of(name)? else { bail!("{name} was not averaged") };
                let mean = mean.get(0)?;
                Value::Same(Change::Set(part.map_or_else(|| Ok(mean.clone()), |part| mean.get(part))?))
            }
            InterventionMethod::Patch => {
                let Some(twins) = self.twins.of(name) else { bail!("{name} was not recorded of twins") };
                let own = |twin: &Tensor| match part {
                    None => Ok(twin.clone()),
                    Some(part) => twin.narrow(1, part, 1)?.squeeze(1)?.contiguous(),
                };
                Value::Twins(twins.iter().map(own).collect::<candle_core::Result<_>>()?)
            }
        };
        Ok(Planned { name, part, at, value })
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
        let (batch, cache) = recording::of_all_tokens(model, &[ids], [name])?;
        cache.get(name, &batch.prompts[0])
    };
    let (positive, negative) = (values(positive)?, values(negative)?);
    let last = |x: &Tensor| x.get(x.dim(0)? - 1);
    let planned = |at, difference: Tensor| {
        Ok(Planned { name, part: None, at, value: Value::Same(Change::Add((difference * steer.scale)?)) })
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
