//! The results looked at before, below the form: back to one, keep one, lay one over the result on the page.

use super::figures::icons::Icon;
use super::icons::{PIN, PINNED};
use super::names;
use crate::link::{self, Place};
use crate::state::{History, Past, RunStatus, Session};
use leptos::prelude::*;
use model::wire::{Precision, Processing};

/// How many are listed.
const LISTED: usize = 12;

/// The list; remembers the result on the page once it is done.
#[component]
pub fn PastRuns() -> impl IntoView {
    let session: Session = expect_context();
    let history = History::load();
    Effect::new(move || {
        let (Some(id), RunStatus::Done { elapsed_ms }) = (session.run.id.get(), session.run.status.get())
        else {
            return;
        };
        if let Some(experiment) = session.run.experiment.get_untracked() {
            let [model, prompts, kind] = names(&experiment);
            let raw = (experiment.processing == Processing::Raw).then_some("raw");
            let bos = (!experiment.prepend_bos).then_some("no BOS");
            let bf16 = (experiment.precision == Precision::Bf16).then_some(experiment.precision.name());
            let title = [model.as_str(), prompts.as_str()].into_iter().chain(raw).chain(bf16).chain(bos);
            let (title, fragment) = (title.collect::<Vec<_>>().join(" · "), link::fragment(&experiment));
            history.remember(Past { id, title, kind, elapsed_ms, pinned: false, fragment });
        }
    });
    let shown = move || {
        let runs = history.runs.get().into_iter();
        let (pinned, others): (Vec<_>, Vec<_>) = runs.partition(|past| past.pinned);
        pinned.into_iter().chain(others).take(LISTED).collect::<Vec<_>>()
    };
    view! {
        <section class="runs" aria-label="Runs">
            <h3 class="head">"Runs"</h3>
            <ol>
                {move || shown().into_iter().map(|past| view! { <Entry past history /> }).collect_view()}
            </ol>
        </section>
    }
}

#[component]
fn Entry(past: Past, history: History) -> impl IntoView {
    let session: Session = expect_context();
    let Past { id, title, kind, elapsed_ms, pinned, fragment } = past;
    let key = StoredValue::new(id);
    let here = move || session.run.id.with(|now| key.with_value(|id| now.as_ref() == Some(id)));
    let beside = move || session.view.with.with(|with| key.with_value(|id| with.as_ref() == Some(id)));
    let open = move |_| {
        if let Place::Result(link) = Place::parse(&format!("/r/{}", key.get_value()), "", &fragment) {
            session.open(link);
        }
    };
    let compare = move |_| session.view.with.set((!beside()).then(|| key.get_value()));
    let pin_title = if pinned { "Let it go" } else { "Keep it" };
    let pin_label = format!("{pin_title}: {kind}, {title}");
    view! {
        <li aria-current=move || here().then_some("true")>
            <button
                type="button"
                class="icon"
                title=pin_title
                aria-label=pin_label
                aria-pressed=pinned.to_string()
                on:click=move |_| key.with_value(|id| history.toggle_pin(id))
            >
                <Icon path=if pinned { PINNED } else { PIN } />
            </button>
            <button type="button" class="open" on:click=open title=title.clone()>
                {kind}
                " "
                <small>{title.clone()} ", " {super::status::duration(elapsed_ms)}</small>
            </button>
            <button
                type="button"
                class="compare"
                hidden=here
                aria-pressed=move || beside().to_string()
                on:click=compare
            >
                {move || if beside() { "Comparing" } else { "Compare" }}
            </button>
        </li>
    }
}
