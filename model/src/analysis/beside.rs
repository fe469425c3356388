//! One experiment on two models, one after the other: whose the figures are, and their differences.

use super::{Job, Step};
use crate::error::Result;
use crate::sides::{self, Side};
use crate::wire::{EventBody, Figure, Progress};
use std::collections::HashMap;

/// The last figures of the first model.
#[derive(Clone, Debug, Default)]
pub struct Figures(HashMap<(String, Option<usize>), Figure>);

impl Figures {
    /// Takes over what a step brought.
    pub fn keep(&mut self, events: &[EventBody]) {
        for event in events {
            if let EventBody::Figure(figure) = event {
                self.0.insert((figure.name.clone(), figure.prompt), figure.clone());
            }
        }
    }

    /// A figure of the other model under its own name, and the difference where there is one.
    fn beside(&self, figure: &Figure) -> Vec<EventBody> {
        let first = self.0.get(&(figure.name.clone(), figure.prompt));
        let of = |side: Side, data| Figure { name: side.name(&figure.name), data, ..figure.clone() };
        let difference = first.and_then(|first| sides::difference(first, figure));
        let difference = difference.map(|data| EventBody::Figure(of(Side::Difference, data)));
        let other = of(Side::Other, figure.data.clone());
        [EventBody::Figure(other)].into_iter().chain(difference).collect()
    }
}

/// The job of one of two models.
pub(crate) struct SideJob {
    job: Box<dyn Job>,
    side: Side,
    /// Those of the first model, once it is the other's turn.
    first: Figures,
}

impl SideJob {
    /// The first model's.
    pub(crate) fn first(job: Box<dyn Job>) -> Self {
        Self { job, side: Side::First, first: Figures::default() }
    }

    /// The other's, beside the figures of the first.
    pub(crate) fn other(job: Box<dyn Job>, first: Figures) -> Self {
        Self { job, side: Side::Other, first }
    }

    fn event(&self, event: EventBody) -> Vec<EventBody> {
        match event {
            EventBody::Figure(figure) if self.side == Side::Other => self.first.beside(&figure),
            EventBody::Progress(Progress { done, total, unit }) => {
                let before = if self.side == Side::Other { total } else { 0 };
                vec![EventBody::Progress(Progress { done: before + done, total: 2 * total, unit })]
            }
            event => vec![event],
        }
    }
}

impl Job for SideJob {
    fn step(&mut self) -> Result<Step> {
        let Step { events, bytes, finished } = self.job.step()?;
        let events = events.into_iter().flat_map(|event| self.event(event)).collect();
        Ok(Step { events, bytes, finished })
    }
}
