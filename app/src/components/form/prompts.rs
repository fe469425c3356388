//! The prompts: a set or the user's own, as the model sees them, with the logit difference of each once it is there.

use super::groups::{Group, Groups, groups};
use super::paste::PasteMany;
use super::row::PromptRow;
use super::sets::SetOptions;
use crate::draft::{Kind, Row, Source};
use crate::state::{Catalog, Form, RunState};
use leptos::prelude::*;
use model::wire::{FigureData, Prompts, SetListing, Values};
use serde_json::Value;

/// Rows of a set that the wide form shows before one asks for more.
const FEW: usize = 4;
/// Rows shown before one asks for more, elsewhere.
const MANY: usize = 100;
/// What the select says for the user's own prompts; no set has such a name.
const OWN: &str = "\u{1}own";
/// What the select says for prompts that gave way to an opened result's.
const EARLIER: &str = "\u{1}earlier";

/// What every row needs to know.
#[derive(Clone, Copy)]
pub struct Listing {
    /// Whether there is room for whole prompts.
    pub wide: Signal<bool>,
    /// Whether the rows are the user's own.
    pub own: Memo<bool>,
    /// Whether the result on the page is of these prompts.
    pub of_result: Memo<bool>,
    /// The logit differences, in the order of the prompts.
    pub differences: Memo<Option<Values>>,
    /// The groups, in the order of their marks.
    pub groups: Memo<Vec<Group>>,
    /// Whether the analysis needs corrupted twins.
    pub pairs: Memo<bool>,
    /// The row that is being edited in the narrow list.
    pub open: RwSignal<Option<usize>>,
}

impl Listing {
    fn new(form: Form, run: RunState, wide: Signal<bool>) -> Self {
        let own = Memo::new(move |_| form.draft.with(|draft| draft.source == Source::Own));
        let of_result = Memo::new(move |_| {
            let checked = form.check.with(|check| check.as_ref()?.checked.id.clone());
            checked.is_some() && checked == run.id.get()
        });
        let figure = run.figure("logit_diff", None);
        let differences = Memo::new(move |_| {
            let figure = figure.get().filter(|_| of_result.get())?;
            let FigureData::Line { series, .. } = &figure.data else { return None };
            series.iter().find(|series| series.name == "logit_diff").map(|series| series.y.clone())
        });
        let groups = Memo::new(move |_| {
            form.check.with(|check| match check.as_ref().map(|check| &check.checked.experiment.prompts) {
                Some(Prompts::List(prompts)) => groups(prompts),
                _ => Vec::new(),
            })
        });
        let pairs = Memo::new(move |_| {
            form.draft.with(|draft| Kind::named(&draft.kind).is_some_and(|kind| kind.needs_pairs))
        });
        Self { wide, own, of_result, differences, groups, pairs, open: RwSignal::new(None) }
    }
}

/// The field.
#[component]
pub fn PromptsField(
    /// Whether there is room for whole prompts.
    wide: Signal<bool>,
) -> impl IntoView {
    let (form, run): (Form, RunState) = (expect_context(), expect_context());
    let listing = Listing::new(form, run, wide);
    let all = RwSignal::new(false);
    let count = Memo::new(move |_| {
        if listing.own.get() {
            form.draft.with(|draft| draft.rows.len())
        } else {
            form.check.with(|check| {
                check.as_ref().filter(|check| !check.own).map_or(0, |c| c.checked.prompts.len())
            })
        }
    });
    let limit = move || match (all.get(), wide.get() && !listing.own.get()) {
        (true, _) => usize::MAX,
        (false, true) => FEW,
        (false, false) => MANY,
    };
    let rows = move || {
        let own = listing.own.get();
        (0..count.get().min(limit())).map(move |i| (own, i))
    };
    let more = move || count.get().saturating_sub(limit());
    view! {
        <div class="prompts field">
            <div class="row">
                <label class="head" for="set">"Prompts"</label>
                <span class="hint push" hidden=move || listing.differences.with(Option::is_none)>"logits"</span>
            </div>
            <div class="choose">
                <SetSelect />
                <SetOptions />
                <Groups groups=listing.groups />
            </div>
            <ol class="list" class:own=listing.own>
                <For each=rows key=|row| *row let((_, row))>
                    <PromptRow row listing />
                </For>
            </ol>
            <div class="row actions">
                <Actions listing />
                <button type="button" class="link push" hidden=move || more() == 0 on:click=move |_| all.set(true)>
                    {move || format!("{} more", more())}
                </button>
            </div>
        </div>
    }
}

/// The choice between sets and own prompts.
#[component]
fn SetSelect() -> impl IntoView {
    let (form, catalog): (Form, Catalog) = (expect_context(), expect_context());
    let chosen = Memo::new(move |_| match form.draft.with(|draft| draft.source.clone()) {
        Source::Set(name) => name,
        Source::Own => OWN.to_owned(),
    });
    let count = move |set: &SetListing| {
        let n = form.draft.with(|draft| draft.set_options(&set.name).get("n").and_then(Value::as_u64));
        n.unwrap_or(set.prompts as u64)
    };
    let sets = move || {
        let mut sets: Vec<(String, String)> = catalog.sets.with(|sets| {
            let line =
                |set: &SetListing| (set.name.clone(), format!("{} · {} prompts", set.name, count(set)));
            sets.iter().map(line).collect()
        });
        let filled = form.draft.with(|draft| draft.filled().len());
        let plural = if filled == 1 { "" } else { "s" };
        sets.push((
            OWN.to_owned(),
            match filled {
                0 => "Own prompts".to_owned(),
                n => format!("Own prompts · {n} prompt{plural}"),
            },
        ));
        let earlier = form.draft.with(|draft| draft.earlier.len());
        if earlier > 0 {
            sets.push((EARLIER.to_owned(), format!("Your earlier prompts · {earlier}")));
        }
        let option = |(value, title): (String, String)| {
            let selected = value == chosen.get();
            view! { <option value=value selected=selected>{title}</option> }
        };
        sets.into_iter().map(option).collect_view()
    };
    let choose = move |value: String| {
        form.draft.update(|draft| match value.as_str() {
            OWN => draft.source = Source::Own,
            EARLIER => draft.swap_earlier(),
            _ => draft.source = Source::Set(value),
        });
    };
    view! {
        <select id="set" class="set" on:change:target=move |event| choose(event.target().value())>
            {sets}
        </select>
    }
}

/// What can be done with the list as a whole.
#[component]
fn Actions(listing: Listing) -> impl IntoView {
    let form: Form = expect_context();
    let pasting = RwSignal::new(false);
    let add = move |_| {
        form.draft.update(|draft| draft.rows.push(Row::default()));
        listing.open.set(Some(form.draft.with_untracked(|draft| draft.rows.len() - 1)));
    };
    let copy = move |_| {
        let checked =
            form.check.with_untracked(|check| check.as_ref().map(|check| check.checked.experiment.clone()));
        if let Some(experiment) = checked {
            form.draft.update(|draft| draft.adopt(&experiment));
        }
    };
    view! {
        <Show
            when=move || listing.own.get()
            fallback=move || view! { <button type="button" on:click=copy>"Edit a copy"</button> }
        >
            <button type="button" on:click=add>"Add a prompt"</button>
        </Show>
        <button type="button" on:click=move |_| pasting.set(true)>"Paste many, or a file"</button>
        <PasteMany open=pasting />
    }
}
