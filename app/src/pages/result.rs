//! A result: its figures in the middle, and at the right the head that is inspected or, while there is none, the
//! largest parts.

use super::lazy::{Attribution, InspectorSide, PartsSide};
use crate::components::{Missing, Status, names};
use crate::state::{RunStatus, Session};
use leptos::prelude::*;
use model::wire::Analysis;

/// What the page can show of a result.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    /// The figures of an attribution.
    Attribution,
    /// Numbers that this page has no figures for.
    Other,
    /// Nothing: the server does not have it.
    Missing,
}

fn content(session: Session) -> Memo<Content> {
    Memo::new(move |_| {
        let is_other = |analysis: &Analysis| !matches!(analysis, Analysis::Attribution(_));
        if session.run.status.with(|status| *status == RunStatus::Missing) {
            Content::Missing
        } else if session.run.experiment.with(|e| e.as_ref().is_some_and(|e| is_other(&e.analysis))) {
            Content::Other
        } else {
            Content::Attribution
        }
    })
}

/// The middle column.
#[component]
pub fn ResultPage() -> impl IntoView {
    let session: Session = expect_context();
    let content = content(session);
    let title = move || {
        let names = session.run.experiment.with(|e| e.as_ref().map(|e| names(e)));
        names.map_or("Result".to_owned(), |[model, prompts, kind]| format!("{kind} of {prompts} on {model}"))
    };
    view! {
        <main class="figures">
            <h1 class="unseen">{title}</h1>
            <Status />
            {move || match content.get() {
                Content::Attribution => view! { <Attribution /> }.into_any(),
                Content::Other => view! { <Other /> }.into_any(),
                Content::Missing => view! { <Missing /> }.into_any(),
            }}
        </main>
    }
}

/// In place of figures: a result of a kind that the page shows as part of another one, or not at all.
#[component]
fn Other() -> impl IntoView {
    let session: Session = expect_context();
    let kind = move || session.run.experiment.with(|e| e.as_ref().map(|e| e.analysis.kind()));
    let address = move || session.run.id.get().map(|id| format!("/api/results/{id}"));
    view! {
        <section class="missing">
            <h2>"A result of the kind " <code>{kind}</code></h2>
            <p>
                "Its numbers are " <a href=address>"here, as JSON"</a>
                ". Run, at the left, attributes the same prompts; a click on a head there shows what this kind computes."
            </p>
        </section>
    }
}

/// The right column.
#[component]
pub fn Side() -> impl IntoView {
    let session: Session = expect_context();
    let content = content(session);
    let inspecting = Memo::new(move |_| session.view.head.with(Option::is_some));
    move || match (content.get(), inspecting.get()) {
        (Content::Attribution, true) => {
            view! { <aside class="side inspector" aria-label="Inspector"><InspectorSide /></aside> }
                .into_any()
        }
        (Content::Attribution, false) => {
            view! { <aside class="side parts" aria-label="Largest parts"><PartsSide /></aside> }.into_any()
        }
        _ => view! { <div class="side"></div> }.into_any(),
    }
}
