//! The figure `attention_scores`: what heads are sorted and filtered by.

use crate::chart::part::head_name;
use model::wire::{Cell, Figure, FigureData};

/// The scores of every head that is done, one column a score.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// As the table titles them.
    pub names: Vec<String>,
    /// Per head, layer by layer: (layer, head) and its scores.
    rows: Vec<((usize, usize), Vec<f64>)>,
}

impl Scores {
    /// Of a table with the columns layer, head and scores; none for another figure.
    pub fn of(figure: &Figure) -> Option<Self> {
        let FigureData::Table { columns, rows } = &figure.data else { return None };
        let [layer, head, names @ ..] = &columns[..] else { return None };
        let number = |cell: &Cell| match cell {
            Cell::Number(number) => *number,
            Cell::Text(_) => f64::NAN,
        };
        let read = |row: &Vec<Cell>| {
            let numbers: Vec<f64> = row.iter().map(number).collect();
            let [layer, head, scores @ ..] = &numbers[..] else { return None };
            Some(((*layer as usize, *head as usize), scores.to_vec()))
        };
        let rows = rows.iter().map(read).collect::<Option<_>>()?;
        (layer == "layer" && head == "head").then(|| Self { names: names.to_vec(), rows })
    }

    /// A head's score.
    pub fn get(&self, head: (usize, usize), score: usize) -> Option<f64> {
        let row = self.rows.binary_search_by_key(&head, |row| row.0).ok()?;
        self.rows[row].1.get(score).copied()
    }

    /// The least and the largest of a score; none where there is none.
    pub fn range(&self, score: usize) -> Option<(f64, f64)> {
        let known = self.rows.iter().filter_map(|row| row.1.get(score).copied()).filter(|v| v.is_finite());
        known.fold(None, |ends: Option<(f64, f64)>, v| {
            let (low, high) = ends.unwrap_or((v, v));
            Some((low.min(v), high.max(v)))
        })
    }

    /// The head with the largest of a score.
    pub fn strongest(&self, score: usize) -> Option<((usize, usize), f64)> {
        let known = self.rows.iter().filter_map(|row| Some((row.0, *row.1.get(score)?)));
        known.filter(|(_, v)| v.is_finite()).max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// The strongest heads of the kinds that have a score: `strongest previous token head L0H3 0.91, …`.
    pub fn summary(&self) -> String {
        let kinds = self.names.iter().enumerate().filter(|(_, name)| name.ends_with("_head"));
        let strongest = kinds.filter_map(|(score, name)| {
            let (head, value) = self.strongest(score)?;
            Some(format!("strongest {} {} {value:.2}", title(name), head_name(head)))
        });
        strongest.collect::<Vec<_>>().join(", ")
    }

    /// Every head with its scores, as a table.
    pub fn table(&self) -> (Vec<String>, Vec<Vec<Cell>>) {
        let columns = std::iter::once("head".to_owned()).chain(self.names.iter().cloned());
        let row = |((layer, head), scores): &((usize, usize), Vec<f64>)| {
            let name = Cell::Text(head_name((*layer, *head)));
            std::iter::once(name).chain(scores.iter().copied().map(Cell::Number)).collect()
        };
        (columns.collect(), self.rows.iter().map(row).collect())
    }
}

/// A score's name for people.
pub fn title(name: &str) -> String {
    name.replace('_', " ")
}

/// A score's unit; shares of attention have none.
pub fn unit(name: &str) -> &'static str {
    match name {
        "entropy" => "nats",
        "distance" => "tokens",
        _ => "",
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Two layers of two heads.
    pub(in super::super) fn scores() -> Scores {
        let row = |numbers: [f64; 4]| numbers.map(Cell::Number).to_vec();
        let rows = vec![
            row([0.0, 0.0, 0.1, 2.0]),
            row([0.0, 1.0, 0.9, 1.0]),
            row([1.0, 0.0, f64::NAN, 3.0]),
            row([1.0, 1.0, 0.5, 0.0]),
        ];
        let columns = ["layer", "head", "induction_head", "entropy"].map(str::to_owned).to_vec();
        let data = FigureData::Table { columns, rows };
        let figure = Figure { name: "attention_scores".into(), prompt: Some(0), title: String::new(), data };
        Scores::of(&figure).unwrap()
    }

    #[test]
    fn a_head_is_found_and_the_strongest_named() {
        let scores = scores();
        assert_eq!(scores.names, ["induction_head", "entropy"]);
        assert_eq!(
            (scores.get((0, 1), 1), scores.get((2, 0), 1), scores.get((0, 1), 2)),
            (Some(1.0), None, None)
        );
        assert_eq!(scores.range(0), Some((0.1, 0.9)));
        assert_eq!(scores.summary(), "strongest induction head L0H1 0.90");
        let (columns, rows) = scores.table();
        assert_eq!((columns.len(), rows.len(), &rows[3][0]), (3, 4, &Cell::Text("L1H1".into())));
    }
}
