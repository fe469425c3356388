//! Figures side by side: of two models, of two results, of two groups of prompts. One figure at a time, or all; each by
//! the kind of its numbers, with the difference where there is one.

pub mod arrays;
pub mod layout;
pub mod lines;
pub mod maps;
pub mod models;
pub mod numbers;
pub mod picture;

pub use models::TwoModels;

use super::any::explain::explain;
use super::causal::asked::Asked;
use super::causal::{asked_of, is_map};
use super::figures::lines::Source;
use super::figures::panel::Heading;
use crate::compare::{Names, Sides};
use crate::state::{RunState, RunStatus, ViewState};
use leptos::prelude::*;
use model::table::Table;
use model::wire::FigureData;

/// Shows all figures, in the place of one's name.
const ALL: &str = "all";

/// A figure that can be shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Its name in the contract.
    pub name: String,
    /// The prompt it belongs to, where it belongs to one.
    pub prompt: Option<usize>,
    /// Its title.
    pub title: String,
    /// What it goes by on the page: the difference's name.
    pub panel: String,
    /// Whether it is a map: the first one is shown first.
    pub is_map: bool,
}

/// Both sides of a figure, once they have come.
pub type Both = Signal<Option<Sides>>;

/// What the views of one figure read.
#[derive(Clone, Copy)]
pub struct Pair {
    run: RunState,
    entry: StoredValue<Entry>,
    /// What the sides are called.
    pub names: StoredValue<Names>,
    /// The sides.
    pub both: Both,
}

impl Pair {
    /// The figure that stands for all, for the exports.
    fn figure(self) -> Source {
        Signal::derive(move || self.both.with(|both| both.as_ref().map(Sides::figure)))
    }

    fn table(self) -> Signal<Table> {
        let table = move |sides: &Sides| self.names.with_value(|names| sides.table(names));
        Memo::new(move |_| self.both.with(|both| both.as_ref().map(table)).unwrap_or_default()).into()
    }

    fn kind(self) -> &'static str {
        self.run.experiment.with_untracked(|e| e.as_ref().map_or("", |e| e.analysis.kind()))
    }

    /// What is asked, where the figure is a map of effects.
    fn asked(self) -> Option<Asked> {
        asked_of(self.run).get_untracked().filter(|_| self.entry.with_value(|entry| is_map(&entry.name)))
    }

    /// Names and unit.
    fn heading(self) -> Heading {
        let Entry { title, panel, .. } = self.entry.get_value();
        let unit = self.asked().map_or_else(|| explain(self.kind(), &panel).0, |asked| asked.unit());
        Heading { name: panel, title, unit }
    }

    /// The line under the title: what the figure is, and that there is a difference or why there is none.
    fn caption(self) -> Signal<String> {
        let Entry { name, panel, .. } = self.entry.get_value();
        let (kind, effect) = match self.asked() {
            Some(asked) => ("", asked.caption(&name) + " "),
            None => (self.kind(), String::new()),
        };
        let has_difference =
            Memo::new(move |_| self.both.with(|both| both.as_ref().map(|both| both.difference.is_some())));
        Signal::derive(move || match has_difference.get() {
            Some(false) if !self.run.status.with(RunStatus::is_active) => {
                let caption = explain(kind, &name).1;
                format!("{effect}{caption} No difference is taken where the two have other labels or words.")
            }
            _ => format!("{effect}{}", explain(kind, &panel).1),
        })
    }

    /// A title for each side, and for the difference.
    fn titles(self) -> [String; 3] {
        let Names { first, other } = self.names.get_value();
        let difference = format!("{first} − {other}");
        [first, other, difference]
    }
}

