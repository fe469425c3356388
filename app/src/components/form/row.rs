//! One prompt in the list: its number, its group's mark, its text as the model sees it, its logit difference, and what
//! is wrong with it.

use super::editor::PromptEditor;
use super::groups::dot;
use super::pair::PairTokens;
use super::prompts::Listing;
use crate::chart::format::signed;
use crate::components::{Token, Tokens};
use crate::draft::Comparison;
use crate::state::{Form, Session};
use leptos::prelude::*;
use model::wire::{Problem, Prompt, PromptTokens, Prompts};

/// A note about another length stands in the list only where few prompts have one.
const FEW_NOTES: usize = 3;

/// What the last check said about one row.
#[derive(Clone, Default, PartialEq)]
pub struct Checked {
    /// The prompt's number in the experiment; none for a blank row, or one not checked yet.
    pub prompt: Option<usize>,
    /// Its tokens.
    pub tokens: PromptTokens,
    /// It among the others.
    pub comparison: Option<Comparison>,
    /// As the server understood it.
    pub text: Option<Prompt>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// Whether few prompts have another length than most, this one among them.
    pub note_length: bool,
}

impl Checked {
    fn of(form: Form, own: bool, row: usize) -> Self {
        let Some(check) = form.check.get().filter(|check| check.own == own) else { return Self::default() };
        let Some(prompt) = (if own { check.prompt_of_row(row) } else { Some(row) }) else {
            return Self::default();
        };
        let text = match &check.checked.experiment.prompts {
            Prompts::List(prompts) => prompts.get(prompt).cloned(),
            Prompts::Set(_) => None,
        };
        let comparison = check.comparisons.get(prompt).cloned();
        let other_length = |c: &Comparison| c.usual_length.is_some();
        let few = check.comparisons.iter().filter(|c| other_length(c)).count() <= FEW_NOTES;
        Self {
            prompt: Some(prompt),
            tokens: check.tokens(prompt).cloned().unwrap_or_default(),
            note_length: few && comparison.as_ref().is_some_and(other_length),
            comparison,
            text,
            problems: check.problems(prompt).cloned().collect(),
        }
    }
}

/// The row.
#[component]
pub fn PromptRow(
    /// Its number in the list, from 0.
    row: usize,
    /// The list.
    listing: Listing,
) -> impl IntoView {
    let (form, session): (Form, Session) = (expect_context(), expect_context());
    let own = listing.own.get_untracked();
    let checked = Memo::new(move |_| Checked::of(form, own, row));
    let prompt = Memo::new(move |_| checked.with(|checked| checked.prompt));
    let group = move || {
        let name = checked.with(|checked| checked.text.as_ref()?.group.clone())?;
        listing.groups.with(|groups| groups.iter().position(|group| group.name == name))
    };
    let selected = Memo::new(move |_| {
        if listing.of_result.get() {
            !listing.wide.get() && prompt.get() == Some(session.view.prompt.get())
        } else {
            listing.open.get() == Some(row)
        }
    });
    let editing = move || own && (listing.wide.get() || listing.open.get() == Some(row));
    view! {
        <li
            aria-current=move || selected.get().then_some("true")
            class:invalid=move || checked.with(|checked| !checked.problems.is_empty())
            data-prompt=move || prompt.get().map(|prompt| prompt + 1)
        >
            <Show
                when=move || listing.wide.get()
                fallback=move || view! { <Line row listing checked selected group=dot(group()) /> }
            >
                <span class="k">{row + 1}</span>
                <i class=move || dot(group())></i>
                <Show when=move || !own>
                    <Whole checked pairs=listing.pairs />
                </Show>
            </Show>
            <Show when=editing>
                <PromptEditor row checked pairs=listing.pairs />
            </Show>
            <Show when=move || editing() || !checked.with(|checked| checked.problems.is_empty())>
                <Notes checked />
            </Show>
        </li>
    }
}

