//! The result on the page against another one, or two of its groups against each other.

use crate::compare::{BESIDE, Names, Sides, groups};
use crate::components::sides::{Both, Entry, SideBySide};
use crate::state::{RunState, RunStatus, ViewState, show_stored};
use leptos::prelude::*;
use model::wire::{Figure, FigureData};

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
    let entries = Memo::new(move |_| {
        let keys = run.figures.get().into_iter().filter(|(_, prompt)| prompt.is_none());
        let entry = |(name, _): (String, Option<usize>)| {
            let (this, that) = (run.figure(&name, None).get()?, other.figure(&name, None).get()?);
            let same_kind = std::mem::discriminant(&this.data) == std::mem::discriminant(&that.data);
            same_kind.then(|| entry(&this))
        };
        keys.filter_map(entry).collect::<Vec<_>>()
    });
    let both = Callback::new(move |entry: Entry| -> Both {
        let (this, that) = (run.figure(&entry.name, None), other.figure(&entry.name, None));
        Memo::new(move |_| Some(Sides::new(this.get()?, &*that.get()?))).into()
    });
    let said = move || match other.status.get() {
        RunStatus::Failed { message, .. } => message,
        _ if other.experiment.with(Option::is_none) => "Loading the other result".to_owned(),
        _ if entries.with(Vec::is_empty) => "The two results have no figures in common".to_owned(),
        _ => {
            let name = other.experiment.with(|e| e.as_ref().map(|e| crate::components::names(e).join(" · ")));
            format!("The result on the page against {}.", name.unwrap_or_default())
        }
    };
    let names = Names { first: "this run".to_owned(), other: "the other".to_owned() };
    view! {
        <p class="caption" role="status">{said}</p>
        <SideBySide entries both names />
    }
}

/// What is shown of a figure that this page puts beside another one.
fn entry(figure: &Figure) -> Entry {
    Entry {
        name: figure.name.clone(),
        prompt: None,
        title: figure.title.clone(),
        panel: format!("{BESIDE}{}", figure.name),
        is_map: matches!(figure.data, FigureData::Heatmap { .. }),
    }
}

/// Two groups of the run on the page.
#[component]
fn Groups() -> impl IntoView {
    let run: RunState = expect_context();
    let groups = Memo::new(move |_| {
        let names = run.figures.get().into_iter();
        let names = names.filter_map(|(name, _)| name.strip_prefix("head_attribution:").map(str::to_owned));
        names.collect::<Vec<_>>()
    });
    let chosen = RwSignal::new((0usize, 1usize));
    let names = Memo::new(move |_| {
        let (first, other) = chosen.get();
        let group = |index: usize| groups.with(|groups| groups.get(index).cloned());
        Some(Names { first: group(first)?, other: group(other)? })
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
                    {move || groups.get().into_iter().enumerate().map(option).collect_view()}
                </select>
            }
        };
    view! {
        <div class="row groups">
            {choice("First group", |c| c.0, |c, i| c.0 = i)} "against"
            {choice("Second group", |c| c.1, |c, i| c.1 = i)}
        </div>
        {move || names.get().map(|names| view! { <TwoGroups names /> })}
    }
}

#[component]
fn TwoGroups(names: Names) -> impl IntoView {
    let run: RunState = expect_context();
    let made = {
        let names = names.clone();
        Memo::new(move |_| {
            let keys = run.figures.get().into_iter();
            let figures: Vec<_> = keys.filter_map(|(name, prompt)| run.figure(&name, prompt).get()).collect();
            groups(&figures, &names)
        })
    };
    let entries = Memo::new(move |_| {
        made.with(|made| made.iter().map(|sides| entry(&sides.first)).collect::<Vec<_>>())
    });
    let both = Callback::new(move |entry: Entry| -> Both {
        let find = move |made: &Vec<Sides>| made.iter().find(|sides| sides.first.name == entry.name).cloned();
        Memo::new(move |_| made.with(&find)).into()
    });
    view! { <SideBySide entries both names /> }
}
