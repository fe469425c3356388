//! How the prompts are run: BOS, the weights, the analysis.

use crate::components::Token;
use crate::components::causal::asked::{receiver_name, receiver_of};
use crate::draft::{Input, KINDS, Kind, Setting};
use crate::state::{Catalog, Form};
use leptos::prelude::*;
use model::wire::{Processing, Receiver, Several};
use serde_json::Value;

/// The options.
#[component]
pub fn Options() -> impl IntoView {
    let (form, catalog): (Form, Catalog) = (expect_context(), expect_context());
    let bos = Memo::new(move |_| {
        let listed = catalog.model(&form.draft.with(|draft| draft.model.clone()));
        listed.and_then(|model| model.bos)
    });
    let folded = move || form.draft.with(|draft| draft.processing == Processing::Folded);
    let process = move |folded: bool| {
        form.draft
            .update(|draft| draft.processing = if folded { Processing::Folded } else { Processing::Raw });
    };
    view! {
        <div class="options">
            <label class="choice">
                <input
                    type="checkbox"
                    prop:checked=move || form.draft.with(|draft| draft.prepend_bos)
                    on:change:target=move |e| form.draft.update(|draft| draft.prepend_bos = e.target().checked())
                />
                "Prepend "
                {move || match bos.get() {
                    Some(bos) => view! { <Token text=bos /> }.into_any(),
                    None => "BOS".into_any(),
                }}
            </label>
            <label class="choice" title="Norms and value biases folded in, writing weights and unembedding centred">
                <input
                    type="checkbox"
                    prop:checked=folded
                    on:change:target=move |event| process(event.target().checked())
                />
                "Fold the weights"
                <small>"as TransformerLens"</small>
            </label>
            <AnalysisField />
        </div>
    }
}

/// What to compute, and its options.
#[component]
fn AnalysisField() -> impl IntoView {
    let form: Form = expect_context();
    let chosen = Memo::new(move |_| form.draft.with(|draft| draft.kind.clone()));
    let kind = |kind: &'static Kind| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="analysis"
                    value=kind.name
                    prop:checked=move || chosen.with(|chosen| chosen == kind.name)
                    on:change=move |_| form.draft.update(|draft| kind.name.clone_into(&mut draft.kind))
                />
                {kind.title}
                <small>{kind.hint}</small>
            </label>
        }
    };
    let settings = move || {
        let kind = chosen.with(|chosen| Kind::named(chosen));
        kind.map(|kind| kind.settings.iter().map(|setting| where_asked(form, kind, setting)).collect_view())
    };
    view! {
        <fieldset class="analysis">
            <legend class="head">"Analysis"</legend>
            {KINDS.iter().map(kind).collect_view()}
        </fieldset>
        <div class="settings">{settings}</div>
    }
}

/// A setting's field, as long as it is asked for.
fn where_asked(form: Form, kind: &'static Kind, setting: &'static Setting) -> AnyView {
    if !matches!(setting.input, Input::CountWhere(..)) {
        return setting_field(form, setting);
    }
    let is_asked =
        Memo::new(move |_| form.draft.with(|draft| kind.asks_for(setting, draft.settings_of(kind.name))));
    view! { <Show when=move || is_asked.get()>{setting_field(form, setting)}</Show> }.into_any()
}

fn setting_field(form: Form, setting: &'static Setting) -> AnyView {
    let value = move || {
        let set = form.draft.with(|draft| draft.settings().get(setting.name).cloned());
        set.unwrap_or_else(|| setting.input.default())
    };
    let set = move |value: serde_json::Value| form.draft.update(|draft| draft.set(setting.name, value));
    let number = move |least: usize, shift: usize| {
        let shown = move || value().as_u64().map(|v| (v as usize + shift).to_string());
        view! {
            <label class="setting">
                {setting.title}
                <input
                    type="number"
                    min=least
                    step="1"
                    prop:value=shown
                    on:change:target=move |event| {
                        let typed = event.target().value().trim().parse::<usize>().unwrap_or(least);
                        set(typed.max(least).saturating_sub(shift).into());
                    }
                />
            </label>
        }
        .into_any()
    };
    match setting.input {
        Input::Flag | Input::FlagOn => view! {
            <label class="choice">
                <input
                    type="checkbox"
                    prop:checked=move || value().as_bool().unwrap_or_default()
                    on:change:target=move |event| set(event.target().checked().into())
                />
                {setting.title}
            </label>
        }
        .into_any(),
        Input::AnyOf(choices) => {
            some_field(setting.title, choices, Signal::derive(value), Callback::new(set))
        }
        Input::Receiver => receiver_field(setting.title, Signal::derive(value), Callback::new(set)),
        Input::Names(example) => {
            names_field(setting.title, example, Signal::derive(value), Callback::new(set))
        }
        Input::Count(least, _) => number(least, 0),
        Input::CountWhere(..) => number(0, 0),
        Input::Number(default, step) => view! {
            <label class="setting">
                {setting.title}
                <input
                    type="number"
                    step=step
                    prop:value=move || value().as_f64().map(|v| v.to_string())
                    on:change:target=move |event| {
                        set(event.target().value().trim().parse::<f64>().unwrap_or(default).into());
                    }
                />
            </label>
        }
        .into_any(),
        Input::Text(example, problem) => {
            let typed = move || value().as_str().unwrap_or_default().to_owned();
            let wrong = Memo::new(move |_| problem(&typed()));
            view! {
                <label class="setting" class:invalid=move || wrong.with(Option::is_some)>
                    {setting.title}
                    <input
                        type="text"
                        placeholder=example
                        spellcheck="false"
                        aria-invalid=move || wrong.with(Option::is_some).then_some("true")
                        prop:value=typed
                        on:input:target=move |event| set(event.target().value().into())
                    />
                </label>
                {move || wrong.get().map(|text| view! { <p class="hint bad">{text}</p> })}
            }
            .into_any()
        }
        Input::Prompt => number(1, 1),
        Input::Choice(choices) => {
            let option = |(name, title): &'static (&str, &str)| {
                view! { <option value=*name selected=move || value() == *name>{*title}</option> }
            };
            view! {
                <label class="setting">
                    {setting.title}
                    <select on:change:target=move |event| set(event.target().value().into())>
                        {choices.iter().map(option).collect_view()}
                    </select>
                </label>
            }
            .into_any()
        }
    }
}

