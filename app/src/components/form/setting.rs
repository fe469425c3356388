//! One setting of an analysis as a field of the form.

use super::listed::{names_field, receiver_field, some_field};
use crate::draft::{Input, Setting};
use crate::state::Form;
use leptos::prelude::*;
use serde_json::Value;

/// What a setting is, and what becomes of what is typed.
#[derive(Clone, Copy)]
struct Field {
    title: &'static str,
    value: Signal<Value>,
    set: Callback<Value>,
}

/// The field.
pub(super) fn setting_field(form: Form, setting: &'static Setting) -> AnyView {
    let value = move || {
        let set = form.draft.with(|draft| draft.settings().get(setting.name).cloned());
        set.unwrap_or_else(|| setting.input.default())
    };
    let set = move |value: Value| form.draft.update(|draft| draft.set(setting.name, value));
    let field = Field { title: setting.title, value: Signal::derive(value), set: Callback::new(set) };
    let Field { title, value, set } = field;
    match setting.input {
        Input::Flag | Input::FlagOn => field.flag(),
        Input::AnyOf(choices) => some_field(title, choices, value, set),
        Input::Receiver => receiver_field(title, value, set),
        Input::Names(example) => names_field(title, example, value, set),
        Input::Count(least, _) => field.count(least, 0),
        Input::CountWhere(..) => field.count(0, 0),
        // counted from 1 on the page
        Input::Prompt => field.count(1, 1),
        Input::Number(default, step) => field.number(default, step),
        Input::Text(example, problem) => field.text(example, problem),
        Input::Choice(choices) => field.choice(choices),
    }
}

impl Field {
    fn flag(self) -> AnyView {
        let Self { title, value, set } = self;
        view! {
            <label class="choice">
                <input
                    type="checkbox"
                    prop:checked=move || value.get().as_bool().unwrap_or_default()
                    on:change:target=move |event| set.run(event.target().checked().into())
                />
                {title}
            </label>
        }
        .into_any()
    }

    /// A whole number, shown `shift` larger than it is.
    fn count(self, least: usize, shift: usize) -> AnyView {
        let Self { title, value, set } = self;
        view! {
            <label class="setting">
                {title}
                <input
                    type="number"
                    min=least
                    step="1"
                    prop:value=move || value.get().as_u64().map(|v| (v as usize + shift).to_string())
                    on:change:target=move |event| {
                        let typed = event.target().value().trim().parse::<usize>().unwrap_or(least);
                        set.run(typed.max(least).saturating_sub(shift).into());
                    }
                />
            </label>
        }
        .into_any()
    }

    fn number(self, default: f64, step: f64) -> AnyView {
        let Self { title, value, set } = self;
        view! {
            <label class="setting">
                {title}
                <input
                    type="number"
                    step=step
                    prop:value=move || value.get().as_f64().map(|v| v.to_string())
                    on:change:target=move |event| {
                        set.run(event.target().value().trim().parse::<f64>().unwrap_or(default).into());
                    }
                />
            </label>
        }
        .into_any()
    }

    fn text(self, example: &'static str, problem: fn(&str) -> Option<String>) -> AnyView {
        let Self { title, value, set } = self;
        let typed = move || value.get().as_str().unwrap_or_default().to_owned();
        let wrong = Memo::new(move |_| problem(&typed()));
        view! {
            <label class="setting" class:invalid=move || wrong.with(Option::is_some)>
                {title}
                <input
                    type="text"
                    placeholder=example
                    spellcheck="false"
                    aria-invalid=move || wrong.with(Option::is_some).then_some("true")
                    prop:value=typed
                    on:input:target=move |event| set.run(event.target().value().into())
                />
            </label>
            {move || wrong.get().map(|text| view! { <p class="hint bad">{text}</p> })}
        }
        .into_any()
    }

    fn choice(self, choices: &'static [(&'static str, &'static str)]) -> AnyView {
        let Self { title, value, set } = self;
        let option = |(name, title): &'static (&str, &str)| {
            view! { <option value=*name selected=move || value.get() == *name>{*title}</option> }
        };
        view! {
            <label class="setting">
                {title}
                <select on:change:target=move |event| set.run(event.target().value().into())>
                    {choices.iter().map(option).collect_view()}
                </select>
            </label>
        }
        .into_any()
    }
}
