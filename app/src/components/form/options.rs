//! How the prompts are run: BOS, the weights, the analysis.

use crate::components::Token;
use crate::draft::{Input, KINDS, Kind, Setting};
use crate::state::{Catalog, Form};
use leptos::prelude::*;
use model::wire::Processing;

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
        Input::Flag => view! {
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
