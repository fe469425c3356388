//! The result on the page against another one, or two of its groups against each other.

use super::AnyFigure;
use crate::compare;
use crate::state::{RunState, RunStatus, ViewState, show_stored};
use leptos::prelude::*;
use model::wire::Figure;
use std::sync::Arc;

/// In the place of a run's id: the groups of the result on the page.
pub const GROUPS: &str = "groups";

/// The comparison that the view asks for; nothing without one.
#[component]
pub fn Comparison() -> impl IntoView {
    let view: ViewState = expect_context();
    let with = Memo::new(move |_| view.with.get());
    move || {
        with.get().map(|with| {
            let body = if with == GROUPS {
                view! { <Groups /> }.into_any()
            } else {
                view! { <Other id=with /> }.into_any()
            };
            view! {
                <section class="comparison" aria-label="Comparison">
                    <div class="row">
                        <h2>"Comparison"</h2>
                        <button type="button" class="line push" on:click=move |_| view.with.set(None)>
                            "Close the comparison"
                        </button>
                    </div>
                    {body}
                </section>
            }
        })
    }
}

/// Against another run.
#[component]
fn Other(id: String) -> impl IntoView {
    let run: RunState = expect_context();
    let other = RunState::new();
    show_stored(other, id);
    let made = Memo::new(move |_| {
        let keys = run.figures.get();
        other.figures.track();
        let each = |(name, prompt): (String, Option<usize>)| {
            let pair = run.figure(&name, prompt).get().zip(other.figure(&name, prompt).get());
            pair.map(|(this, that)| compare::pair(&this, &that, ("this run", "the other")))
                .unwrap_or_default()
        };
        keys.into_iter()
            .filter(|(_, prompt)| prompt.is_none())
            .flat_map(each)
            .map(Arc::new)
            .collect::<Vec<_>>()
    });
    let said = move || match other.status.get() {
        RunStatus::Failed { message, .. } => message,
        _ if other.experiment.with(Option::is_none) => "Loading the other result".to_owned(),
        _ if made.with(Vec::is_empty) => "The two results have no figures of the same shape".to_owned(),
        _ => {
            let name = other.experiment.with(|e| e.as_ref().map(|e| crate::components::names(e).join(" · ")));
            format!("The result on the page against {}.", name.unwrap_or_default())
        }
    };
    view! {
        <p class="caption" role="status">{said}</p>
        <Made made />
    }
}

/// Two groups of the run on the page.
#[component]
fn Groups() -> impl IntoView {
    let run: RunState = expect_context();
    let names = Memo::new(move |_| {
        let names = run.figures.with(|keys| {
            keys.iter()
                .filter_map(|(name, _)| name.strip_prefix("head_attribution:").map(str::to_owned))
                .collect()
        });
        let names: Vec<String> = names;
        names
    });
    let chosen = RwSignal::new((0usize, 1usize));
    let made = Memo::new(move |_| {
        let (first, second) = chosen.get();
        let names = names.get();
        let (Some(first), Some(second)) = (names.get(first), names.get(second)) else { return Vec::new() };
        let figures: Vec<Figure> = run
            .figures
            .get()
            .into_iter()
            .filter_map(|(name, prompt)| run.figure(&name, prompt).get())
            .map(|figure| Figure::clone(&figure))
            .collect();
        compare::groups(&figures, (first, second)).into_iter().map(Arc::new).collect::<Vec<_>>()
    });
    let choice =
        move |label: &'static str, get: fn((usize, usize)) -> usize, set: fn(&mut (usize, usize), usize)| {
            let option = move |(i, name): (usize, String)| {
                view! { <option value=i.to_string() selected=move || get(chosen.get()) == i>{name}</option> }
            };
            view! {
                <select
                    aria-label=label
                    on:change:target=move |event| {
                        let index = event.target().value().parse().unwrap_or_default();
                        chosen.update(|chosen| set(chosen, index));
                    }
                >
                    {move || names.get().into_iter().enumerate().map(option).collect_view()}
                </select>
            }
        };
    view! {
        <div class="row groups">
            {choice("First group", |c| c.0, |c, i| c.0 = i)} "against"
            {choice("Second group", |c| c.1, |c, i| c.1 = i)}
        </div>
        <Made made />
    }
}

/// The figures made, each drawn by its kind.
#[component]
fn Made(made: Memo<Vec<Arc<Figure>>>) -> impl IntoView {
    let names = Memo::new(move |_| made.with(|made| made.iter().map(|f| f.name.clone()).collect::<Vec<_>>()));
    view! {
        <For each=move || names.get() key=Clone::clone let:name>
            {
                let figure = Signal::derive(move || {
                    made.with(|made| made.iter().find(|figure| figure.name == name).cloned())
                });
                view! { <AnyFigure figure /> }
            }
        </For>
    }
}
