//! Values by prompt as the series of a line: mean, standard error, groups, prompts.

use crate::plan::EncodedPrompt;
use crate::wire::{Figure, FigureData, Series, Values};

/// Rows are prompts, in order, of which the first `rows.len()` are done; columns are labels.
pub(super) struct ByPrompt<'a> {
    pub(super) prompts: &'a [EncodedPrompt],
    pub(super) rows: Vec<&'a [f32]>,
}

impl ByPrompt<'_> {
    /// The mean over all prompts, and its standard error (s/√n; null for a single prompt).
    pub(super) fn mean_and_stderr(&self) -> (Values, Values) {
        (mean(&self.rows), stderr(&self.rows))
    }

    /// The mean of each group, in order of first appearance; none where no prompt has a group.
    pub(super) fn group_means(&self) -> Vec<(String, Values)> {
        groups(self.prompts).into_iter().map(|group| (group.to_owned(), mean(&self.members(group)))).collect()
    }

    fn members(&self, group: &str) -> Vec<&[f32]> {
        let in_group = |p: &EncodedPrompt| p.group.as_deref() == Some(group);
        self.rows.iter().zip(self.prompts).filter(|(_, p)| in_group(p)).map(|(row, _)| *row).collect()
    }

    /// A line with every series the contract names.
    pub(super) fn line(&self, name: &str, title: &str, x: &[String], per_prompt: bool) -> Figure {
        let (mean, stderr) = self.mean_and_stderr();
        let mut series = vec![
            Series { name: "mean".to_owned(), y: mean },
            Series { name: "stderr".to_owned(), y: stderr },
        ];
        for (group, y) in self.group_means() {
            series.push(Series { name: format!("group:{group}"), y });
        }
        if per_prompt {
            for (i, row) in self.rows.iter().enumerate() {
                series.push(Series { name: format!("prompt:{i}"), y: row.to_vec().into() });
            }
        }
        Figure {
            name: name.to_owned(),
            prompt: None,
            title: title.to_owned(),
            data: FigureData::Line { x: x.to_vec(), series },
        }
    }
}

fn groups(prompts: &[EncodedPrompt]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for group in prompts.iter().filter_map(|p| p.group.as_deref()) {
        if !names.contains(&group) {
            names.push(group);
        }
    }
    names
}

/// Column means in f64; all null for no rows.
fn mean(rows: &[&[f32]]) -> Values {
    let width = rows.first().map_or(0, |row| row.len());
    (0..width).map(|j| (sum(rows, |row| f64::from(row[j])) / rows.len() as f64) as f32).collect()
}

fn stderr(rows: &[&[f32]]) -> Values {
    let width = rows.first().map_or(0, |row| row.len());
    let n = rows.len() as f64;
    let of = |j: usize| {
        let mean = sum(rows, |row| f64::from(row[j])) / n;
        let variance = sum(rows, |row| (f64::from(row[j]) - mean).powi(2)) / (n - 1.0);
        (variance / n).sqrt() as f32
    };
    (0..width).map(|j| if rows.len() < 2 { f32::NAN } else { of(j) }).collect()
}

fn sum(rows: &[&[f32]], value: impl Fn(&&[f32]) -> f64) -> f64 {
    rows.iter().map(value).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_errors_are_the_textbooks() {
        let rows = [[1.0_f32, 5.0], [2.0, 5.0], [6.0, 5.0]];
        let prompts =
            ["a", "b", "a"].map(|g| EncodedPrompt { group: Some(g.to_owned()), ..Default::default() });
        let by_prompt = ByPrompt { prompts: &prompts, rows: rows.iter().map(|r| &r[..]).collect() };
        let (mean, stderr) = by_prompt.mean_and_stderr();
        assert_eq!(mean.0, [3.0, 5.0]);
        // sample variance 7, over n = 3
        assert!((stderr[0] - (7.0_f32 / 3.0).sqrt()).abs() < 1e-6 && stderr[1] == 0.0);
        assert_eq!(
            by_prompt.group_means(),
            [("a".to_owned(), vec![3.5, 5.0].into()), ("b".to_owned(), vec![2.0, 5.0].into())]
        );
    }

    #[test]
    fn one_prompt_has_no_standard_error() {
        let row = [1.0_f32];
        let by_prompt = ByPrompt { prompts: &[EncodedPrompt::default()], rows: vec![&row] };
        assert!(by_prompt.mean_and_stderr().1[0].is_nan());
        assert_eq!(by_prompt.group_means(), []);
    }
}
