//! What is shown of a result, as the query of an address; defaults are left out.
//!
//! | key | value | default |
//! |---|---|---|
//! | `head` | `L2H5`: the inspected head | none |
//! | `prompt` | the selected prompt, from 1 as the page counts | 1 |
//! | `pattern` | `weighted`: the pattern weighted by the value's norm | plain |
//! | `layers` | `down`: layers as rows of head maps | left to right |
//! | `palette` | `orange-purple` | red-blue |
//! | `scale` | the range ± of head maps, in logits | the largest value |
//! | `tables` | names of the figures shown as tables, by commas | none |
//! | `full` | name of the figure that fills the page | none |
//! | `with` | the id of the result it is compared with, or `groups` | none |
//! | `beside` | name of the figure whose two sides are shown, or `all` | the first map |
//! | `score` | the score of heads that the attention grid is looked at by | none |
//! | `order` | `largest`: its heads stand in the order of that score | by layer |
//! | `from` | the least of that score that a head must have | none |
//! | `maps` | `common`: one scale for all of its heads | each its own |
//! | `query` | the token whose row stands out in it, from 1 | none |
//! | `pairs` | `one`: maps of pairs show the selected one | their mean |
//! | `cell` | `L12P5`: the selected layer and position, or named column | none |
//! | `trail` | receivers of the path patching so far, each with `@` the number of the one it was found from | none |
//! | `ablate` | heads that are ablated together, by commas | none |
//! | `by` | `mean`: ablated to their mean | to zero |
//!
//! What is unknown or does not parse is left at its default: a link from another version still opens its result.

use super::causal::Causal;
use crate::json;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::collections::BTreeSet;

/// What stays readable in a value: names of figures are words, underscores and a colon.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.').remove(b':').remove(b'@');

/// Colours of diverging maps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Palette {
    /// Red below zero, blue above.
    #[default]
    RedBlue,
    /// Orange below zero, purple above: safe for the colour-blind.
    OrangePurple,
}

/// How the heads of the attention grid are arranged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrangement {
    /// The name of the score that is looked at.
    pub score: Option<String>,
    /// Whether heads stand in its order, largest first, rather than by layer.
    pub sorted: bool,
    /// The least value of it that a head must have.
    pub least: Option<f64>,
}

/// What is shown of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The head that is locked for inspection: (layer, head).
    pub head: Option<(usize, usize)>,
    /// The selected prompt, from 0.
    pub prompt: usize,
    /// Whether the inspector's pattern is weighted by the value's norm.
    pub weighted: bool,
    /// Whether layers run left to right in head maps.
    pub transposed: bool,
    /// Colours of diverging maps.
    pub palette: Palette,
    /// The range of diverging maps, ±, where the user set one.
    pub scale: Option<f64>,
    /// Names of the figures that are shown as tables.
    pub tables: BTreeSet<String>,
    /// The name of the one figure that fills the page.
    pub maximised: Option<String>,
    /// The id of the result it is compared with; `groups` for its own groups.
    pub with: Option<String>,
    /// The name of the figure that is shown side by side, or `all`; none for the first map.
    pub beside: Option<String>,
    /// How the heads of the attention grid are arranged.
    pub heads: Arrangement,
    /// Whether one scale holds for all heads of the attention grid.
    pub common: bool,
    /// The token, from 0, whose row stands out in the attention grid.
    pub query: Option<usize>,
    /// What is shown of a causal result.
    pub causal: Causal,
}

impl Default for View {
    fn default() -> Self {
        Self {
            head: None,
            prompt: 0,
            weighted: false,
            transposed: true,
            palette: Palette::RedBlue,
            scale: None,
            tables: BTreeSet::new(),
            maximised: None,
            with: None,
            beside: None,
            heads: Arrangement::default(),
            common: false,
            query: None,
            causal: Causal::default(),
        }
    }
}

