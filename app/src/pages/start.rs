//! The start page: what this is for, example questions that open their results at once, and below it the form.

use super::examples::thumbnail;
use crate::chart::format::signed;
use crate::state::{Catalog, Session};
use leptos::prelude::*;
use model::wire::Example;

/// The page above the form.
#[component]
pub fn StartPage() -> impl IntoView {
    let catalog: Catalog = expect_context();
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
            <ul class="gallery">
                {move || {
                    let examples = catalog.examples.get();
                    examples.iter().map(|example| view! { <Card example=example.clone() /> }).collect_view()
                }}
            </ul>
            <p class="caption">
                <a href="/docs/demo" target="_blank">"What was found in the bundled model, claim by claim"</a>
            </p>
        </main>
    }
}

/// One example: its question, and a map in small. A click opens the result.
#[component]
fn Card(
    /// What is asked.
    example: Example,
) -> impl IntoView {
    let session: Session = expect_context();
    let Example { question, about, experiment, map, mean_logit_diff, .. } = example;
    let mean = mean_logit_diff.map(|mean| format!("{} logits", signed(mean, 2)));
    view! {
        <li>
            <button type="button" class="card" on:click=move |_| session.ask(experiment.clone())>
                <span class="thumbnail" aria-hidden="true">{move || thumbnail(&map)}</span>
                <b>{question}</b>
                <small>{about} <span class="num push">{mean}</span></small>
            </button>
        </li>
    }
}
