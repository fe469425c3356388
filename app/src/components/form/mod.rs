//! The experiment: model, prompts, options, Run. One form, as wide as the start page or a column beside the figures;
//! on a narrow screen it folds to a line.

pub mod editor;
pub mod groups;
mod listed;
pub mod model;
pub mod options;
pub mod pair;
pub mod paste;
pub mod prompts;
pub mod row;
pub mod sets;
mod setting;

use super::figures::icons::Icon;
use super::header::names;
use super::icons::{PANE, PROBLEM};
use crate::draft::Kind;
use crate::pages::lazy;
use crate::state::{Catalog, Form, Session};
use leptos::prelude::*;
use model::ModelField;
use options::Options;
use prompts::PromptsField;

/// Narrower than this, the form beside a result starts folded.
const ROOMY_PX: f64 = 1280.0;

/// The form.
#[component]
pub fn ExperimentForm(
    /// Opens the list of models.
    models: RwSignal<bool>,
    /// Stands below it beside a result.
    #[prop(into)]
    below: ViewFn,
) -> impl IntoView {
    let (session, form): (Session, Form) = (expect_context(), expect_context());
    let in_result = Memo::new(move |_| session.run.id.with(Option::is_some));
    let folded = form.folded;
    Effect::new(move || {
        let width = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(ROOMY_PX);
        folded.set(in_result.get() && width < ROOMY_PX);
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        run_now(form, session);
    };
    view! {
        <section class="experiment" aria-label="Experiment" data-folded=move || folded.get().to_string()>
            <Show when=move || in_result.get()>
                <Fold folded />
            </Show>
            <form id="experiment" on:submit=submit novalidate=true>
                <Show when=move || !in_result.get()>
                    <h2>"Your own question"</h2>
                </Show>
                <lazy::Fields models />
            </form>
            {move || in_result.get().then(|| below.run())}
        </section>
    }
}

/// What is in the form.
#[component]
pub fn Fields(
    /// Opens the list of models.
    models: RwSignal<bool>,
) -> impl IntoView {
    let (session, form): (Session, Form) = (expect_context(), expect_context());
    let on_start_page = Signal::derive(move || session.run.id.with(Option::is_none));
    let takes_prompts = Memo::new(move |_| {
        form.draft.with(|draft| Kind::named(&draft.kind).is_none_or(|kind| !kind.is_of_weights()))
    });
    view! {
        <ModelField models />
        <Show when=move || takes_prompts.get() fallback=OfWeights>
            <PromptsField wide=on_start_page />
        </Show>
        <Options />
        <Run />
        <Checks />
    }
}

/// Hands in what the form describes; where it is known to have problems, goes to the first of them.
pub fn run_now(form: Form, session: Session) {
    let marked =
        || document().query_selector(".experiment [aria-invalid=true], .experiment .invalid").ok().flatten();
    // marks of an earlier draft say nothing; what is wrong with this one the server says
    let known = !form.checking.get_untracked();
    if let Some(marked) = marked().filter(|_| known) {
        form.folded.set(false);
        request_animation_frame(move || marked.scroll_into_view());
    } else if let Some(experiment) = form.experiment_untracked() {
        session.ask(experiment);
    }
}

/// In place of the prompts of a kind that takes none.
#[component]
fn OfWeights() -> impl IntoView {
    view! {
        <div class="field">
            <span class="head">"Prompts"</span>
            <p class="hint">"None: this analysis is about the weights alone."</p>
        </div>
    }
}

/// The form in a line, and the button that opens and closes it.
#[component]
fn Fold(folded: RwSignal<bool>) -> impl IntoView {
    let session: Session = expect_context();
    let line = move || session.run.experiment.with(|e| e.as_ref().map(|e| names(e).join(" · ")));
    let label = move || if folded.get() { "Show the experiment" } else { "Hide the experiment" };
    view! {
        <div class="fold">
            <button
                type="button"
                class="icon"
                aria-label=label
                title=label
                aria-expanded=move || (!folded.get()).to_string()
                aria-controls="experiment"
                on:click=move |_| folded.update(|folded| *folded = !*folded)
            >
                <Icon path=PANE />
            </button>
            <span class="line">{line}</span>
            <button type="button" class="edit" on:click=move |_| folded.update(|folded| *folded = !*folded)>
                {move || if folded.get() { "edit" } else { "fold" }}
            </button>
        </div>
    }
}

/// Run, and what it will cost.
#[component]
fn Run() -> impl IntoView {
    let (session, form): (Session, Form) = (expect_context(), expect_context());
    let cost = move || {
        let check = form.check.get()?;
        let lengths = || check.checked.prompts.iter().map(|p| p.tokens.len()).filter(|n| *n > 0);
        let (count, shortest, longest) = (check.checked.prompts.len(), lengths().min()?, lengths().max()?);
        let range =
            if shortest == longest { shortest.to_string() } else { format!("{shortest}–{longest}") };
        Some(format!("{count} × {range} tokens"))
    };
    let broken = move || {
        let check = form.check.get()?;
        let mut prompts: Vec<usize> = check.checked.problems.iter().filter_map(|p| p.prompt).collect();
        prompts.dedup();
        (!prompts.is_empty()).then_some(prompts.len())
    };
    let to_fix = move || {
        let count = broken()?;
        Some(if count == 1 { "1 prompt to fix".to_owned() } else { format!("{count} prompts to fix") })
    };
    view! {
        <div class="go row">
            <button
                type="submit"
                class="primary"
                disabled=move || session.asking.get() || form.experiment().is_none()
            >
                "Run "
                <kbd>"r"</kbd>
            </button>
            {move || match to_fix() {
                Some(count) => view! { <span class="bad">{count}</span> }.into_any(),
                None => view! { <span class="hint">{cost}</span> }.into_any(),
            }}
        </div>
    }
}

/// What stands against running that belongs to no single prompt, and what the server last refused.
#[component]
fn Checks() -> impl IntoView {
    let (session, form, catalog): (Session, Form, Catalog) =
        (expect_context(), expect_context(), expect_context());
    let general = move || {
        let check = form.check.get()?;
        let at_field = |field: &str| matches!(field, "model" | "compare_with");
        let of_all = check.checked.problems.iter().filter(|p| p.prompt.is_none() && !at_field(&p.field));
        Some(of_all.map(|p| p.message.clone()).collect::<Vec<_>>())
    };
    let refused = move || {
        let error = session.refused.get()?;
        let each = error.problems.into_iter().map(|p| p.message).collect::<Vec<_>>();
        Some(if each.is_empty() { vec![error.message] } else { each })
    };
    let failed = move || form.failure.get().filter(|f| f.code != "bad_model").map(|f| vec![f.message]);
    let unreachable = move || catalog.problem.get().map(|problem| vec![format!("{problem}; trying again")]);
    let lines = move || {
        let all = [unreachable(), refused().or_else(failed), general()];
        let mut lines: Vec<String> = all.into_iter().flatten().flatten().collect();
        lines.dedup();
        lines
    };
    let line = |text: String| view! { <p class="row bad"><Icon path=PROBLEM /><span>{text}</span></p> };
    view! { <div class="checks" role="alert">{move || lines().into_iter().map(line).collect_view()}</div> }
}
