//! A result: its figures in the middle, and at the right the head that is inspected or, while there is none, the
//! largest parts.

use super::lazy::{Attribution, Causal, InspectorSide, OtherKind, PairSide, PartsSide};
use crate::components::causal::asked as causal;
use crate::components::{Missing, Status, names};
use crate::state::{RunStatus, Session};
use leptos::prelude::*;
use model::wire::Analysis;

/// What the page can show of a result.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    /// The figures of an attribution.
    Attribution,
    /// What changes of activations make of the answer.
    Causal,
    /// The figures of another kind, each by the kind of its numbers.
    Other,
    /// A file of activations.
    File,
    /// Nothing: the server does not have it.
    Missing,
}

fn content(session: Session) -> Memo<Content> {
    Memo::new(move |_| {
        if session.run.status.with(|status| *status == RunStatus::Missing) {
            return Content::Missing;
        }
        session.run.experiment.with(|e| match e.as_ref().map(|e| &e.analysis) {
            None | Some(Analysis::Attribution(_)) => Content::Attribution,
            Some(Analysis::Activations(_)) => Content::File,
            Some(analysis) if causal::KINDS.contains(&analysis.kind()) => Content::Causal,
            Some(_) => Content::Other,
        })
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
                Content::Causal => view! { <Causal /> }.into_any(),
                Content::Other => view! { <OtherKind /> }.into_any(),
                Content::File => view! { <File /> }.into_any(),
                Content::Missing => view! { <Missing /> }.into_any(),
            }}
        </main>
    }
}

/// In place of figures: what an `activations` run made.
#[component]
fn File() -> impl IntoView {
    let session: Session = expect_context();
    let done = move || session.run.status.with(|status| matches!(status, RunStatus::Done { .. }));
    let address = move || {
        session.run.id.get().filter(|_| done()).map(|id| format!("/api/results/{id}/activations.safetensors"))
    };
    view! {
        <section class="missing">
            <h2>"Activations"</h2>
            <p>
                <a href=address download="activations.safetensors">
                    "activations.safetensors"
                </a> ": one f32 tensor a prompt and site, named " <code>"0/blocks.0.attn.hook_z"</code> "."
            </p>
        </section>
    }
}

/// Kinds whose figures have no heads to inspect.
const WITHOUT_HEADS: [&str; 9] = [
    "head",
    "prompt_test",
    "logit_lens",
    "neurons",
    "position_attribution",
    "generate",
    "activations",
    "head_circuit",
    "composition",
];

/// The right column.
#[component]
pub fn Side() -> impl IntoView {
    let session: Session = expect_context();
    let content = content(session);
    let inspecting = Memo::new(move |_| session.view.head.with(Option::is_some));
    move || match (content.get(), inspecting.get()) {
        (Content::Attribution | Content::Causal | Content::Other, true) => {
            view! { <aside class="side inspector" aria-label="Inspector"><InspectorSide /></aside> }
                .into_any()
        }
        (Content::Attribution, false) => {
            view! { <aside class="side parts" aria-label="Largest parts"><PartsSide /></aside> }.into_any()
        }
        // on a narrow screen a selected cell is looked at in a sheet, as a head is
        (Content::Causal, false) => {
            let class =
                move || if session.view.cell.get().is_some() { "side inspector" } else { "side parts" };
            view! { <aside class=class aria-label="Pair"><PairSide /></aside> }.into_any()
        }
        // what has no heads to inspect takes the whole width
        _ => {
            let kind = session.run.experiment.with(|e| e.as_ref().map_or("", |e| e.analysis.kind()));
            let unused = WITHOUT_HEADS.contains(&kind);
            view! { <div class="side" class:unused=unused></div> }.into_any()
        }
    }
}
