//! From one prompt, or pair of prompts, to the one before and the one after.

use super::figures::icons::{Icon, NEXT, PREVIOUS};
use crate::state::{RunState, ViewState};
use leptos::prelude::*;

/// How many prompts a run has. Tracks.
pub fn count(run: RunState) -> usize {
    run.started.with(|started| started.as_ref().map_or(0, |started| started.prompts.len()))
}

/// Two buttons.
#[component]
pub fn Neighbours(
    /// Whose prompts.
    run: RunState,
    /// Where the selected one is kept.
    view: ViewState,
    /// What they are called: `prompt`, `pair`.
    what: &'static str,
) -> impl IntoView {
    let button = move |label: String, key: char, path, disabled: Signal<bool>, go: fn(usize) -> usize| {
        view! {
            <button
                type="button"
                class="icon"
                title=format!("{label} ({key})")
                aria-label=label
                disabled=disabled
                on:click=move |_| view.prompt.update(|prompt| *prompt = go(*prompt))
            >
                <Icon path />
            </button>
        }
    };
    let is_first = Signal::derive(move || view.prompt.get() == 0);
    let is_last = Signal::derive(move || view.prompt.get() + 1 >= count(run));
    view! {
        {button(format!("Previous {what}"), '[', PREVIOUS, is_first, |prompt| prompt.saturating_sub(1))}
        {button(format!("Next {what}"), ']', NEXT, is_last, |prompt| prompt + 1)}
    }
}
