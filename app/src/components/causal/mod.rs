//! Results that say what a change of an activation makes of the answer: activation patching, path patching, ablation.
//! Their maps show how far each cell is from changing nothing; the mean over pairs, or one pair.

pub mod ablate;
pub mod asked;
pub mod effects;
pub mod follow;
pub mod graph;
pub mod layout;
pub mod map;
pub mod pairs;
pub mod positions;
pub mod side;
pub mod strip;
pub mod trail;

pub use side::CausalSide;

use super::any::prompts::shown_prompt;
use super::any::{AnyFigure, compare};
use super::figures::lines::Source;
use super::figures::panel::Heading;
use super::figures::screen::Screen;
use super::sides::TwoModels;
use crate::heatmap::Renderer;
use crate::state::{RunState, ViewState};
use asked::Asked;
use effects::Map;
use leptos::prelude::*;
use leptos::task::spawn_local;
use map::EffectMap;
use model::wire::FigureData;
use positions::ByPosition;

/// What the run asked.
pub fn asked_of(run: RunState) -> Signal<Option<Asked>> {
    Memo::new(move |_| run.experiment.with(|e| e.as_ref().and_then(|e| Asked::of(e)))).into()
}

/// Names of the maps that have come: those of layers by heads or positions, and those of heads by position.
pub fn map_names(run: RunState) -> Memo<Vec<String>> {
    Memo::new(move |_| {
        let keys = run.figures.get().into_iter();
        let names = keys.filter(|(name, prompt)| prompt.is_none() && is_map(name)).map(|(name, _)| name);
        names.collect()
    })
}

/// Whether it is a map of layers by heads or positions, or of heads by position.
pub fn is_map(name: &str) -> bool {
    let part = ["_stderr", "_pairs"].iter().any(|ending| name.ends_with(ending));
    // neurons are too many for a map of layers
    !part
        && !name.starts_with("ablated_neuron")
        && ["patched_", "attributed_", "path_to_", "ablated_"].iter().any(|start| name.starts_with(start))
}

/// The numbers of the heatmap `name` as they are to be shown: the mean, or the selected pair.
pub fn effect(run: RunState, view: ViewState, name: &str) -> Memo<Option<Map>> {
    let figure = run.figure(name, None);
    let stderr = run.figure(&format!("{name}_stderr"), None);
    let pairs = run.figure(&format!("{name}_pairs"), None);
    let (summary, asked) = (run.figure("summary", None), asked_of(run));
    Memo::new(move |_| {
        let neutral = asked.get()?.neutral(summary.get().as_deref())?;
        let map = Map::new(figure.get()?.as_ref(), stderr.get().as_deref(), neutral)?;
        let prompt = view.prompt.get();
        let map = if view.one_pair.get() { map.of_pair(pairs.get().as_deref(), prompt) } else { map };
        run.started.with(|started| {
            let prompts = started.as_ref().map(|s| s.prompts.as_slice()).unwrap_or_default();
            match prompts.get(prompt).filter(|_| view.one_pair.get()).or(if let [one] = prompts {
                Some(one)
            } else {
                None
            }) {
                Some(prompt) => Some(map.with_tokens(prompt)),
                None => Some(map),
            }
        })
    })
}

/// The result.
#[component]
pub fn CausalResult() -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    Screen::provide();
    // a GPU takes a moment to answer: asked now, it is there when the first numbers are
    spawn_local(async { drop(Renderer::shared().await) });
    let (names, asked) = (map_names(run), asked_of(run));
    // headings say the unit, which follows from what was asked
    let maps = move || {
        let unit = asked.with(|asked| asked.as_ref().map_or("", Asked::unit));
        names.get().into_iter().map(|name| (name, unit)).collect::<Vec<_>>()
    };
    let others = Memo::new(move |_| {
        let shown = shown_prompt(run, view);
        let parts = |name: &str| ["_stderr", "_pairs"].iter().any(|ending| name.ends_with(ending));
        let keys = run.figures.get().into_iter();
        let keys = keys.filter(|(_, prompt)| prompt.is_none() || *prompt == shown);
        keys.filter(|(name, _)| name != "summary" && !is_map(name) && !parts(name)).collect::<Vec<_>>()
    });
    view! {
        <strip::Strip />
        <TwoModels />
        <compare::Comparison />
        <trail::Trail />
        <div class="row causal-tools">
            <pairs::Which />
            <follow::FollowUps />
        </div>
        <For each=maps key=Clone::clone let:key>
            <OneMap name=key.0 unit=key.1 />
        </For>
        <For each=move || others.get() key=Clone::clone let:key>
            <AnyFigure figure=run.figure(&key.0, key.1) />
        </For>
    }
}

/// A map, by the kind of its numbers.
#[component]
fn OneMap(name: String, unit: &'static str) -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    let figure = run.figure(&name, None);
    let Some(first) = figure.get_untracked() else { return ().into_any() };
    let heading = Heading { name: name.clone(), title: first.title.clone(), unit };
    match &first.data {
        FigureData::Heatmap { .. } => {
            let map = effect(run, view, &name);
            let pairs: Source = run.figure(&format!("{name}_pairs"), None);
            let asked = asked_of(run);
            let pick = trail::pick(run, view, map);
            let caption = caption(run, view, &name);
            view! { <EffectMap heading caption figure map pairs asked pick /> }.into_any()
        }
        FigureData::Tensor { .. } => view! { <ByPosition heading figure /> }.into_any(),
        _ => view! { <AnyFigure figure /> }.into_any(),
    }
}

/// What a map shows, and of which pairs.
pub fn caption(run: RunState, view: ViewState, name: &str) -> Signal<String> {
    let (asked, name) = (asked_of(run), name.to_owned());
    Signal::derive(move || {
        let Some(asked) = asked.get() else { return String::new() };
        let pairs = run.started.with(|s| s.as_ref().map_or(0, |s| s.prompts.len()));
        let of = match (pairs, view.one_pair.get()) {
            (0 | 1, _) => String::new(),
            (_, true) if asked.normalized() => {
                format!(" Pair {}, in the unit of all pairs.", view.prompt.get() + 1)
            }
            (_, true) => format!(" Pair {}.", view.prompt.get() + 1),
            (count, false) => format!(" Mean over {count} pairs."),
        };
        format!("{}{of}", asked.caption(&name))
    })
}
