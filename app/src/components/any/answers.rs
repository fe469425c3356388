//! A prompt test at a glance: every prompt's answer, how likely the model finds it, and what it would rather say.

use crate::chart::format::plain;
use crate::components::Token;
use crate::state::{RunState, ViewState};
use leptos::prelude::*;
use model::wire::{Cell, Figure, FigureData};

/// The table of all prompts; nothing for other kinds, or for a single prompt.
#[component]
pub fn Answers() -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    let prompts = Memo::new(move |_| {
        let tested = run.figures.with(|keys| keys.iter().filter(|(name, _)| name == "prompt_test").count());
        if tested > 1 { tested } else { 0 }
    });
    let right = move || {
        let first = (0..prompts.get()).filter(|p| answer(run, *p).is_some_and(|a| a.0 == 0.0)).count();
        let answered = (0..prompts.get()).filter(|p| answer(run, *p).is_some()).count();
        (answered > 0).then(|| format!("{first} of {answered} answers are the model’s first choice"))
    };
    move || {
        (prompts.get() > 0).then(|| {
            view! {
                <section class="figure" data-figure="answers">
                    <header>
                        <h2>"Answers"</h2>
                    </header>
                    <p class="caption">{right}</p>
                    <div class="table" role="region" aria-label="Answers of all prompts" tabindex="0">
                        <table>
                            <thead>
                                <tr>
                                    <th scope="col">"prompt"</th>
                                    <th scope="col" class="text">"answer"</th>
                                    <th scope="col">"rank"</th>
                                    <th scope="col">"logit"</th>
                                    <th scope="col">"probability"</th>
                                    <th scope="col" class="text">"the model says"</th>
                                </tr>
                            </thead>
                            <tbody>{(0..prompts.get()).map(|prompt| row(run, view, prompt)).collect_view()}</tbody>
                        </table>
                    </div>
                </section>
            }
        })
    }
}

fn row(run: RunState, view: ViewState, prompt: usize) -> impl IntoView {
    let numbers =
        move || answer(run, prompt).map_or([const { String::new() }; 3], |(a, b, c)| [a, b, c].map(plain));
    let name = move || run.figure("answer_tokens", Some(prompt)).get().map(|f| joined(&f));
    let first = move || run.figure("prompt_test", Some(prompt)).get().and_then(|f| first_token(&f));
    view! {
        <tr aria-current=move || (view.prompt.get() == prompt).then_some("true")>
            <th scope="row">
                <button type="button" class="link" on:click=move |_| view.prompt.set(prompt)>
                    {prompt + 1}
                </button>
            </th>
            <td class="text">{move || name().map(|text| view! { <Token text /> })}</td>
            {move || numbers().map(|text| view! { <td class="num">{text}</td> }).into_iter().collect_view()}
            <td class="text">{move || first().map(|text| view! { <Token text /> })}</td>
        </tr>
    }
}

/// Rank, logit and probability of a prompt's answer. Tracks.
fn answer(run: RunState, prompt: usize) -> Option<(f64, f64, f64)> {
    let figure = run.figure("answer", Some(prompt)).get()?;
    let FigureData::Scalars { values } = &figure.data else { return None };
    let value = |name: &str| values.get(name).copied().flatten();
    Some((value("rank")?, value("logit")?, value("probability")?))
}

/// The tokens of a table, one after another.
pub fn joined(figure: &Figure) -> String {
    let FigureData::Table { columns, rows } = &figure.data else { return String::new() };
    let token = columns.iter().position(|title| title == "token").unwrap_or(0);
    let text = |row: &Vec<Cell>| match row.get(token) {
        Some(Cell::Text(text)) => text.clone(),
        _ => String::new(),
    };
    rows.iter().map(text).collect()
}

/// The likeliest token of a prompt test.
fn first_token(figure: &Figure) -> Option<String> {
    let FigureData::Table { rows, .. } = &figure.data else { return None };
    rows.first()?.iter().find_map(|cell| match cell {
        Cell::Text(token) => Some(token.clone()),
        Cell::Number(_) => None,
    })
}
