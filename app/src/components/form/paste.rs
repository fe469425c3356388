//! Many prompts at once, pasted into a dialog.

use crate::components::dialog::show_while;
use crate::draft::{Row, Source, read_rows};
use crate::state::Form;
use leptos::html::Dialog;
use leptos::prelude::*;

/// The dialog.
#[component]
pub fn PasteMany(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let form: Form = expect_context();
    let dialog = NodeRef::<Dialog>::new();
    let pasted = RwSignal::new(String::new());
    let rows = Memo::new(move |_| pasted.with(|text| read_rows(text)));
    show_while(open, dialog);
    let close = move || {
        pasted.set(String::new());
        open.set(false);
    };
    let replace = move |_| {
        form.draft.update(|draft| draft.replace_rows(rows.get_untracked()));
        close();
    };
    let append = move |_| {
        form.draft.update(|draft| {
            let mut all: Vec<Row> = draft.rows.iter().filter(|row| !row.is_blank()).cloned().collect();
            all.extend(rows.get_untracked());
            draft.rows = all;
            draft.source = Source::Own;
        });
        close();
    };
    let none = move || rows.with(Vec::is_empty);
    let count = move || match rows.with(Vec::len) {
        0 => "Nothing to read yet".to_owned(),
        1 => "1 prompt".to_owned(),
        n => format!("{n} prompts"),
    };
    view! {
        <dialog class="paste" node_ref=dialog aria-label="Paste many prompts" on:close=move |_| open.set(false)>
            <h2>"Paste many prompts"</h2>
            <p class="hint">
                "One prompt a line: text, answer, distractor, group, divided by tabs, as spreadsheets copy them. Only the \
                 text is needed. Spaces count: most answers begin with one."
            </p>
            <textarea
                rows="10"
                aria-label="Prompts, one a line"
                spellcheck="false"
                placeholder="The film was\t great\t awful\tpositive"
                prop:value=pasted
                on:input:target=move |event| pasted.set(event.target().value())
            ></textarea>
            <div class="row">
                <span class="hint" role="status">{count}</span>
                <button type="button" class="push" on:click=move |_| close()>"Cancel"</button>
                <button type="button" class="line" disabled=none on:click=append>"Add"</button>
                <button type="button" class="primary" disabled=none on:click=replace>"Replace"</button>
            </div>
        </dialog>
    }
}
