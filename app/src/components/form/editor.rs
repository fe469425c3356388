//! The fields of one own prompt, with its tokens under them as one types.

use super::pair::PairTokens;
use super::row::Checked;
use crate::components::figures::icons::{CLOSE, Icon};
use crate::components::{Token, Tokens};
use crate::draft::{Row, Source, moved, read_rows};
use crate::state::Form;
use leptos::ev::ClipboardEvent;
use leptos::prelude::*;

/// One field of a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Text,
    Corrupted,
    Answer,
    Distractor,
    Group,
}

impl Field {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Corrupted => "corrupted",
            Self::Answer => "answer",
            Self::Distractor => "distractor",
            Self::Group => "group",
        }
    }

    fn of(self, row: &mut Row) -> &mut String {
        match self {
            Self::Text => &mut row.text,
            Self::Corrupted => &mut row.corrupted,
            Self::Answer => &mut row.answer,
            Self::Distractor => &mut row.distractor,
            Self::Group => &mut row.group,
        }
    }
}

/// The fields.
#[component]
pub fn PromptEditor(
    /// The row's number in the draft.
    row: usize,
    /// What the last check said about it.
    checked: Memo<Checked>,
    /// Whether the analysis needs corrupted twins.
    pairs: Memo<bool>,
) -> impl IntoView {
    let form: Form = expect_context();
    let text = value(form, row, Field::Text);
    let tokens = move || {
        checked.with(|checked| {
            let differs = checked.comparison.as_ref().map(|c| c.differs.clone()).unwrap_or_default();
            view! { <Tokens tokens=checked.tokens.tokens.clone() differs /> }
        })
    };
    let length = move || checked.with(|checked| checked.tokens.tokens.len());
    let other = move || checked.with(|c| c.comparison.as_ref().is_some_and(|c| c.usual_length.is_some()));
    let remove = move |_| {
        form.draft.update(|draft| {
            if row < draft.rows.len() {
                draft.rows.remove(row);
            }
            if draft.rows.is_empty() {
                draft.rows.push(Row::default());
            }
        });
    };
    view! {
        <div class="editor">
            <textarea
                rows="1"
                aria-label=format!("Prompt {}, text", row + 1)
                placeholder="The text up to where the model answers"
                spellcheck="false"
                aria-invalid=move || has_problem(checked, Field::Text)
                prop:value=text
                on:input:target=move |event| set(form, row, Field::Text, event.target().value())
                on:paste=move |event| paste_rows(form, row, &event)
            ></textarea>
            <Input row checked field=Field::Answer />
            <Input row checked field=Field::Distractor />
            <Input row checked field=Field::Group />
            <button type="button" class="icon" aria-label=format!("Remove prompt {}", row + 1) title="Remove" on:click=remove>
                <Icon path=CLOSE />
            </button>
            <Show when=move || pairs.get() fallback=move || view! { <p class="chips">{tokens}</p> }>
                <Twin row checked />
            </Show>
            <span class="len" class:warn=other title="tokens">{length}</span>
        </div>
    }
}

/// The corrupted twin's text, and both texts' tokens under each other.
#[component]
fn Twin(row: usize, checked: Memo<Checked>) -> impl IntoView {
    let form: Form = expect_context();
    view! {
        <textarea
            class="twin"
            rows="1"
            aria-label=format!("Prompt {}, corrupted", row + 1)
            placeholder="Its corrupted twin: as many tokens, some of them other ones"
            spellcheck="false"
            aria-invalid=move || has_problem(checked, Field::Corrupted)
            prop:value=value(form, row, Field::Corrupted)
            on:input:target=move |event| set(form, row, Field::Corrupted, event.target().value())
        ></textarea>
        <PairTokens row checked />
    }
}

/// A short field, with the text as a token beside it, since a leading space cannot be seen in a field.
#[component]
fn Input(row: usize, checked: Memo<Checked>, field: Field) -> impl IntoView {
    let form: Form = expect_context();
    let value = value(form, row, field);
    let chip = move || {
        let text = value.get();
        (field != Field::Group && !text.is_empty()).then(|| view! { <Token text /> })
    };
    view! {
        <label class=format!("short-field {}", field.name())>
            <input
                type="text"
                aria-label=format!("Prompt {}, {}", row + 1, field.name())
                placeholder=field.name()
                spellcheck="false"
                autocomplete="off"
                aria-invalid=move || has_problem(checked, field)
                prop:value=value
                on:input:target=move |event| set(form, row, field, event.target().value())
            />
            {chip}
        </label>
    }
}

fn value(form: Form, row: usize, field: Field) -> Memo<String> {
    Memo::new(move |_| {
        form.draft.with(|draft| {
            draft.rows.get(row).cloned().map(|mut row| field.of(&mut row).clone()).unwrap_or_default()
        })
    })
}

fn set(form: Form, row: usize, field: Field, text: String) {
    form.draft.update(|draft| {
        if let Some(row) = draft.rows.get_mut(row) {
            if field == Field::Text {
                row.positions = moved(&row.positions, &row.text, &text);
            }
            *field.of(row) = text;
        }
    });
}

/// Whether a problem is about this field; the server names it by its path, such as `prompts[3].answer`.
fn has_problem(checked: Memo<Checked>, field: Field) -> Option<&'static str> {
    let about = |path: &str| match path.rsplit_once("].") {
        Some((_, name)) => name == field.name(),
        None => field == Field::Text,
    };
    checked.with(|checked| checked.problems.iter().any(|problem| about(&problem.field))).then_some("true")
}

/// Several lines, or fields divided by tabs, become rows in place of this one; anything else is pasted as text.
fn paste_rows(form: Form, row: usize, event: &ClipboardEvent) {
    let Some(pasted) = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()) else {
        return;
    };
    let lines = pasted.trim_end_matches(['\n', '\r']);
    if !lines.contains(['\n', '\t']) {
        return;
    }
    event.prevent_default();
    let rows = read_rows(&pasted);
    form.draft.update(|draft| {
        draft.source = Source::Own;
        let replaced = usize::from(draft.rows.get(row).is_some_and(Row::is_blank));
        let at = (row + 1 - replaced).min(draft.rows.len());
        draft.rows.splice(at..at + replaced, rows);
    });
}
