//! The numbers of one map of effects, apart from how they are drawn: layers by positions or heads, how far each is from
//! changing nothing, its standard error, and what single pairs say.

use crate::chart::format::signed;
use model::wire::{Figure, FigureData, PromptTokens};

/// A column of the contract's figure: a head, or a position with the tokens that stand there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its name, or the clean run's token.
    pub name: String,
    /// The corrupted run's token, where it is another one.
    pub corrupted: Option<String>,
}

/// One map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    /// Names along the axis of layers.
    pub lines: Vec<String>,
    /// What stands along the other axis.
    pub entries: Vec<Entry>,
    /// Lines × entries, in the figure's unit; NaN where it is not computed yet.
    pub values: Vec<f32>,
    /// Standard errors over pairs; empty where there are none.
    pub stderr: Vec<f32>,
    /// The value that changes nothing.
    pub neutral: f32,
}

impl Map {
    /// From a heatmap of lines × entries; none for another kind of figure.
    pub fn new(figure: &Figure, stderr: Option<&Figure>, neutral: f32) -> Option<Self> {
        let FigureData::Heatmap { rows, columns, values } = &figure.data else { return None };
        let count = rows.len() * columns.len();
        if values.len() != count {
            return None;
        }
        let stderr = stderr.and_then(|f| match &f.data {
            FigureData::Heatmap { values, .. } if values.len() == count => Some(values.to_vec()),
            _ => None,
        });
        let entry = |name: &String| Entry { name: name.clone(), corrupted: None };
        Some(Self {
            lines: rows.clone(),
            entries: columns.iter().map(entry).collect(),
            values: values.to_vec(),
            stderr: stderr.unwrap_or_default(),
            neutral,
        })
    }

    /// The map of one pair, in the unit of all; the mean stays where single pairs have not come.
    #[must_use]
    pub fn of_pair(mut self, pairs: Option<&Figure>, pair: usize) -> Self {
        if let Some(values) = pairs.and_then(|pairs| slice(pairs, pair))
            && values.len() == self.values.len()
        {
            self.values = values.to_vec();
            self.stderr.clear();
        }
        self
    }

    /// Puts the tokens of a pair on the axis of positions, the corrupted ones where they differ.
    #[must_use]
    pub fn with_tokens(mut self, prompt: &PromptTokens) -> Self {
        if !self.of_heads() && self.entries.len() == prompt.tokens.len() {
            let twin = prompt.corrupted.as_ref().map(|twin| twin.tokens.as_slice()).unwrap_or_default();
            let other = |i: usize, clean: &String| twin.get(i).filter(|token| *token != clean).cloned();
            let entry =
                |(i, clean): (usize, &String)| Entry { name: clean.clone(), corrupted: other(i, clean) };
            self.entries = prompt.tokens.iter().enumerate().map(entry).collect();
        }
        self
    }

    /// Whether the entries are heads.
    pub fn of_heads(&self) -> bool {
        self.entries.first().is_some_and(|entry| entry.name == "H0")
    }

    /// How far a cell is from changing nothing; none before it is computed.
    pub fn change(&self, line: usize, entry: usize) -> Option<f32> {
        let value = self.value(line, entry)?;
        Some(value - self.neutral)
    }

    /// A cell's value in the figure's unit.
    pub fn value(&self, line: usize, entry: usize) -> Option<f32> {
        let inside = line < self.lines.len() && entry < self.entries.len();
        let value = self.values.get(line * self.entries.len() + entry).copied();
        value.filter(|v| inside && v.is_finite())
    }

    /// A cell's standard error.
    pub fn error(&self, line: usize, entry: usize) -> Option<f32> {
        let inside = entry < self.entries.len();
        let error = self.stderr.get(line * self.entries.len() + entry).copied();
        error.filter(|v| inside && v.is_finite())
    }

    /// All changes, lines × entries; NaN where there is none yet.
    pub fn changes(&self) -> Vec<f32> {
        self.values.iter().map(|value| value - self.neutral).collect()
    }

    /// Changes below this are of rounding: a map of nothing else is not to look as if there were something. Of the value
    /// that changes nothing; where that is 0, of a share of 1.
    pub fn rounding(&self) -> f32 {
        let whole = if self.neutral.abs() > 0.0 { self.neutral.abs() } else { 1.0 };
        1e-5 * whole
    }

    /// The largest change of either sign: line and entry.
    pub fn largest(&self) -> Option<((usize, usize), f32)> {
        let changes = self.changes();
        let known = changes.iter().enumerate().filter(|(_, v)| v.is_finite());
        let (index, value) = known.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
        Some(((index / self.entries.len(), index % self.entries.len()), *value))
    }

