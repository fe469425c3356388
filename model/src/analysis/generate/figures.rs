//! What was generated so far, as figures of its prompt.

use super::super::figure;
use super::sequences::Sequence;
use crate::tokens::Tokens;
use crate::wire::{Cell, Figure, FigureData};

/// `original` and `changed`, token by token, and the `text` that both make, of those of one prompt.
pub(super) fn all(tokens: &Tokens, prompt: usize, sequences: &[&Sequence]) -> Vec<Figure> {
    let mut figures: Vec<Figure> = sequences.iter().map(|sequence| by_token(tokens, sequence)).collect();
    let row = |sequence: &&Sequence| {
        let ids: Vec<u32> = sequence.tokens.iter().map(|token| token.id).collect();
        vec![Cell::Text(name(sequence).to_owned()), Cell::Text(tokens.text(&ids))]
    };
    let text = FigureData::Table {
        columns: ["run", "text"].map(str::to_owned).to_vec(),
        rows: sequences.iter().map(row).collect(),
    };
    figures.insert(0, figure("text", Some(prompt), "How the prompt goes on", text));
    figures
}

fn name(sequence: &Sequence) -> &'static str {
    if sequence.changed { "changed" } else { "original" }
}

fn by_token(tokens: &Tokens, sequence: &Sequence) -> Figure {
    let title = if sequence.changed { "With the changes" } else { "As the model is" };
    let rows = sequence.tokens.iter().enumerate().map(|(step, token)| {
        let word = Cell::Text(tokens.string(token.id));
        vec![Cell::Number(step as f64), word, Cell::Number(token.probability)]
    });
    let columns = ["step", "token", "probability"].map(str::to_owned).to_vec();
    let table = FigureData::Table { columns, rows: rows.collect() };
    figure(name(sequence), Some(sequence.prompt), title, table)
}
