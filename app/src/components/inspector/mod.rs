//! The right column while a head is selected: what it does on one prompt, from a `head` run of its own.
//!
//! The sizes of all parts follow from the tokens, which the run on the page knows already, so nothing moves when the
//! numbers come; until then, and while another head's are on their way, the last ones are shown faint.

pub mod bars;
pub mod lists;
pub mod pattern;
pub mod scores;
pub mod sources;
pub mod tokens;

pub use sources::PromptText;

use crate::chart::format::signed;
use crate::chart::part::head_name;
use crate::components::attention;
use crate::components::causal::ablate::Ablate;
use crate::components::causal::side::CellEffects;
use crate::components::figures::icons::{CLOSE, Icon};
use crate::components::figures::screen::Screen;
use crate::components::figures::{HeadMap, head_map};
use crate::components::sides::models::names_of;
use crate::state::{Heads, RunState, RunStatus, ViewState};
use leptos::prelude::*;
use model::wire::{Analysis, Figure, FigureData, Started};
use std::sync::Arc;

/// What the inspector's parts read: the head run in view and the run it came from.
#[derive(Clone, Copy)]
pub struct Inspected {
    /// The run on the page.
    page: RunState,
    /// The run of the selected head on the selected prompt.
    run: RwSignal<Option<RunState>>,
    view: ViewState,
}

impl Inspected {
    /// A figure of the head's run. While a new run has not brought it yet, the one before stays.
    fn figure(self, name: &'static str) -> Memo<Option<Arc<Figure>>> {
        Memo::new(move |before: Option<&Option<Arc<Figure>>>| {
            let prompt = self.prompt();
            let now = self.run.get().and_then(|run| {
                // figures of one prompt may carry its number
                run.figure(name, None).get().or_else(|| run.figure(name, Some(prompt)).get())
            });
            let now = if name == "pattern" { self.grid_pattern().or(now) } else { now };
            let failed = matches!(self.status(), Some(RunStatus::Failed { .. }));
            now.or_else(|| before.cloned().flatten().filter(|_| !failed))
        })
    }

    /// The head's pattern where the page, or the run beside it, has those of all heads.
    fn grid_pattern(self) -> Option<Arc<Figure>> {
        let of = |run: RunState| run.figure(attention::NAME, Some(self.prompt())).get();
        let all = of(self.page).or_else(|| of(self.run.get()?))?;
        let values = attention::maps::pattern(&all, self.view.head.get()?)?.to_vec();
        let side = values.len().isqrt();
        let labels = || (0..side).map(|i| i.to_string()).collect();
        let data = FigureData::Heatmap { rows: labels(), columns: labels(), values: values.into() };
        Some(Arc::new(Figure { name: "pattern".to_owned(), prompt: all.prompt, title: String::new(), data }))
    }

    /// Whether there is an answer to attribute on every prompt, without which a head has a pattern only.
    fn has_answers(self) -> Memo<bool> {
        Memo::new(move |_| {
            let answered = |started: &Started| {
                !started.prompts.is_empty() && started.prompts.iter().all(|p| p.answer_id.is_some())
            };
            self.page.started.with(|started| started.as_ref().is_none_or(|started| answered(started)))
        })
    }

    /// The tokens of the selected prompt.
    fn tokens(self) -> Memo<Vec<String>> {
        prompt_tokens(self.page, self.view)
    }

    /// The selected prompt, inside the run's. Tracks.
    fn prompt(self) -> usize {
        let count = self.page.started.with(|s| s.as_ref().map_or(0, |s| s.prompts.len()));
        self.view.prompt.get().min(count.saturating_sub(1))
    }

    fn status(self) -> Option<RunStatus> {
        self.run.get().map(|run| run.status.get())
    }
}

/// The tokens of the selected prompt, as the model sees them.
pub fn prompt_tokens(run: RunState, view: ViewState) -> Memo<Vec<String>> {
    Memo::new(move |_| {
        let prompt = view.prompt.get();
        run.started
            .with(|started| {
                let prompts = started.as_ref().map(|s| &s.prompts)?;
                prompts.get(prompt.min(prompts.len().saturating_sub(1))).map(|p| p.tokens.clone())
            })
            .unwrap_or_default()
    })
}

