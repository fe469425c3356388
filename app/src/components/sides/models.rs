//! Two models on one experiment: every figure of the first that the other has too.

use super::{Both, Entry, SideBySide};
use crate::compare::{Names, Sides};
use crate::components::any::lens;
use crate::components::any::prompts::shown_prompt;
use crate::components::causal::{asked_of, is_map};
use crate::components::figures::screen::Screen;
use crate::components::model_names;
use crate::state::{RunState, RunStatus, ViewState};
use leptos::prelude::*;
use model::sides::Side;
use model::wire::FigureData;

/// What the models of the run are called; none where there is one.
pub fn names_of(run: RunState) -> Memo<Option<Names>> {
    Memo::new(move |_| {
        let (first, other) = run.experiment.with(|e| e.as_ref().map(|e| model_names(e)))?;
        Some(Names { first, other: other? })
    })
}

/// The figures of both; nothing for a run of one model.
#[component]
pub fn TwoModels() -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    Screen::provide();
    let names = names_of(run);
    let entries = entries(run, view);
    let both = Callback::new(move |entry: Entry| both(run, &entry));
    move || {
        names.get().map(|names| {
            let title = format!("{} against {}", names.first, names.other);
            view! {
                <section class="comparison two-models" aria-label=title.clone()>
                    <h2>{title.clone()}</h2>
                    <SideBySide entries both names />
                </section>
            }
        })
    }
}

/// The first model's figures of all prompts and of the shown one. Those that the other has not got leave with the end of
/// the run.
fn entries(run: RunState, view: ViewState) -> Memo<Vec<Entry>> {
    Memo::new(move |_| {
        let (shown, goes_on) = (shown_prompt(run, view), run.status.with(RunStatus::is_active));
        let keys = run.figures.get().into_iter();
        let keys = keys.filter(|(name, prompt)| (prompt.is_none() || *prompt == shown) && !is_part(name));
        let entry = |(name, prompt): (String, Option<usize>)| {
            let has_other = run.figure(&Side::Other.name(&name), prompt).with(Option::is_some);
            let first = run.figure(&name, prompt).get().filter(|_| has_other || goes_on)?;
            Some(Entry {
                panel: Side::Difference.name(&name),
                title: first.title.clone(),
                is_map: matches!(first.data, FigureData::Heatmap { .. }),
                name,
                prompt,
            })
        };
        keys.filter_map(entry).collect()
    })
}

/// What is shown with another figure: errors, single pairs, the tokens of a grid.
fn is_part(name: &str) -> bool {
    name == lens::TOKENS || ["_stderr", "_pairs"].iter().any(|ending| name.ends_with(ending))
}

/// The sides of a figure. Maps of effects are shown as how far each cell is from changing nothing, in each model.
fn both(run: RunState, entry: &Entry) -> Both {
    let of = |side: Side, name: &str| run.figure(&side.name(name), entry.prompt);
    let [first, other, difference] =
        [Side::First, Side::Other, Side::Difference].map(|side| of(side, &entry.name));
    let asked = asked_of(run);
    let summaries = [Side::First, Side::Other].map(|side| run.figure(&side.name("summary"), None));
    let is_effect = is_map(&entry.name);
    let sides = move |_: Option<&Option<Sides>>| {
        let sides = Sides { first: first.get()?, other: other.get()?, difference: difference.get() };
        let Some(asked) = asked.get().filter(|_| is_effect) else { return Some(sides) };
        let [first, other] = summaries.map(|summary| asked.neutral(summary.get().as_deref()));
        Some(sides.less((first?, other?)))
    };
    Memo::new(sides).into()
}
