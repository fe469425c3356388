//! The same numbers as a table: on the page for whoever prefers or needs it, and as tab-separated text.

use leptos::prelude::*;
use model::wire::{Cell, Figure, FigureData};

/// Rows of cells under titles; the first column names the row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// One title a column.
    pub columns: Vec<String>,
    /// One cell a column.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The table of a figure, the column of its labels titled `labels`; empty for a figure that is no line, heatmap or
    /// table.
    pub fn of(figure: &Figure, labels: &str) -> Self {
        let number = |v: f32| Cell::Number(f64::from(v));
        match &figure.data {
            FigureData::Line { x, series } => {
                let names = series.iter().map(|s| s.name.clone());
                let row = |(i, label): (usize, &String)| {
                    let values = series.iter().map(|s| number(s.y.get(i).copied().unwrap_or(f32::NAN)));
                    std::iter::once(Cell::Text(label.clone())).chain(values).collect()
                };
                let columns = std::iter::once(labels.to_owned()).chain(names).collect();
                Self { columns, rows: x.iter().enumerate().map(row).collect() }
            }
            FigureData::Heatmap { rows, columns, values } => {
                let row = |(label, values): (&String, &[f32])| {
                    std::iter::once(Cell::Text(label.clone()))
                        .chain(values.iter().copied().map(number))
                        .collect()
                };
                let titles = std::iter::once(labels.to_owned()).chain(columns.iter().cloned()).collect();
                let rows = rows.iter().zip(values.chunks(columns.len().max(1))).map(row).collect();
                Self { columns: titles, rows }
            }
            FigureData::Table { columns, rows } => Self { columns: columns.clone(), rows: rows.clone() },
            _ => Self::default(),
        }
    }

    /// Adds a column of numbers, one a row.
    pub fn push(&mut self, title: &str, values: impl IntoIterator<Item = f32>) {
        self.columns.push(title.to_owned());
        for (row, value) in self.rows.iter_mut().zip(values) {
            row.push(Cell::Number(value.into()));
        }
    }

    /// Tab-separated, titles first, numbers in full, a masked one empty.
    pub fn to_tsv(&self) -> String {
        let cell = |cell: &Cell| match cell {
            Cell::Number(v) if v.is_nan() => String::new(),
            Cell::Number(v) => (*v as f32).to_string(),
            // a token may hold the very characters that separate cells
            Cell::Text(text) => text.replace('\t', "\\t").replace('\n', "\\n"),
        };
        let lines = self.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join("\t"));
        std::iter::once(self.columns.join("\t")).chain(lines).map(|line| line + "\n").collect()
    }
}

/// The table on the page, scrolling in its own box.
#[component]
pub fn TableView(
    /// What it is a table of.
    title: String,
    /// Its numbers.
    table: Table,
) -> impl IntoView {
    let text = |cell: Cell| match cell {
        Cell::Number(v) if v.is_nan() => String::new(),
        Cell::Number(v) => crate::chart::format::signed(v, 4),
        Cell::Text(text) => text,
    };
    let row = move |row: Vec<Cell>| {
        let mut cells = row.into_iter().map(text);
        view! {
            <tr>
                <th scope="row">{cells.next()}</th>
                {cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}
            </tr>
        }
    };
    view! {
        <div class="table" role="region" aria-label=title.clone() tabindex="0">
            <table>
                <caption>{title.clone()}</caption>
                <thead>
                    <tr>
                        {table
                            .columns
                            .into_iter()
                            .map(|title| view! { <th scope="col">{title}</th> })
                            .collect_view()}
                    </tr>
                </thead>
                <tbody>{table.rows.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::wire::Series;

    #[test]
    fn a_line_has_a_column_for_each_series() {
        let data = FigureData::Line {
            x: vec!["embed".into(), "bias".into()],
            series: vec![
                Series { name: "mean".into(), y: vec![0.5, -1.25].into() },
                Series { name: "stderr".into(), y: vec![f32::NAN, 0.125].into() },
            ],
        };
        let figure = Figure { name: "a".into(), prompt: None, title: String::new(), data };
        assert_eq!(
            Table::of(&figure, "part").to_tsv(),
            "part\tmean\tstderr\nembed\t0.5\t\nbias\t-1.25\t0.125\n"
        );
    }

    #[test]
    fn a_heatmap_has_a_row_for_each_row_and_can_get_further_columns() {
        let data = FigureData::Heatmap {
            rows: vec!["L0".into(), "L1".into()],
            columns: vec!["H0".into(), "H1".into()],
            values: vec![1.0, 2.0, 3.0, 4.0].into(),
        };
        let figure = Figure { name: "a".into(), prompt: None, title: String::new(), data };
        let mut table = Table::of(&figure, "layer");
        table.push("b_O", [5.0, 6.0]);
        assert_eq!(table.to_tsv(), "layer\tH0\tH1\tb_O\nL0\t1\t2\t5\nL1\t3\t4\t6\n");
    }

    #[test]
    fn tokens_cannot_break_the_lines() {
        let table = Table { columns: vec!["token".into()], rows: vec![vec![Cell::Text("\n\t".into())]] };
        assert_eq!(table.to_tsv(), "token\n\\n\\t\n");
    }
}
