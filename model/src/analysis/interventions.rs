//! What a chosen set of changes needs to know of other runs, and which rows of a pass they change.

use super::means::Means;
use crate::error::Result;
use crate::hook_name::HookName;
use crate::hooks::{Change, Edit, Edits, Recorder, Rows};
use crate::packing::Batch;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::{Intervention, InterventionMethod, Progress, Steer, SteerPositions};
use candle_core::Tensor;

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

/// What changes need to know of other runs: the means of the sites that are replaced by them.
pub(super) struct Needed(Means);

impl Needed {
    /// By `interventions`.
    pub(super) fn new(
        model: &Transformer,
        prompts: &[EncodedPrompt],
        interventions: &[Intervention],
    ) -> Self {
        let means = interventions.iter().filter(|one| one.method == InterventionMethod::Mean);
        let mut names: Vec<HookName> = means.map(name).collect();
        names.sort_unstable();
        names.dedup();
        Self(Means::new(model, prompts, names, false))
    }

    /// Runs some more prompts and says how far that is; nothing once every prompt is in.
    pub(super) fn step(
        &mut self,
        model: &Transformer,
        prompts: &[EncodedPrompt],
    ) -> Result<Option<Progress>> {
        let total = prompts.iter().map(|prompt| prompt.ids.len()).sum();
        let ran = self.0.step(model, prompts)?;
        Ok(ran.then(|| Progress { done: self.0.rows(), total, unit: "tokens averaged".to_owned() }))
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
        let value = match self.0.of(name)? {
            Some(mean) if one.method == InterventionMethod::Mean => {
                let mean = mean.get(0)?;
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
