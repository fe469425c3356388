//! A prompt beside its corrupted twin, token under token, with the tokens that differ marked and those that have a name
//! named. In own prompts a token is named by choosing it.

use super::row::Checked;
use crate::components::Token;
use crate::draft::{Cell, last_characters, pair};
use crate::state::Form;
use leptos::ev::KeyboardEvent;
use leptos::html::Input;
use leptos::prelude::*;

/// The two rows of tokens.
#[component]
pub fn PairTokens(
    /// The row's number in the draft, where its tokens can be named.
    #[prop(optional)]
    row: Option<usize>,
    /// What the last check said about it.
    checked: Memo<Checked>,
) -> impl IntoView {
    let naming = RwSignal::new(None::<usize>);
    let pair = Memo::new(move |_| {
        checked.with(|checked| {
            let twin = checked.tokens.corrupted.as_ref();
            pair(&checked.tokens.tokens, twin.map_or(&[][..], |twin| &twin.tokens))
        })
    });
    let has_twin = Memo::new(move |_| checked.with(|checked| checked.tokens.corrupted.is_some()));
    let characters = Memo::new(move |_| {
        checked.with(|checked| {
            let text = checked.text.as_ref().map(|prompt| prompt.text.clone()).unwrap_or_default();
            last_characters(&text, &checked.tokens.tokens)
        })
    });
    let column = move |cell: Cell| {
        let differs = cell.differs() && has_twin.get();
        let clean = cell.clean.map(|(i, text)| {
            let can_be_named = row.is_some() && characters.with(|c| c.get(i).copied().flatten().is_some());
            view! { <CleanToken i text names=names_of(checked, i) naming=can_be_named.then_some(naming) /> }
        });
        let twin = cell.corrupted.map(|text| view! { <Token text /> });
        let mark = match (&clean, &twin) {
            (Some(_), Some(_)) if differs => Some(("≠", "differs")),
            (Some(_), None) if differs => Some(("−", "not in the twin")),
            (None, _) => Some(("+", "only in the twin")),
            _ => None,
        };
        let mark = mark.map(|(mark, said)| {
            view! { <span class="mark" role="img" aria-label=said title=said>{mark}</span> }
        });
        view! {
            <li class:differs=differs>
                <span class="clean">{clean}</span>
                <span class="twin">{twin}</span>
                {mark}
            </li>
        }
    };
    let advice = move || has_twin.get().then(|| pair.with(|pair| pair.advice.clone())).flatten();
    view! {
        <div class="beside">
            <ol aria-label="The prompt's tokens, the twin's under them">
                {move || pair.get().cells.into_iter().map(column).collect_view()}
            </ol>
            {move || advice().map(|advice| view! { <p class="advice">{advice}</p> })}
            {row.map(|row| view! { <Naming row checked naming characters /> })}
        </div>
    }
}

fn names_of(checked: Memo<Checked>, token: usize) -> Vec<String> {
    checked.with(|checked| {
        let named = checked.tokens.positions.iter().filter(|(_, at)| **at == token);
        named.map(|(name, _)| name.clone()).collect()
    })
}

/// A token of the prompt, under its names; a button where it can be given one.
#[component]
fn CleanToken(
    i: usize,
    text: String,
    names: Vec<String>,
    naming: Option<RwSignal<Option<usize>>>,
) -> impl IntoView {
    let label = (!names.is_empty()).then(|| view! { <small class="name">{names.join(" ")}</small> });
    let Some(naming) = naming else {
        return view! { {label} <Token text /> }.into_any();
    };
    let said = format!("Name token {i}, {}", text.trim());
    view! {
        {label}
        <button
            type="button"
            class="token"
            aria-label=said
            title="Name this token"
            aria-expanded=move || (naming.get() == Some(i)).to_string()
            on:click=move |_| naming.update(|now| *now = (*now != Some(i)).then_some(i))
        >
            <Token text />
        </button>
    }
    .into_any()
}

/// The field for the name of the token that was chosen.
#[component]
fn Naming(
    row: usize,
    checked: Memo<Checked>,
    naming: RwSignal<Option<usize>>,
    characters: Memo<Vec<Option<usize>>>,
) -> impl IntoView {
    let form: Form = expect_context();
    let input = NodeRef::<Input>::new();
    let set = move |name: &str| {
        let Some(token) = naming.get_untracked() else { return };
        let Some(character) = characters.with_untracked(|c| c.get(token).copied().flatten()) else { return };
        let before = names_of(checked, token);
        form.draft.update(|draft| {
            let Some(row) = draft.rows.get_mut(row) else { return };
            row.positions.retain(|known, _| !before.contains(known));
            let names = name.split_whitespace();
            row.positions.extend(names.map(|name| (name.to_owned(), character)));
        });
        naming.set(None);
    };
    let take = move || {
        if let Some(input) = input.get_untracked() {
            set(&input.value());
        }
    };
    let key = move |event: KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            take();
        }
        "Escape" => naming.set(None),
        _ => {}
    };
    Effect::new(move || {
        if let (Some(_), Some(input)) = (naming.get(), input.get()) {
            let _ = input.focus();
        }
    });
    move || {
        let token = naming.get()?;
        let text = checked.with_untracked(|checked| checked.tokens.tokens.get(token).cloned())?;
        let names = names_of(checked, token).join(" ");
        Some(view! {
            <div class="naming row">
                <label>
                    "Name of " <Token text /> " "
                    <input
                        type="text"
                        node_ref=input
                        placeholder="such as S1"
                        spellcheck="false"
                        autocomplete="off"
                        prop:value=names
                        on:keydown=key
                    />
                </label>
                <button type="button" class="line" on:click=move |_| take()>"Set"</button>
                <button type="button" on:click=move |_| set("")>"No name"</button>
            </div>
        })
    }
}