impl View {
    /// The query of an address, without its `?`; empty where everything is at its default.
    pub fn to_query(&self) -> String {
        // twice, so that a comma in a name survives whoever escapes the commas between them
        let tables = self.tables.iter().map(|name| escape(&escape(name))).collect::<Vec<_>>().join(",");
        let pairs = [
            ("head", self.head.map(|(layer, head)| format!("L{layer}H{head}"))),
            ("prompt", (self.prompt > 0).then(|| (self.prompt + 1).to_string())),
            ("pattern", self.weighted.then(|| "weighted".to_owned())),
            ("layers", (!self.transposed).then(|| "down".to_owned())),
            ("palette", (self.palette == Palette::OrangePurple).then(|| "orange-purple".to_owned())),
            ("scale", self.scale.map(|scale| scale.to_string())),
            ("tables", (!tables.is_empty()).then_some(tables)),
            ("full", self.maximised.as_deref().map(escape)),
            ("with", self.with.as_deref().map(escape)),
            ("beside", self.beside.as_deref().map(escape)),
            ("score", self.heads.score.as_deref().map(escape)),
            ("order", self.heads.sorted.then(|| "largest".to_owned())),
            ("from", self.heads.least.map(|least| least.to_string())),
            ("maps", self.common.then(|| "common".to_owned())),
            ("query", self.query.map(|token| (token + 1).to_string())),
        ];
        let pairs = pairs
            .into_iter()
            .chain(self.causal.pairs())
            .filter_map(|(key, value)| Some(format!("{key}={}", value?)));
        pairs.collect::<Vec<_>>().join("&")
    }

    /// The inverse of [`View::to_query`].
    pub fn from_query(query: &str) -> Self {
        let mut view = Self::default();
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match key {
                "head" => view.head = parse_two(value, 'H'),
                "prompt" => view.prompt = value.parse::<usize>().unwrap_or(1).saturating_sub(1),
                "pattern" => view.weighted = value == "weighted",
                "layers" => view.transposed = value != "down",
                "palette" if value == "orange-purple" => view.palette = Palette::OrangePurple,
                "scale" => view.scale = json::number(value).filter(|scale| *scale > 0.0),
                "tables" => view.tables = listed(value).into_iter().collect(),
                "full" => view.maximised = Some(unescape(value)).filter(|name| !name.is_empty()),
                "with" => view.with = Some(unescape(value)).filter(|id| !id.is_empty()),
                "beside" => view.beside = Some(unescape(value)).filter(|name| !name.is_empty()),
                "score" => view.heads.score = Some(unescape(value)).filter(|name| !name.is_empty()),
                "order" => view.heads.sorted = value == "largest",
                "from" => view.heads.least = json::number(value),
                "maps" => view.common = value == "common",
                "query" => view.query = value.parse::<usize>().ok().and_then(|token| token.checked_sub(1)),
                _ => view.causal.read(key, value),
            }
        }
        view
    }

    /// Whether going from `self` to `other` is a step that Back should undo, rather than an adjustment.
    pub fn is_step_to(&self, other: &Self) -> bool {
        (self.head, self.prompt, self.causal.one_pair, self.causal.cell, &self.maximised, &self.with)
            != (
                other.head,
                other.prompt,
                other.causal.one_pair,
                other.causal.cell,
                &other.maximised,
                &other.with,
            )
    }
}

/// `L2H5` as (2, 5), with `letter` before the second number.
pub(super) fn parse_two(text: &str, letter: char) -> Option<(usize, usize)> {
    let (first, second) = text.strip_prefix('L')?.split_once(letter)?;
    Some((first.parse().ok()?, second.parse().ok()?))
}

/// The parts of a list that was escaped part by part and once more as a whole, so that a comma in a part survives
/// whoever escapes the commas between them.
pub(super) fn listed(text: &str) -> Vec<String> {
    unescape(text).split(',').filter(|part| !part.is_empty()).map(unescape).collect()
}

pub(super) fn escape(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

fn unescape(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
