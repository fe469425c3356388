//! What kind of head it is: its scores in one `detect_heads` run for all heads of the result, and the way to its weights.

use super::Inspected;
use crate::chart::format::signed;
use crate::state::{Heads, RunState, RunStatus, Session, alone};
use leptos::prelude::*;
use model::wire::{Analysis, Experiment, FigureData, HeadCircuit, Prompts};

/// The scores: figure, name, what it says.
const SCORES: [(&str, &str, &str); 4] = [
    ("previous_token_head", "previous", "Share of its attention that goes to the token before"),
    (
        "duplicate_token_head",
        "duplicate",
        "Share of its attention that goes to earlier occurrences of the same token",
    ),
    (
        "induction_head",
        "induction",
        "Share of its attention that goes to tokens right after earlier occurrences of the same one",
    ),
    (
        "copying_score",
        "copying",
        "By its weights: near 1, it raises the tokens it looks at; near −1, it lowers them",
    ),
];

/// Token pairs listed of a head's weights.
const PAIRS: usize = 10;

/// Scores, and the button that opens the head's weights.
#[component]
pub fn Scores(
    /// What is inspected.
    inspected: Inspected,
) -> impl IntoView {
    let (heads, session): (Heads, Session) = (expect_context(), expect_context());
    let run = RwSignal::new(None::<RunState>);
    Effect::new(move || run.set(inspected.page.experiment.get().map(|experiment| heads.scores(&experiment))));
    let score = move |name: &'static str| {
        let (layer, head) = inspected.view.head.get()?;
        let figure = run.get()?.figure(name, None).get()?;
        let FigureData::Heatmap { columns, values, .. } = &figure.data else { return None };
        values.get(layer * columns.len() + head).copied().filter(|score| score.is_finite())
    };
    let item = move |(name, title, hint): (&'static str, &'static str, &'static str)| {
        let value = move || score(name).map_or_else(|| "–".to_owned(), |score| signed(f64::from(score), 2));
        view! { <div title=hint data-score=name><dt>{title}</dt><dd class="num">{value}</dd></div> }
    };
    let trouble = move || match run.get()?.status.get() {
        RunStatus::Failed { message, .. } => Some(view! { <p class="hint">{message}</p> }),
        _ => None,
    };
    let weights = move |_| {
        let (experiment, head) =
            (inspected.page.experiment.get_untracked(), inspected.view.head.get_untracked());
        if let (Some(experiment), Some((layer, head))) = (experiment, head) {
            session.ask(weights_of(&experiment, layer, head));
        }
    };
    view! {
        <section class="head-scores">
            <h3>
                "Kind "
                <small>"all prompts"</small>
                <button type="button" class="link push" on:click=weights title="Its circuits by its weights alone">
                    "weights of this head"
                </button>
            </h3>
            <dl class="scores">{SCORES.map(item).into_iter().collect_view()}</dl>
            {trouble}
        </section>
    }
}

/// The question about a head's weights, on the first model of an experiment.
fn weights_of(experiment: &Experiment, layer: usize, head: usize) -> Experiment {
    Experiment {
        prompts: Prompts::List(Vec::new()),
        analysis: Analysis::HeadCircuit(HeadCircuit { layer, head, top_k: PAIRS }),
        ..alone(experiment)
    }
}