/// The figures, and the choice among them.
#[component]
pub fn SideBySide(
    /// What there is, in order.
    #[prop(into)]
    entries: Signal<Vec<Entry>>,
    /// The sides of one.
    both: Callback<Entry, Both>,
    /// What the sides are called.
    names: Names,
) -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    let names = StoredValue::new(names);
    let chosen = Memo::new(move |_| entries.with(|entries| chosen(entries, view.beside.get().as_deref())));
    let shown = Memo::new(move |_| {
        let chosen = chosen.get();
        let mut entries = entries.get();
        entries.retain(|entry| chosen == ALL || entry.name == chosen);
        entries
    });
    view! {
        <Choice entries chosen />
        <For each=move || shown.get() key=Clone::clone let:entry>
            {
                let both = both.run(entry.clone());
                view! { <OneFigure pair=Pair { run, entry: StoredValue::new(entry), names, both } /> }
            }
        </For>
    }
}

/// The figure that is shown: the one asked for, or the first map, or the first of all.
fn chosen(entries: &[Entry], asked: Option<&str>) -> String {
    let asked = asked.filter(|asked| *asked == ALL || entries.iter().any(|entry| entry.name == *asked));
    let first =
        || entries.iter().find(|entry| entry.is_map).or(entries.first()).map(|entry| entry.name.as_str());
    asked.or_else(first).unwrap_or_default().to_owned()
}

#[component]
fn Choice(entries: Signal<Vec<Entry>>, chosen: Memo<String>) -> impl IntoView {
    let view: ViewState = expect_context();
    let tabs = Memo::new(move |_| {
        let mut tabs: Vec<(String, String)> = Vec::new();
        for Entry { name, title, .. } in entries.get() {
            // figures of a prompt have the name of the figure of all
            if tabs.iter().all(|tab| tab.0 != name) {
                tabs.push((name, title));
            }
        }
        if tabs.len() > 1 {
            tabs.push((ALL.to_owned(), ALL.to_owned()));
        }
        tabs
    });
    let tab = move |(name, title): (String, String)| {
        let mine = name.clone();
        view! {
            <button
                type="button"
                aria-pressed=move || (chosen.get() == mine).to_string()
                on:click=move |_| view.beside.set(Some(name.clone()))
            >
                {title}
            </button>
        }
    };
    move || {
        (tabs.with(Vec::len) > 1).then(|| {
            let tabs = tabs.get().into_iter().map(tab).collect_view();
            view! { <div class="tabs" role="group" aria-label="Figure">{tabs}</div> }
        })
    }
}

/// One figure, by the kind of its numbers; until both sides are there, room for it.
#[component]
fn OneFigure(pair: Pair) -> impl IntoView {
    let is_there = Memo::new(move |_| pair.both.with(Option::is_some));
    let waits = move || {
        let Names { first, other } = pair.names.get_value();
        view! { <p class="hint waits">{format!("{other} runs after {first}.")}</p> }.into_any()
    };
    move || {
        let sides = is_there.get().then(|| pair.both.get_untracked()).flatten();
        match sides.as_ref().map(|sides| &sides.first.data) {
            None => waits(),
            Some(FigureData::Heatmap { .. }) => view! { <maps::Maps pair /> }.into_any(),
            Some(FigureData::Line { .. } | FigureData::Scatter { .. }) => {
                view! { <lines::Lines pair /> }.into_any()
            }
            Some(FigureData::Scalars { .. }) => view! { <numbers::Numbers pair /> }.into_any(),
            Some(FigureData::Table { .. }) => view! { <numbers::Tables pair /> }.into_any(),
            Some(FigureData::Tensor { .. }) => view! { <arrays::Arrays pair /> }.into_any(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_map_is_shown_first() {
        let entry = |name: &str, is_map: bool| Entry {
            name: name.into(),
            prompt: None,
            title: String::new(),
            panel: String::new(),
            is_map,
        };
        let entries = [entry("logit_lens", false), entry("head_attribution", true)];
        assert_eq!(chosen(&entries, None), "head_attribution");
        assert_eq!(chosen(&entries[..1], None), "logit_lens");
        assert_eq!(chosen(&entries, Some("logit_lens")), "logit_lens");
        assert_eq!(chosen(&entries, Some("of another kind")), "head_attribution");
        assert_eq!(chosen(&entries, Some(ALL)), ALL);
        assert_eq!(chosen(&[], None), "");
    }
}
