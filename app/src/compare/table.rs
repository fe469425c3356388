//! Two sides as rows and columns: the numbers of both and their difference, value by value.

use super::{LinePair, Names, Sides, cell_names};
use model::table::Table;
use model::wire::{Cell, FigureData};
use std::collections::BTreeMap;

impl Sides {
    /// The three numbers of every value; all of the one side's rows before the other's where they are not of the same
    /// values.
    pub fn table(&self, names: &Names) -> Table {
        match (&self.first.data, &self.other.data) {
            (FigureData::Scalars { values }, FigureData::Scalars { values: others }) => {
                // standard errors have no difference
                let differences = match self.difference.as_deref().map(|figure| &figure.data) {
                    Some(FigureData::Scalars { values }) => values.clone(),
                    _ => BTreeMap::new(),
                };
                let scalar = |(name, value): (&String, &Option<f64>)| {
                    let difference = differences.get(name).copied().flatten();
                    let numbers = [*value, *others.get(name)?, difference];
                    Some(row(&name.replace('_', " "), numbers.map(|number| number.unwrap_or(f64::NAN))))
                };
                titled(names, values.iter().filter_map(scalar).collect())
            }
            (FigureData::Line { .. }, FigureData::Line { .. }) if self.same_labels() => {
                lines_table(&self.labels(), &self.lines(), names)
            }
            (FigureData::Heatmap { rows, columns, values }, FigureData::Heatmap { values: others, .. })
                if self.same_labels() =>
            {
                let values = values.iter().zip(others.iter()).map(|(a, b)| [*a, *b, a - b].map(f64::from));
                let cells = cell_names(rows, columns).into_iter().zip(values);
                titled(names, cells.map(|(name, numbers)| row(&name, numbers)).collect())
            }
            // as the files have it: nobody reads it side by side
            (FigureData::Tensor { .. }, _) => Table::of(&self.figure()),
            _ => self.one_after_another(names),
        }
    }

    fn one_after_another(&self, names: &Names) -> Table {
        let (first, other) = (Table::of(&self.first), Table::of(&self.other));
        let columns = [String::new()].into_iter().chain(first.columns).collect();
        let named =
            |name: &String, row: Vec<Cell>| [Cell::Text(name.clone())].into_iter().chain(row).collect();
        let rows = first.rows.into_iter().map(|row| named(&names.first, row));
        let rows = rows.chain(other.rows.into_iter().map(|row| named(&names.other, row)));
        Table { columns, rows: rows.collect(), labelled: false }
    }
}

/// A label, the two numbers and their difference.
pub(super) fn row(label: &str, numbers: [f64; 3]) -> Vec<Cell> {
    [Cell::Text(label.to_owned())].into_iter().chain(numbers.map(Cell::Number)).collect()
}

fn titled(names: &Names, rows: Vec<Vec<Cell>>) -> Table {
    let columns = ["", &names.first, &names.other, "difference"].map(str::to_owned).into();
    Table { columns, rows, labelled: true }
}

/// A row for each label, three columns for each line, and one for the difference's standard error.
fn lines_table(labels: &[String], pairs: &[LinePair], names: &Names) -> Table {
    let rows = labels.iter().map(|label| vec![Cell::Text(label.clone())]).collect();
    let mut table = Table { columns: vec![String::new()], rows, labelled: true };
    for (first, other, difference) in pairs {
        let title = |side: &str| format!("{} {side}", first.name.replace('_', " ")).trim().to_owned();
        table.push(&title(&names.first), first.y.iter().copied());
        table.push(&title(&names.other), other.y.iter().copied());
        let Some(difference) = difference else { continue };
        table.push(&title("difference"), difference.y.iter().copied());
        if let Some(stderr) = &difference.stderr {
            table.push("standard error", stderr.iter().copied());
        }
    }
    table
}