/// The selected head's inspector; nothing while no head is selected.
#[component]
pub fn Inspector() -> impl IntoView {
    let (page, view, heads): (RunState, ViewState, Heads) =
        (expect_context(), expect_context(), expect_context());
    Screen::provide();
    let inspected = Inspected { page, run: RwSignal::new(None), view };
    let has_answers = inspected.has_answers();
    Effect::new(move |_| {
        let (head, experiment) = (view.head.get(), page.experiment.get());
        let (Some((layer, head)), Some(experiment)) = (head, experiment) else { return };
        let prompt = inspected.prompt();
        inspected.run.set(if has_answers.get() {
            Some(heads.run(&experiment, layer, head, prompt))
        } else {
            let needed = !matches!(experiment.analysis, Analysis::Attention(_))
                && page.started.with(|s| s.as_ref().is_some_and(|s| !s.prompts.is_empty()));
            needed.then(|| heads.patterns(&experiment, prompt))
        });
    });
    let is_open = Memo::new(move |_| view.head.with(Option::is_some));
    let waits = move || has_answers.get() && inspected.status().is_none_or(|status| status.is_active());
    move || {
        is_open.get().then(|| {
            view! {
                <div aria-busy=move || waits().to_string() data-inspector="head">
                    <Title inspected map=head_map(page, Signal::stored(None)) />
                    <CellEffects of_heads=true />
                    <Show when=move || has_answers.get()>
                        <Ablate />
                    </Show>
                    {move || failure(inspected.status())}
                    <Show when=move || has_answers.get() fallback=NoAnswer>
                        <sources::Sources inspected />
                    </Show>
                    <pattern::Pattern inspected weighs=has_answers />
                    <scores::Scores inspected />
                    <Show when=move || has_answers.get()>
                        <lists::Lists inspected />
                        <bars::PerPrompt inspected />
                    </Show>
                </div>
            }
        })
    }
}

/// Name, contribution and rank of the head.
#[component]
fn Title(inspected: Inspected, map: Memo<Option<HeadMap>>) -> impl IntoView {
    let head = inspected.view.head;
    let value = move || {
        let value = map.with(|map| map.as_ref()?.value(head.get()?));
        value.map(|v| format!("{} logits", signed(v, 3)))
    };
    let address = move || inspected.run.get().and_then(|run| run.id.get()).map(|id| format!("/r/{id}"));
    let rank = move || map.with(|map| map.as_ref()?.rank(head.get()?));
    // a head is looked at in the first model
    let names = names_of(inspected.page);
    let whose = move || names.get().map(|names| format!("of {}", names.first));
    view! {
        <section class="head-title">
            <div class="row base">
                <h2 class="title">{move || head.get().map(head_name)}</h2>
                <b class="num">{value}</b>
                <span class="hint">{rank}</span>
                <span class="hint">{whose}</span>
                <a class="hint all" href=address title="All of this head’s figures, with their files and their Python">
                    "open"
                </a>
                <button
                    type="button"
                    class="icon push"
                    title="Close (Esc)"
                    aria-label="Close the inspector"
                    on:click=move |_| head.set(None)
                >
                    <Icon path=CLOSE />
                </button>
            </div>
        </section>
    }
}

/// In place of what the head adds to the logit difference.
#[component]
fn NoAnswer() -> impl IntoView {
    view! {
        <section>
            <p class="hint">"Give every prompt an answer to see what this head adds to its logit."</p>
        </section>
    }
}

/// What went wrong, where the numbers would be.
fn failure(status: Option<RunStatus>) -> Option<impl IntoView> {
    match status? {
        RunStatus::Failed { message, .. } => {
            Some(view! { <section><p class="bad" role="alert">{message}</p></section> })
        }
        _ => None,
    }
}
