//! A figure as rows and columns, for every reader of one: the page shows it, the server exports it.

use crate::wire::{Cell, Figure, FigureData};

/// Rows of cells under titles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// One title a column.
    pub columns: Vec<String>,
    /// One cell a column; NaN is masked, or not known.
    pub rows: Vec<Vec<Cell>>,
    /// The first column names the row.
    pub labelled: bool,
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn number(value: f32) -> Cell {
    Cell::Number(f64::from(value))
}

impl Table {
    /// Of any figure. A tensor has a row for each value, its place in the first columns.
    pub fn of(figure: &Figure) -> Self {
        match &figure.data {
            FigureData::Line { x, series } => {
                let row = |(i, label): (usize, &String)| {
                    let values = series.iter().map(|one| number(one.y.get(i).copied().unwrap_or(f32::NAN)));
                    [text(label)].into_iter().chain(values).collect()
                };
                let names = series.iter().map(|one| one.name.clone());
                Self::labelled(names, x.iter().enumerate().map(row).collect())
            }
            FigureData::Heatmap { rows, columns, values } => {
                let row = |(label, values): (&String, &[f32])| {
                    [text(label)].into_iter().chain(values.iter().copied().map(number)).collect()
                };
                let rows = rows.iter().zip(values.chunks(columns.len().max(1))).map(row).collect();
                Self::labelled(columns.iter().cloned(), rows)
            }
            FigureData::Scatter { x, y, labels, x_title, y_title } => {
                let row =
                    |(label, (x, y)): (&String, (&f32, &f32))| vec![text(label), number(*x), number(*y)];
                let rows = labels.iter().zip(x.iter().zip(y.iter())).map(row).collect();
                Self::labelled([x_title.clone(), y_title.clone()], rows)
            }
            FigureData::Tensor { axes, shape, values } => {
                let row = |(place, value): (usize, &f32)| {
                    index(place, shape).map(|i| Cell::Number(i as f64)).chain([number(*value)]).collect()
                };
                let columns = axes.iter().cloned().chain(["value".to_owned()]).collect();
                Self { columns, rows: values.iter().enumerate().map(row).collect(), labelled: false }
            }
            FigureData::Table { columns, rows } => {
                Self { columns: columns.clone(), rows: rows.clone(), labelled: false }
            }
            FigureData::Scalars { values } => {
                let row = |(name, value): (&String, &Option<f64>)| {
                    vec![text(name), Cell::Number(value.unwrap_or(f64::NAN))]
                };
                Self::labelled(["value".to_owned()], values.iter().map(row).collect())
            }
        }
    }

    fn labelled(names: impl IntoIterator<Item = String>, rows: Vec<Vec<Cell>>) -> Self {
        Self { columns: [String::new()].into_iter().chain(names).collect(), rows, labelled: true }
    }

    /// The same, the column that names the rows under a title.
    #[must_use]
    pub fn titled(mut self, labels: &str) -> Self {
        if let Some(title) = self.columns.first_mut().filter(|_| self.labelled) {
            labels.clone_into(title);
        }
        self
    }

    /// Adds a column of numbers, one a row.
    pub fn push(&mut self, title: &str, values: impl IntoIterator<Item = f32>) {
        self.columns.push(title.to_owned());
        for (row, value) in self.rows.iter_mut().zip(values) {
            row.push(number(value));
        }
    }

    /// Tab-separated. Tabs and line breaks inside a cell, which tokens may hold, are written `\t` and `\n`.
    pub fn to_tsv(&self) -> String {
        self.lines("\t", "\n", |text| text.replace('\t', "\\t").replace('\r', "\\r").replace('\n', "\\n"))
    }

    /// Comma-separated as RFC 4180 has it: cells with commas, quotes or line breaks stand in quotes.
    pub fn to_csv(&self) -> String {
        let quoted = |text: &str| {
            // an outer space is part of a token, and some readers would trim it
            let plain = !text.contains([',', '"', '\r', '\n']) && text.trim() == text;
            if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
        };
        self.lines(",", "\r\n", quoted)
    }

