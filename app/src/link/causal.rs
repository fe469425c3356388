//! The part of a view that is of causal results: pairs, cells, the trail of path patching, heads that are switched off.

use super::view::{escape, listed, parse_two};
use std::collections::BTreeSet;

/// What is shown of a causal result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Causal {
    /// Whether maps of pairs show the selected one instead of the mean over all.
    pub one_pair: bool,
    /// The selected cell of maps over positions: layer, and column.
    pub cell: Option<(usize, usize)>,
    /// The receivers of path patching so far.
    pub trail: Vec<Hop>,
    /// Heads that are ablated together.
    pub ablated: BTreeSet<(usize, usize)>,
    /// Whether they are ablated to their mean rather than to zero.
    pub to_mean: bool,
}

/// A receiver of path patching, and which one it was found from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// As figures name it: `logits`, `L9H6_q`.
    pub receiver: String,
    /// The number of the hop whose map it was chosen in; its own for the first.
    pub from: usize,
}

impl Hop {
    /// `L9H6_q@0`.
    fn write(&self) -> String {
        escape(&escape(&format!("{}@{}", self.receiver, self.from)))
    }

    fn read(text: &str) -> Option<Self> {
        let (receiver, from) = text.rsplit_once('@')?;
        Some(Self { receiver: receiver.to_owned(), from: from.parse().ok()? })
    }
}

impl Causal {
    /// Keys and values of the query; none for what is at its default.
    pub(super) fn pairs(&self) -> [(&'static str, Option<String>); 5] {
        let trail = self.trail.iter().map(Hop::write).collect::<Vec<_>>().join(",");
        let ablated = self.ablated.iter().map(|(l, h)| format!("L{l}H{h}")).collect::<Vec<_>>().join(",");
        [
            ("pairs", self.one_pair.then(|| "one".to_owned())),
            ("cell", self.cell.map(|(layer, column)| format!("L{layer}P{column}"))),
            ("trail", (!trail.is_empty()).then_some(trail)),
            ("ablate", (!ablated.is_empty()).then_some(ablated)),
            ("by", self.to_mean.then(|| "mean".to_owned())),
        ]
    }

    /// Takes one of them in.
    pub(super) fn read(&mut self, key: &str, value: &str) {
        match key {
            "pairs" => self.one_pair = value == "one",
            "cell" => self.cell = parse_two(value, 'P'),
            "trail" => {
                let hops = listed(value).iter().map(|hop| Hop::read(hop)).collect::<Option<_>>();
                self.trail = hops.unwrap_or_default();
            }
            "ablate" => {
                self.ablated = listed(value).iter().filter_map(|name| parse_two(name, 'H')).collect();
            }
            "by" => self.to_mean = value == "mean",
            _ => {}
        }
    }
}