    /// The name of a cell: `L2H5`, `L2 · film`.
    pub fn name(&self, line: usize, entry: usize) -> String {
        let line_name = self.lines.get(line).cloned().unwrap_or_default();
        let entry_name =
            self.entries.get(entry).map(|entry| entry.name.trim().to_owned()).unwrap_or_default();
        let join = if self.of_heads() { "" } else { " · " };
        format!("{line_name}{join}{entry_name}")
    }

    /// The map in words.
    pub fn summary(&self) -> String {
        let (lines, entries) = (self.lines.len(), self.entries.len());
        let what = if self.of_heads() { "heads" } else { "positions" };
        let largest = self.largest().map(|((line, entry), value)| {
            format!(", largest change {} {}", self.name(line, entry), signed(value, 2))
        });
        format!("{lines} layers by {entries} {what}{}", largest.unwrap_or_default())
    }

    /// The same as a figure whose values are the changes, for its table.
    pub fn figure(&self, name: &str, title: &str) -> Figure {
        let column = |entry: &Entry| match &entry.corrupted {
            Some(corrupted) => format!("{} / {corrupted}", entry.name),
            None => entry.name.clone(),
        };
        let data = FigureData::Heatmap {
            rows: self.lines.clone(),
            columns: self.entries.iter().map(column).collect(),
            values: self.changes().into(),
        };
        Figure { name: name.to_owned(), prompt: None, title: title.to_owned(), data }
    }
}

/// One pair's values in a tensor whose first axis is pairs.
pub fn slice(pairs: &Figure, pair: usize) -> Option<&[f32]> {
    let FigureData::Tensor { shape, values, .. } = &pairs.data else { return None };
    let size: usize = shape.get(1..)?.iter().product();
    values.get(pair * size..(pair + 1) * size)
}

/// What every pair says of one cell of `cells`.
pub fn by_pair(pairs: &Figure, cell: usize) -> Vec<f32> {
    let FigureData::Tensor { shape, .. } = &pairs.data else { return Vec::new() };
    let count = shape.first().copied().unwrap_or(0);
    (0..count).filter_map(|pair| slice(pairs, pair)?.get(cell).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::wire::TwinTokens;

    fn heatmap(columns: [&str; 2], values: [f32; 4]) -> Figure {
        let data = FigureData::Heatmap {
            rows: vec!["L0".into(), "L1".into()],
            columns: columns.map(String::from).into(),
            values: values.to_vec().into(),
        };
        Figure { name: "patched_z".into(), prompt: None, title: String::new(), data }
    }

    #[test]
    fn what_is_shown_is_the_distance_from_changing_nothing() {
        let map = Map::new(&heatmap(["H0", "H1"], [1.0, 0.25, f32::NAN, 1.5]), None, 1.0).unwrap();
        assert_eq!(map.change(0, 1), Some(-0.75));
        assert_eq!((map.change(1, 0), map.change(0, 2)), (None, None));
        assert_eq!(map.largest(), Some(((0, 1), -0.75)));
        assert_eq!(map.summary(), "2 layers by 2 heads, largest change L0H1 −0.75");
    }

    #[test]
    fn a_pair_takes_the_place_of_the_mean_where_pairs_have_come() {
        let mean = heatmap(["H0", "H1"], [0.0; 4]);
        let data = FigureData::Tensor {
            axes: ["pair", "layer", "head"].map(String::from).into(),
            shape: vec![2, 2, 2],
            values: vec![0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 4.0].into(),
        };
        let pairs = Figure { name: "patched_z_pairs".into(), prompt: None, title: String::new(), data };
        let map = Map::new(&mean, Some(&mean), 0.0).unwrap();
        assert_eq!(map.clone().of_pair(Some(&pairs), 1).values, [1.0, 2.0, 3.0, 4.0]);
        assert!(map.clone().of_pair(Some(&pairs), 1).stderr.is_empty());
        assert_eq!(map.clone().of_pair(Some(&pairs), 2), map);
        assert_eq!(map.clone().of_pair(None, 1), map);
        assert_eq!(by_pair(&pairs, 2), [0.0, 3.0]);
    }

    #[test]
    fn tokens_that_differ_stand_beside_each_other() {
        let tokens = |words: [&str; 2]| words.map(String::from).to_vec();
        let prompt = PromptTokens {
            tokens: tokens(["a", " b"]),
            corrupted: Some(TwinTokens { tokens: tokens(["a", " c"]), ids: vec![0, 2] }),
            ..PromptTokens::default()
        };
        let map = Map::new(&heatmap(["a", "1"], [0.0; 4]), None, 0.0).unwrap().with_tokens(&prompt);
        assert_eq!(map.entries[0], Entry { name: "a".into(), corrupted: None });
        assert_eq!(map.entries[1], Entry { name: " b".into(), corrupted: Some(" c".into()) });
        let heads = Map::new(&heatmap(["H0", "H1"], [0.0; 4]), None, 0.0).unwrap();
        assert_eq!(heads.clone().with_tokens(&prompt), heads);
    }
}