    fn lines(&self, separator: &str, end: &str, escape: impl Fn(&str) -> String) -> String {
        let titles = self.columns.iter().map(|title| escape(title)).collect::<Vec<_>>().join(separator);
        let cell = |cell: &Cell| match cell {
            Cell::Text(text) => escape(text),
            Cell::Number(value) => full(*value),
        };
        let rows = self.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(separator));
        [titles].into_iter().chain(rows).map(|line| line + end).collect()
    }
}

/// The place of a row-major value, axis by axis.
fn index(place: usize, shape: &[usize]) -> impl Iterator<Item = usize> {
    (0..shape.len())
        .map(move |axis| place / shape[axis + 1..].iter().product::<usize>().max(1) % shape[axis].max(1))
}

/// A number with all its digits; nothing where it is masked.
pub fn full(value: f64) -> String {
    match value {
        v if !v.is_finite() => String::new(),
        // values that were f32 all along need no more digits than an f32
        v if f64::from(v as f32).to_bits() == v.to_bits() => (v as f32).to_string(),
        v => v.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Series;

    fn figure(data: FigureData) -> Figure {
        Figure { name: "any".into(), prompt: None, title: String::new(), data }
    }

    #[test]
    fn tokens_survive_in_either_text() {
        let data = FigureData::Heatmap {
            rows: vec![" a,\"b\"".into(), "\n".into()],
            columns: vec!["\t".into()],
            values: vec![0.1, f32::NAN].into(),
        };
        let table = Table::of(&figure(data));
        assert_eq!(table.to_tsv(), "\t\\t\n a,\"b\"\t0.1\n\\n\t\n");
        assert_eq!(table.to_csv(), ",\"\t\"\r\n\" a,\"\"b\"\"\",0.1\r\n\"\n\",\r\n");
    }

    #[test]
    fn a_tensors_rows_say_where_each_value_stands() {
        let data = FigureData::Tensor {
            axes: vec!["layer".into(), "head".into()],
            shape: vec![2, 3],
            values: (0..6).map(|i| i as f32).collect(),
        };
        let table = Table::of(&figure(data));
        assert_eq!(table.columns, ["layer", "head", "value"]);
        assert_eq!(table.rows[5], [1.0, 2.0, 5.0].map(Cell::Number));
    }

    #[test]
    fn a_heatmap_has_a_row_for_each_row_and_can_get_further_columns() {
        let data = FigureData::Heatmap {
            rows: vec!["L0".into(), "L1".into()],
            columns: vec!["H0".into(), "H1".into()],
            values: vec![1.0, 2.0, 3.0, 4.0].into(),
        };
        let mut table = Table::of(&figure(data)).titled("layer");
        table.push("b_O", [5.0, 6.0]);
        assert_eq!(table.to_tsv(), "layer\tH0\tH1\tb_O\nL0\t1\t2\t5\nL1\t3\t4\t6\n");
    }

    #[test]
    fn a_line_has_a_column_for_each_series_and_points_one_for_each_axis() {
        let data = FigureData::Line {
            x: vec!["embed".into(), "bias".into()],
            series: vec![
                Series { name: "mean".into(), y: vec![0.5, -1.25].into() },
                Series { name: "stderr".into(), y: vec![f32::NAN, 0.125].into() },
            ],
        };
        assert_eq!(Table::of(&figure(data)).to_tsv(), "\tmean\tstderr\nembed\t0.5\t\nbias\t-1.25\t0.125\n");
        let data = FigureData::Scatter {
            x: vec![1.0].into(),
            y: vec![2.0].into(),
            labels: vec!["L0H0".into()],
            x_title: "a".into(),
            y_title: "b".into(),
        };
        assert_eq!(Table::of(&figure(data)).titled("head").to_tsv(), "head\ta\tb\nL0H0\t1\t2\n");
    }

    #[test]
    fn numbers_keep_every_digit_they_had_and_no_other() {
        assert_eq!(
            (full(f64::from(0.1_f32)), full(0.1), full(f64::NAN)),
            ("0.1".into(), "0.1".into(), String::new())
        );
    }
}
