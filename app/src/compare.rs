//! Figures of two results, or of two groups of one: lines over each other, each value against its counterpart, and the
//! differences. Pure: figures in, figures out.

use model::wire::{Cell, Figure, FigureData, Series};

/// What the two sides are called.
pub type Names<'a> = (&'a str, &'a str);

/// The figures that a figure and its counterpart in another result make; none where they do not fit each other.
pub fn pair(this: &Figure, other: &Figure, names: Names<'_>) -> Vec<Figure> {
    let named = |form: &str, data: FigureData| Figure {
        name: format!("{form}:{}", this.name),
        prompt: None,
        title: this.title.clone(),
        data,
    };
    match (&this.data, &other.data) {
        (FigureData::Line { x, series }, FigureData::Line { x: x_other, series: of_other })
            if x == x_other =>
        {
            let lines =
                [(series, names.0), (of_other, names.1)].map(|(series, name)| Some((main(series)?, name)));
            let [Some(first), Some(second)] = lines else { return Vec::new() };
            vec![named("two_lines", two_lines(x, first, second))]
        }
        (
            FigureData::Heatmap { rows, columns, values },
            FigureData::Heatmap { rows: rows_other, columns: columns_other, values: of_other },
        ) if rows == rows_other && columns == columns_other => {
            let labels =
                rows.iter().flat_map(|row| columns.iter().map(move |column| format!("{row}{column}")));
            let scatter = FigureData::Scatter {
                x: values.clone(),
                y: of_other.clone(),
                labels: labels.collect(),
                x_title: names.0.to_owned(),
                y_title: names.1.to_owned(),
            };
            let difference: Vec<f32> = values.iter().zip(of_other.iter()).map(|(a, b)| a - b).collect();
            let (rows, columns) = (rows.clone(), columns.clone());
            let difference = FigureData::Heatmap { rows, columns, values: difference.into() };
            vec![named("scatter", scatter), named("difference", difference)]
        }
        (FigureData::Scalars { values }, FigureData::Scalars { values: of_other }) => {
            let number = |v: Option<f64>| Cell::Number(v.unwrap_or(f64::NAN));
            let row = |(name, value): (&String, &Option<f64>)| {
                let other = *of_other.get(name)?;
                let difference = value.zip(other).map(|(a, b)| a - b);
                let name = Cell::Text(name.replace('_', " "));
                Some(vec![name, number(*value), number(other), number(difference)])
            };
            let columns = ["", names.0, names.1, "difference"].map(str::to_owned).into();
            vec![named("both", FigureData::Table { columns, rows: values.iter().filter_map(row).collect() })]
        }
        _ => Vec::new(),
    }
}

/// The same for two groups of one result: of its lines and its head maps. `figures` are all of the result's.
pub fn groups(figures: &[Figure], names: Names<'_>) -> Vec<Figure> {
    let of = |name: &str, group: &str| figures.iter().find(|f| f.name == format!("{name}:{group}"));
    let each = |figure: &Figure| {
        if let FigureData::Line { x, series } = &figure.data {
            let find = |group: &str| series.iter().find(|s| s.name == format!("group:{group}"));
            let (Some(first), Some(second)) = (find(names.0), find(names.1)) else { return Vec::new() };
            let data = two_lines(x, (first, names.0), (second, names.1));
            let name = format!("two_lines:{}", figure.name);
            return vec![Figure { name, prompt: None, title: figure.title.clone(), data }];
        }
        match (of(&figure.name, names.0), of(&figure.name, names.1)) {
            (Some(first), Some(second)) => {
                let first =
                    Figure { name: figure.name.clone(), title: figure.title.clone(), ..first.clone() };
                pair(&first, second, names)
            }
            _ => Vec::new(),
        }
    };
    figures.iter().flat_map(each).collect()
}

/// The series that stands for a line figure: its mean, or its only one.
fn main(series: &[Series]) -> Option<&Series> {
    series.iter().find(|s| s.name == "mean").or(series.first())
}

fn two_lines(x: &[String], first: (&Series, &str), second: (&Series, &str)) -> FigureData {
    let line = |(series, name): (&Series, &str)| Series { name: name.to_owned(), y: series.y.clone() };
    FigureData::Line { x: x.to_vec(), series: vec![line(first), line(second)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(name: &str, data: FigureData) -> Figure {
        Figure { name: name.into(), prompt: None, title: "Heads".into(), data }
    }

    fn heads(name: &str, values: [f32; 2]) -> Figure {
        let labels = |letter: char, n: usize| (0..n).map(|i| format!("{letter}{i}")).collect();
        let data = FigureData::Heatmap {
            rows: labels('L', 1),
            columns: labels('H', 2),
            values: values.to_vec().into(),
        };
        figure(name, data)
    }

    fn line(series: &[(&str, [f32; 2])]) -> Figure {
        let series = series.iter().map(|(name, y)| Series { name: (*name).into(), y: y.to_vec().into() });
        figure("logit_lens", FigureData::Line { x: vec!["a".into(), "b".into()], series: series.collect() })
    }

    #[test]
    fn heads_of_two_results_make_points_and_differences() {
        let made = pair(&heads("h", [1.0, 2.0]), &heads("h", [0.5, 4.0]), ("this", "that"));
        let [scatter, difference] = made.as_slice() else { panic!("two figures") };
        assert!(matches!(&scatter.data, FigureData::Scatter { labels, x_title, .. }
            if labels == &["L0H0", "L0H1"] && x_title == "this"));
        assert!(matches!(&difference.data, FigureData::Heatmap { values, .. } if values[..] == [0.5, -2.0]));
        assert_eq!(pair(&heads("h", [1.0, 2.0]), &line(&[("mean", [0.0, 0.0])]), ("a", "b")), []);
    }

    #[test]
    fn lines_lie_over_each_other_under_the_names_of_the_results() {
        let made = pair(
            &line(&[("stderr", [9.0, 9.0]), ("mean", [1.0, 2.0])]),
            &line(&[("mean", [3.0, 4.0])]),
            ("a", "b"),
        );
        let [Figure { data: FigureData::Line { series, .. }, .. }] = made.as_slice() else {
            panic!("one line figure")
        };
        let found: Vec<(&str, f32)> = series.iter().map(|s| (s.name.as_str(), s.y[0])).collect();
        assert_eq!(found, [("a", 1.0), ("b", 3.0)]);
    }

    #[test]
    fn groups_of_one_result_are_compared_like_results() {
        let all = [
            heads("head_attribution", [0.0, 0.0]),
            heads("head_attribution:x", [1.0, 2.0]),
            heads("head_attribution:y", [3.0, 4.0]),
            line(&[("mean", [0.0, 0.0]), ("group:x", [1.0, 2.0]), ("group:y", [3.0, 4.0])]),
        ];
        let names: Vec<String> = groups(&all, ("x", "y")).into_iter().map(|f| f.name).collect();
        assert_eq!(
            names,
            ["scatter:head_attribution", "difference:head_attribution", "two_lines:logit_lens"]
        );
    }
}
