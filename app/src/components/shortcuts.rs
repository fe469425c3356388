//! The keyboard: what works anywhere on the page, and the dialog that lists it.

use super::dialog::show_while;
use super::form::run_now;
use crate::state::{Form, RunState, Session, ViewState};
use leptos::ev::{KeyboardEvent, keydown};
use leptos::html::Dialog;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// What the dialog lists.
const LISTED: [(&str, &str); 9] = [
    ("?", "this list"),
    ("r", "run the experiment"),
    ("/", "go to the prompts"),
    ("[", "previous prompt"),
    ("]", "next prompt"),
    ("← ↑ → ↓", "walk through the cells of a map"),
    ("Enter", "inspect the head of a cell"),
    ("+ − 0", "in the attention grid: closer, farther, all heads"),
    ("Esc", "close what is open, release what is selected"),
];

/// Listens to the keys.
#[component]
pub fn Shortcuts(
    /// Whether the list is open.
    help: RwSignal<bool>,
) -> impl IntoView {
    let (session, form): (Session, Form) = (expect_context(), expect_context());
    let listener = window_event_listener(keydown, move |event| {
        let in_dialog = || document().query_selector("dialog[open]").ok().flatten().is_some();
        if in_dialog() || event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key()
        {
            return;
        }
        let key = event.key();
        if key == "Escape" {
            return release(session.view);
        }
        if is_typing(&event) {
            return;
        }
        match key.as_str() {
            "?" => help.set(true),
            "r" => run_now(form, session),
            "/" => focus_prompts(),
            "[" => step(session.run, session.view, -1),
            "]" => step(session.run, session.view, 1),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || listener.remove());
}

/// Whether the key belongs to a field.
fn is_typing(event: &KeyboardEvent) -> bool {
    let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    element.is_some_and(|element| {
        element.closest("input:not([type=checkbox], [type=radio]), textarea, select").ok().flatten().is_some()
    })
}

/// Escape releases one thing at a time: the figure that fills the page, then the head, then the cell.
fn release(view: ViewState) {
    if view.maximised.with_untracked(Option::is_some) {
        view.maximised.set(None);
    } else if view.head.with_untracked(Option::is_some) {
        view.head.set(None);
    } else if view.cell.with_untracked(Option::is_some) {
        view.cell.set(None);
    }
}

/// The first own prompt, or the choice of a set.
fn focus_prompts() {
    let find =
        |field: &str| document().query_selector(&format!(".experiment .prompts {field}")).ok().flatten();
    let field = find(".editor textarea").or_else(|| find("select"));
    if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
        // refused only by a field that is not shown
        let _ = field.focus();
    }
}

/// Selects the prompt before or after the selected one.
fn step(run: RunState, view: ViewState, by: isize) {
    let count = run.started.with_untracked(|started| started.as_ref().map_or(0, |s| s.prompts.len()));
    let now = view.prompt.get_untracked();
    if let Some(next) = now.checked_add_signed(by).filter(|next| *next < count) {
        view.prompt.set(next);
    }
}

/// The list of shortcuts.
#[component]
pub fn Help(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    show_while(open, dialog);
    let rows = LISTED.map(|(key, what)| view! { <dt><kbd>{key}</kbd></dt><dd>{what}</dd> });
    view! {
        <dialog class="help" node_ref=dialog aria-label="Keyboard shortcuts" on:close=move |_| open.set(false)>
            <h2>"Keyboard"</h2>
            <dl>{rows.into_iter().collect_view()}</dl>
            <form method="dialog">
                <button class="line">"Close"</button>
            </form>
        </dialog>
    }
}
