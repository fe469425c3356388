//! Many prompts at once: pasted into a dialog, or read from a file. Its code comes when it is first opened.

#![allow(
    unsafe_code,
    clippy::unnecessary_wraps,
    reason = "what `wasm_split` asks of functions and makes of them"
)]

use crate::api;
use crate::chart::format::bytes;
use crate::components::dialog::show_while;
use crate::components::later::{Loaded, once_opened};
use crate::draft::{Row, Source, from_prompt, read_rows};
use crate::state::Form;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::wasm_split;
use model::wire::PromptFile;
use std::sync::Arc;

/// The largest file the server reads.
const MOST_BYTES: f64 = (64 << 20) as f64;
/// Rows and problems shown of a file.
const SHOWN: usize = 8;

/// The dialog, from when it is first opened.
#[component]
pub fn PasteMany(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    once_opened(open, |open| Box::pin(dialog_view(open)))
}

#[wasm_split(figures, wasm_split_path = ::leptos::wasm_split, fallible)]
fn dialog_view(open: RwSignal<bool>) -> Loaded {
    Ok(view! { <PasteDialog open /> }.into_any())
}

/// A file that was read, or why it could not be.
type Read = Option<Result<Arc<PromptFile>, String>>;

#[component]
fn PasteDialog(open: RwSignal<bool>) -> impl IntoView {
    let form: Form = expect_context();
    let dialog = NodeRef::<Dialog>::new();
    let (pasted, file) = (RwSignal::new(String::new()), RwSignal::new(Read::None));
    let rows = Memo::new(move |_| match file.get() {
        Some(Ok(file)) => file.prompts.iter().map(from_prompt).collect(),
        _ => pasted.with(|text| read_rows(text)),
    });
    show_while(open, dialog);
    let close = move || {
        pasted.set(String::new());
        file.set(None);
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
                "One prompt a line: text, answer, distractor, group, corrupted twin, divided by tabs, as spreadsheets copy \
                 them. Only the text is needed. Spaces count: most answers begin with one."
            </p>
            <textarea
                rows="10"
                aria-label="Prompts, one a line"
                spellcheck="false"
                placeholder="The film was\t great\t awful\tpositive"
                hidden=move || file.with(|file| matches!(file, Some(Ok(_))))
                prop:value=pasted
                on:input:target=move |event| pasted.set(event.target().value())
            ></textarea>
            <FileField file />
            <Preview file />
            <div class="row">
                <span class="hint" role="status">{count}</span>
                <button type="button" class="push" on:click=move |_| close()>"Cancel"</button>
                <button type="button" class="line" disabled=none on:click=append>"Add"</button>
                <button type="button" class="primary" disabled=none on:click=replace>"Replace"</button>
            </div>
        </dialog>
    }
}

/// The choice of a file, which the server reads.
#[component]
fn FileField(file: RwSignal<Read>) -> impl IntoView {
    let choose = move |event: leptos::ev::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        let Some(chosen) = input.files().and_then(|files| files.get(0)) else { return };
        // the server refuses it too, but a browser would send all of it before it listens
        if chosen.size() > MOST_BYTES {
            let message = format!(
                "the file has {}; {} are read at most: divide it",
                bytes(chosen.size() as u64),
                bytes(MOST_BYTES as u64)
            );
            return file.set(Some(Err(message)));
        }
        spawn_local(async move {
            let name = chosen.name().to_lowercase();
            let format = name.rsplit('.').next().unwrap_or_default().to_owned();
            let read = api::read_prompts(chosen.into(), &format).await;
            file.try_set(Some(read.map(Arc::new).map_err(|error| error.message)));
        });
    };
    view! {
        <label class="row file">
            "Or a file with a column text: CSV, JSON lines, Parquet"
            <input type="file" accept=".csv,.jsonl,.parquet" on:change=choose />
        </label>
    }
}

/// The first rows of the file and what is wrong with which.
#[component]
fn Preview(file: RwSignal<Read>) -> impl IntoView {
    let row = |prompt: &model::wire::Prompt| {
        let Row { text, answer, distractor, group, corrupted, .. } = from_prompt(prompt);
        view! { <tr>
            <td class="long">{text}</td><td>{answer}</td><td>{distractor}</td><td>{group}</td>
            <td class="long">{corrupted}</td>
        </tr> }
    };
    let problem = |problem: &model::wire::RowProblem| {
        view! { <li>{format!("Row {}, {}: {}", problem.row, problem.field, problem.message)}</li> }
    };
    move || {
        file.get().map(|read| match read {
            Err(message) => view! { <p class="bad" role="alert">{message}</p> }.into_any(),
            Ok(file) => {
                let more = file.problems.len().saturating_sub(SHOWN);
                view! {
                    <div class="preview">
                        <table>
                            <thead>
                                <tr>
                                    <th>"text"</th><th>"answer"</th><th>"distractor"</th><th>"group"</th>
                                    <th>"corrupted"</th>
                                </tr>
                            </thead>
                            <tbody>{file.prompts.iter().take(SHOWN).map(row).collect_view()}</tbody>
                        </table>
                        <ul class="bad" role="alert">
                            {file.problems.iter().take(SHOWN).map(problem).collect_view()}
                            {(more > 0).then(|| view! { <li>{format!("and {more} more rows")}</li> })}
                        </ul>
                    </div>
                }
                .into_any()
            }
        })
    }
}
