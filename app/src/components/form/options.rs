//! How the prompts are run: BOS, the weights, the analysis.

use crate::components::Token;
use crate::draft::{Input, KINDS, Kind, Setting};
use crate::state::{Catalog, Form};
use leptos::prelude::*;
use model::wire::Processing;
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
        kind.map(|kind| kind.settings.iter().map(|setting| setting_field(form, setting)).collect_view())
    };
    view! {
        <fieldset class="analysis">
            <legend class="head">"Analysis"</legend>
            {KINDS.iter().map(kind).collect_view()}
        </fieldset>
        <div class="settings">{settings}</div>
    }
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
        Input::Count(least, _) => number(least, 0),
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

/// Where paths end. Of several receivers, as a script may ask for them, the first is shown and set.
fn receiver_field(title: &'static str, value: Signal<Value>, set: Callback<Value>) -> AnyView {
    const SITES: [(&str, &str); 5] = [
        ("logits", "the logits"),
        ("q", "a head’s queries"),
        ("k", "a head’s keys"),
        ("v", "a head’s values"),
        ("pattern", "a head’s pattern"),
    ];
    let first = move |value: &Value| value.as_array().and_then(|all| all.first()).unwrap_or(value).clone();
    let site = move || value.with(first)["site"].as_str().unwrap_or_default().to_owned();
    let number = move |name: &str| value.with(first)[name].as_u64().unwrap_or(0);
    let put = move |site: &str, layer: u64, head: u64| {
        let at_head = serde_json::json!({ "site": site, "layer": layer, "head": head });
        set.run(if site == "logits" { serde_json::json!({ "site": site }) } else { at_head });
    };
    let option = move |(name, title): (&'static str, &'static str)| {
        view! { <option value=name selected=move || site() == name>{title}</option> }
    };
    let field = move |name: &'static str, title: &'static str| {
        let changed = move |typed: String| {
            let typed = typed.trim().parse().unwrap_or(0);
            let (layer, head) = untrack(|| (number("layer"), number("head")));
            let (layer, head) = if name == "layer" { (typed, head) } else { (layer, typed) };
            put(&untrack(site), layer, head);
        };
        view! {
            <label class="setting">
                {title}
                <input
                    type="number"
                    min="0"
                    step="1"
                    prop:value=move || number(name).to_string()
                    on:change:target=move |event| changed(event.target().value())
                />
            </label>
        }
    };
    view! {
        <label class="setting">
            {title}
            <select on:change:target=move |event| {
                put(&event.target().value(), untrack(|| number("layer")), untrack(|| number("head")));
            }>{SITES.map(option).into_iter().collect_view()}</select>
        </label>
        <Show when=move || site() != "logits">
            {field("layer", "Layer of the head")}
            {field("head", "Head")}
        </Show>
    }
    .into_any()
}
