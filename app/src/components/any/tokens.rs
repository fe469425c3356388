//! Tables: numbers as numbers, tokens as the model sees them. In a prompt test, a token can become the answer or the
//! distractor of an attribution.

use super::answers::joined;
use super::{Frame, Source};
use crate::chart::format::plain;
use crate::components::Token;
use crate::draft::{Role, Row};
use crate::state::{Form, RunState};
use leptos::prelude::*;
use model::wire::{Cell, Figure, FigureData, TOKEN_COLUMNS};

/// Rows shown; more are in the exports.
const MOST_ROWS: usize = 400;

/// A figure of a table.
#[component]
pub fn AnyTable(
    /// The figure.
    figure: Source,
) -> impl IntoView {
    let run: RunState = expect_context();
    let first = figure.get_untracked();
    let of_tokens = first.as_ref().is_some_and(|f| f.name == "prompt_test");
    let prompt = first.and_then(|f| f.prompt);
    let asked = Signal::derive(move || {
        let (started, experiment) = (run.started.get()?, run.experiment.get()?);
        let text = text_of(&started.prompts.get(prompt?)?.tokens, &experiment.prompts, prompt?)?;
        let of = |name: &str| run.figure(name, prompt).get().map(|f| joined(&f)).unwrap_or_default();
        Some(Row { text, answer: of("answer_tokens"), distractor: of("distractor_tokens"), ..Row::default() })
    });
    let asked = of_tokens.then_some(asked);
    view! {
        <Frame figure>
            <div class="table" role="region" aria-label="Table" tabindex="0">
                {move || figure.get().map(|figure| rows_of(&figure, asked))}
            </div>
        </Frame>
    }
}

/// The rows of a figure of a table; `asked` is the prompt whose answer a token may become.
pub fn rows_of(figure: &Figure, asked: Option<Signal<Option<Row>>>) -> AnyView {
    let FigureData::Table { columns, rows } = &figure.data else { return ().into_any() };
    let is_token: Vec<bool> = columns.iter().map(|title| TOKEN_COLUMNS.contains(&title.as_str())).collect();
    let token = is_token.iter().position(|is_token| *is_token);
    let head = |(title, token): (&String, &bool)| {
        view! { <th scope="col" class:text=*token>{title.replace('_', " ")}</th> }
    };
    let heads = columns.iter().zip(&is_token).map(head).collect_view();
    let count = rows.len();
    let row = |cells: &Vec<Cell>| {
        let chosen = token.and_then(|i| cells.get(i)).zip(asked);
        let role = chosen.map(|(cell, asked)| roles(cell, asked));
        view! { <tr>{cells.iter().zip(&is_token).map(|(cell, token)| field(cell, *token)).collect_view()} {role}</tr> }
    };
    let rows = rows.iter().take(MOST_ROWS).map(row).collect_view();
    let left_out = (count > MOST_ROWS).then(
        || view! { <p class="hint">{format!("{MOST_ROWS} of {count} rows; the file has all of them.")}</p> },
    );
    view! {
        <table>
            <thead>
                <tr>{heads}</tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {left_out}
    }
    .into_any()
}

fn field(cell: &Cell, token: bool) -> AnyView {
    match cell {
        Cell::Number(value) => view! { <td class="num">{plain(*value)}</td> }.into_any(),
        Cell::Text(text) if token => view! { <td class="text"><Token text=text.clone() /></td> }.into_any(),
        Cell::Text(text) => view! { <td class="text">{text.clone()}</td> }.into_any(),
    }
}

/// The buttons that put a token into the form.
fn roles(cell: &Cell, asked: Signal<Option<Row>>) -> AnyView {
    let Cell::Text(token) = cell.clone() else { return ().into_any() };
    let form: Form = expect_context();
    let button = |role: Role, title: &'static str| {
        let token = token.clone();
        let label = format!("Make “{token}” the {title} of an attribution");
        let choose = move |_| {
            if let Some(asked) = asked.get_untracked() {
                form.draft.update(|draft| draft.ask_about(asked, &token, role));
                form.folded.set(false);
            }
        };
        view! {
            <button type="button" class="role" title=label.clone() aria-label=label on:click=choose>
                {title}
            </button>
        }
    };
    view! { <td>{button(Role::Answer, "answer")} {button(Role::Distractor, "distractor")}</td> }.into_any()
}

/// The prompt's text: as typed, or, for a set, its tokens joined.
fn text_of(tokens: &[String], prompts: &model::wire::Prompts, prompt: usize) -> Option<String> {
    match prompts {
        model::wire::Prompts::List(list) => list.get(prompt).map(|p| p.text.clone()),
        model::wire::Prompts::Set(_) => {
            Some(tokens.iter().filter(|t| !crate::draft::is_special(t)).map(String::as_str).collect())
        }
    }
}