/// Boxes of which at least one stays checked.
fn some_field(
    title: &'static str,
    choices: &'static [(&'static str, &'static str)],
    value: Signal<Value>,
    set: Callback<Value>,
) -> AnyView {
    let check = move |name: &'static str, on: bool| {
        // in the order in which they are offered
        let is_chosen =
            |other: &str| if other == name { on } else { value.with_untracked(|v| has(v, other)) };
        let chosen: Vec<&str> =
            choices.iter().map(|(name, _)| *name).filter(|name| is_chosen(name)).collect();
        match &chosen[..] {
            [] => set.run(name.into()),
            [one] => set.run((*one).into()),
            _ => set.run(chosen.into()),
        }
    };
    let field = |(name, title): &'static (&str, &str)| {
        view! {
            <label class="choice">
                <input
                    type="checkbox"
                    prop:checked=move || value.with(|value| has(value, name))
                    on:change:target=move |event| {
                        check(name, event.target().checked());
                        // the last one stays checked
                        event.target().set_checked(value.with_untracked(|value| has(value, name)));
                    }
                />
                {*title}
            </label>
        }
    };
    view! {
        <fieldset class="some">
            <legend>{title}</legend>
            {choices.iter().map(field).collect_view()}
        </fieldset>
    }
    .into_any()
}

/// Whether a setting of one or several has that one.
fn has(value: &Value, name: &str) -> bool {
    value == name || value.as_array().is_some_and(|list| list.iter().any(|one| one == name))
}

/// Several things with commas between them, read when the field is left; what cannot be read is said to be wrong.
fn listed_field(
    title: &'static str,
    example: &'static str,
    written: impl Fn() -> String + Send + Sync + 'static,
    set: impl Fn(&[&str]) -> Option<()> + 'static,
    wrong: &'static str,
) -> AnyView {
    let is_wrong = RwSignal::new(false);
    let read = move |typed: String| {
        let parts: Vec<&str> = typed.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
        is_wrong.set(set(&parts).is_none());
    };
    view! {
        <label class="setting" class:invalid=is_wrong>
            {title}
            <input
                type="text"
                placeholder=example
                spellcheck="false"
                aria-invalid=move || is_wrong.get().then_some("true")
                prop:value=written
                on:change:target=move |event| read(event.target().value())
            />
        </label>
        {move || is_wrong.get().then(|| view! { <p class="hint bad">{wrong}</p> })}
    }
    .into_any()
}

fn names_field(
    title: &'static str,
    example: &'static str,
    value: Signal<Value>,
    set: Callback<Value>,
) -> AnyView {
    let written = move || {
        let names = value.get();
        let names = names.as_array().into_iter().flatten().filter_map(Value::as_str);
        names.collect::<Vec<_>>().join(", ")
    };
    let typed = move |names: &[&str]| {
        set.run(if names.is_empty() { "".into() } else { names.into() });
        Some(())
    };
    listed_field(title, example, written, typed, "")
}

/// Where paths end: one place, or several that are changed together.
fn receiver_field(title: &'static str, value: Signal<Value>, set: Callback<Value>) -> AnyView {
    let written = move || value.with(receiver_name).replace('+', ", ");
    let typed = move |places: &[&str]| {
        let receiver = receiver_of(&places.join("+"))?;
        // only places that the vocabulary has
        serde_json::from_value::<Several<Receiver>>(receiver.clone()).ok()?;
        set.run(receiver);
        Some(())
    };
    let wrong = "Write logits, or inputs of heads (L9H6_q, _k, _v, _pattern), of MLPs (L3_mlp_pre) or the residual stream \
                 (L3_resid_pre, _resid_mid, _resid_post), with commas between them.";
    listed_field(title, "logits, or L9H6_q, L9H9_q", written, typed, wrong)
}
