//! The start page: what this is for, example questions that open their results at once, and below it the form.

use super::examples::{EXAMPLES, Example, thumbnail};
use crate::chart::format::signed;
use crate::components::figures::scalar;
use crate::state::{Catalog, RunState, Session, watch_run};
use leptos::prelude::*;
use std::sync::Arc;

/// The page above the form.
#[component]
pub fn StartPage() -> impl IntoView {
    view! {
        <main class="start">
            <div class="hero">
                <h1>"Where does a language model’s answer come from?"</h1>
                <p>
                    "Give it a prompt and two answers. hooklens splits the difference of their logits among the embeddings, \
                     every attention head, every MLP and every bias, exactly, and shows which of them decide, layer by \
                     layer, head by head, word by word. Each result has a link that opens it again."
                </p>
            </div>
            <h2>"Example questions"</h2>
            <ul class="gallery">{EXAMPLES.iter().map(|example| view! { <Card example /> }).collect_view()}</ul>
        </main>
    }
}

/// One example: its question, and its head map in small. A click opens the result.
#[component]
fn Card(
    /// What is asked.
    example: &'static Example,
) -> impl IntoView {
    let (session, catalog): (Session, Catalog) = (expect_context(), expect_context());
    let run = RunState::new();
    let following = StoredValue::new_local(None);
    Effect::new(move || {
        // only the bundled model knows these sentences
        if catalog.model(&example.experiment().model).is_some() {
            following.set_value(Some(watch_run(run, Arc::new(example.experiment()))));
        }
    });
    let heads = run.figure(example.figure, None);
    let summary = run.figure("summary", None);
    let mean = move || {
        summary.with(|s| scalar(s.as_ref()?, "mean_logit_diff")).map(|v| format!("{} logits", signed(v, 2)))
    };
    view! {
        <li>
            <button type="button" class="card" on:click=move |_| session.ask(example.experiment())>
                <span class="thumbnail" aria-hidden="true">{move || heads.get().and_then(|figure| thumbnail(&figure))}</span>
                <b>{example.question}</b>
                <small>{example.about()} <span class="num push">{mean}</span></small>
            </button>
        </li>
    }
}
