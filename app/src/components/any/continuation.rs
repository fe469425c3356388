//! How a prompt goes on: the original text beside the changed one, each token as likely as it is dark, as they come.

use super::{Frame, Source};
use crate::chart::format::plain;
use crate::components::Token;
use crate::state::RunState;
use leptos::prelude::*;
use model::wire::{Cell, Figure, FigureData};

/// The figure that has the texts.
pub const NAME: &str = "text";

/// A token and its probability.
type Said = (String, f64);

/// Both runs of one prompt, side by side; the original alone where nothing is changed.
#[component]
pub fn Continuation(
    /// The texts; the tokens are those of the figures beside it.
    figure: Source,
) -> impl IntoView {
    let run: RunState = expect_context();
    let prompt = figure.get_untracked().and_then(|figure| figure.prompt);
    let said = move |name: &str| {
        let figure = run.figure(name, prompt);
        Memo::new(move |_| figure.get().map(|figure| said(&figure)).unwrap_or_default())
    };
    let (original, changed) = (said("original"), said("changed"));
    // where the two part, both show it
    let parts_at = Memo::new(move |_| {
        original.with(|a| changed.with(|b| a.iter().zip(b).position(|((a, _), (b, _))| a != b)))
    });
    let column = move |title: &'static str, tokens: Memo<Vec<Said>>| {
        view! {
            <div class="run">
                <h3>{title}</h3>
                <p class="sentence" aria-live="off">
                    {move || {
                        let parts_at = parts_at.get();
                        let token = |(i, said): (usize, Said)| token(said, Some(i) == parts_at);
                        tokens.get().into_iter().enumerate().map(token).collect_view()
                    }}
                </p>
            </div>
        }
    };
    view! {
        <Frame figure>
            <div class="continuation">
                {column("As the model is", original)}
                {move || (!changed.with(Vec::is_empty)).then(|| column("With the changes", changed))}
            </div>
        </Frame>
    }
}

fn token((text, probability): Said, parts: bool) -> impl IntoView {
    let title = format!(
        "{:?}, probability {}{}",
        text,
        plain(probability),
        if parts { ": here the two part" } else { "" }
    );
    view! {
        <span class="said" class:parts=parts title=title style:--likely=format!("{:.0}%", 100.0 * probability)>
            <Token text />
        </span>
    }
}

/// The tokens of a table, with their probabilities.
fn said(figure: &Figure) -> Vec<Said> {
    let FigureData::Table { columns, rows } = &figure.data else { return Vec::new() };
    let place = |title: &str| columns.iter().position(|column| column == title);
    let (Some(token), Some(probability)) = (place("token"), place("probability")) else { return Vec::new() };
    let said = |row: &Vec<Cell>| match (row.get(token)?, row.get(probability)?) {
        (Cell::Text(text), Cell::Number(probability)) => Some((text.clone(), *probability)),
        _ => None,
    };
    rows.iter().filter_map(said).collect()
}