/// A prompt in a line: a short name and its logit difference. Selects it.
#[component]
fn Line(
    row: usize,
    listing: Listing,
    checked: Memo<Checked>,
    selected: Memo<bool>,
    group: &'static str,
) -> impl IntoView {
    let (form, session): (Form, Session) = (expect_context(), expect_context());
    let short = move || {
        let checked =
            checked.with(|c| c.comparison.as_ref().map(|c| c.short.clone()).filter(|s| !s.is_empty()));
        let typed =
            || form.draft.with(|draft| draft.rows.get(row).map(|row| row.text.clone()).unwrap_or_default());
        checked.unwrap_or_else(typed)
    };
    let value = move || {
        let prompt = checked.with(|checked| checked.prompt)?;
        let value = listing.differences.with(|d| d.as_ref()?.get(prompt).copied())?;
        (!value.is_nan()).then(|| signed(f64::from(value), 2))
    };
    let select = move |_| {
        if let (true, Some(prompt)) =
            (listing.of_result.get_untracked(), checked.with_untracked(|c| c.prompt))
        {
            session.view.prompt.set(prompt);
        }
        let open = listing.open.get_untracked() != Some(row);
        listing.open.set(open.then_some(row));
    };
    let button = NodeRef::<leptos::html::Button>::new();
    Effect::new(move || {
        if let (true, Some(button)) = (selected.get(), button.get()) {
            nearest(&button);
        }
    });
    view! {
        <button type="button" class="line-of-list" node_ref=button on:click=select>
            <span class="k">{row + 1}</span>
            <i class=group></i>
            <span class="short">{short}</span>
            <span class="val">{value}</span>
        </button>
    }
}

/// Brings a row into its scrolling list, without moving the page.
fn nearest(row: &web_sys::HtmlElement) {
    let list = row.closest("ol").ok().flatten();
    if let Some(list) =
        list.and_then(|list| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(list).ok())
    {
        let (top, height) = (row.offset_top() - list.offset_top(), row.offset_height());
        if top < list.scroll_top() {
            list.set_scroll_top(top);
        } else if top + height > list.scroll_top() + list.client_height() {
            list.set_scroll_top(top + height - list.client_height());
        }
    }
}

/// A prompt of a set, in full: tokens, the two answers, the count.
#[component]
fn Whole(checked: Memo<Checked>, pairs: Memo<bool>) -> impl IntoView {
    let paired = Memo::new(move |_| pairs.get() && checked.with(|c| c.tokens.corrupted.is_some()));
    move || {
        let Checked { tokens, comparison, text, .. } = checked.get();
        let other = comparison.as_ref().is_some_and(|c| c.usual_length.is_some());
        let length = tokens.tokens.len();
        let Prompt { answer, distractor, .. } = text.unwrap_or_default();
        let distractor = distractor.map(|text| view! { " − "<span class="cell"><Token text /></span> });
        view! {
            <span class="full">
                {if paired.get() {
                    view! { <PairTokens checked /> }.into_any()
                } else {
                    let differs = comparison.map(|c| c.differs).unwrap_or_default();
                    view! { <Tokens tokens=tokens.tokens differs /> }.into_any()
                }}
            </span>
            <span class="pair">
                {answer.map(|text| view! { <span class="cell"><Token text /></span> })} {distractor}
            </span>
            <span class="len" class:warn=other>{length}</span>
        }
    }
}

/// What stands at a prompt: problems, and a length of its own.
#[component]
fn Notes(checked: Memo<Checked>) -> impl IntoView {
    let problems = move || {
        let problems = checked.with(|checked| checked.problems.clone());
        let line =
            |problem: Problem| view! { <div class="say bad" role="alert"><p>{problem.message}</p></div> };
        problems.into_iter().map(line).collect_view()
    };
    let length = move || {
        let checked = checked.get();
        let usual = checked.comparison.filter(|_| checked.note_length)?.usual_length?;
        let count = checked.tokens.tokens.len();
        Some(view! {
            <div class="say warn">
                <p>
                    <b>{format!("{count} tokens, the others have {usual}. ")}</b>
                    "Attribution reads each prompt at its own last token, so the result is right."
                </p>
            </div>
        })
    };
    view! {
        {problems}
        {length}
    }
}
