//! What was read, as figures.

use super::super::figure;
use super::readings::{Reading, TokenReading};
use crate::plan::EncodedPrompt;
use crate::tokens::Tokens;
use crate::wire::{Cell, Figure, FigureData, Series};

/// Every figure, as far as the first `done.len()` rows of entries × positions tell.
pub(super) fn all(
    entries: &[String],
    prompt: &EncodedPrompt,
    number: usize,
    done: &[Reading],
    tokens: &Tokens,
) -> Vec<Figure> {
    let figure = |name: &str, title: &str, data| figure(name, Some(number), title, data);
    let lens = Lens { entries, labels: tokens.strings(&prompt.ids), done };
    let mut figures = vec![
        figure(
            "top_probability",
            "Probability of the likeliest token",
            lens.map(|r| r.top.first().map(|t| t.probability as f32)),
        ),
        figure("top_tokens", "Likeliest tokens by layer and position", lens.top_tokens(tokens)),
    ];
    if prompt.answer.is_some() {
        figures.extend([
            figure("answer_rank", "Rank of the answer", lens.map(|r| r.answer.map(|a| a.rank as f32))),
            figure("answer_logit", "Logit of the answer at the last token", lens.at_end(prompt, |t| t.logit)),
            figure(
                "answer_probability",
                "Probability of the answer at the last token",
                lens.at_end(prompt, |t| t.probability as f32),
            ),
        ]);
    }
    figures
}

struct Lens<'a> {
    entries: &'a [String],
    /// Tokens of the prompt.
    labels: Vec<String>,
    done: &'a [Reading],
}

impl Lens<'_> {
    fn map(&self, value: impl Fn(&Reading) -> Option<f32>) -> FigureData {
        let rows = self.entries.len() * self.labels.len();
        FigureData::Heatmap {
            rows: self.entries.to_vec(),
            columns: self.labels.clone(),
            values: (0..rows).map(|i| self.done.get(i).and_then(&value).unwrap_or(f32::NAN)).collect(),
        }
    }

    /// A value of the answer and, where there is one, of the distractor, at the last token.
    fn at_end(&self, prompt: &EncodedPrompt, value: impl Fn(&TokenReading) -> f32) -> FigureData {
        let n = self.labels.len();
        let series = |name: &str, of: fn(&Reading) -> Option<TokenReading>| Series {
            name: name.to_owned(),
            y: (0..self.entries.len())
                .map(|entry| self.done.get(entry * n + n - 1).and_then(of).as_ref().map_or(f32::NAN, &value))
                .collect(),
        };
        let distractor = prompt.distractor.map(|_| series("distractor", |r| r.distractor));
        let series = [series("answer", |r| r.answer)].into_iter().chain(distractor).collect();
        FigureData::Line { x: self.entries.to_vec(), series }
    }

    fn top_tokens(&self, tokens: &Tokens) -> FigureData {
        let n = self.labels.len();
        let row = |i: usize, t: &TokenReading| {
            let [position, rank] = [i % n, t.rank].map(|number| Cell::Number(number as f64));
            let [logit, probability] = [f64::from(t.logit), t.probability].map(Cell::Number);
            let entry = Cell::Text(self.entries[i / n].clone());
            vec![entry, position, rank, Cell::Text(tokens.string(t.token)), logit, probability]
        };
        let rows = self.done.iter().enumerate().flat_map(|(i, r)| r.top.iter().map(move |t| row(i, t)));
        FigureData::Table {
            columns: ["entry", "position", "rank", "token", "logit", "probability"]
                .map(str::to_owned)
                .to_vec(),
            rows: rows.collect(),
        }
    }
}
