//! The options of the built-in set that is chosen, as the server lists them.

use crate::draft::Source;
use crate::state::{Catalog, Form};
use leptos::prelude::*;
use model::wire::{SetListing, SetOption, SetOptionKind};
use serde_json::Value;

/// The options; nothing for a set without any, and for own prompts.
#[component]
pub fn SetOptions() -> impl IntoView {
    let (form, catalog): (Form, Catalog) = (expect_context(), expect_context());
    let chosen = Memo::new(move |_| {
        let Source::Set(name) = form.draft.with(|draft| draft.source.clone()) else { return None };
        catalog.sets.with(|sets| sets.iter().find(|set| set.name == name).cloned())
    });
    let fields = move |SetListing { name, options, .. }| {
        options.into_iter().map(|option| option_field(form, &name, option)).collect_view()
    };
    let none = move || chosen.with(|set| set.as_ref().is_none_or(|set| set.options.is_empty()));
    view! {
        <div class="set-options" role="group" aria-label="Options of the set" hidden=none>
            {move || chosen.get().map(fields)}
        </div>
    }
}

fn option_field(form: Form, set: &str, option: SetOption) -> AnyView {
    let SetOption { name, title, kind, default, choices, least } = option;
    let key = StoredValue::new((set.to_owned(), name.clone()));
    let default = StoredValue::new(default);
    let value = move || {
        let (set, name) = key.get_value();
        form.draft
            .with(|draft| draft.set_options(&set).get(&name).cloned())
            .unwrap_or_else(|| default.get_value())
    };
    let assign = move |value: Value| {
        let value = if value == default.get_value() { Value::Null } else { value };
        let (set, name) = key.get_value();
        form.draft.update(|draft| draft.set_option(&set, &name, value));
    };
    let field = match kind {
        SetOptionKind::Number => {
            let least = least.unwrap_or(0);
            let typed = move |text: String| match text.trim().parse::<u64>() {
                Ok(number) => number.max(least as u64).into(),
                Err(_) => Value::Null,
            };
            view! {
                <input
                    type="number"
                    min=least
                    step="1"
                    prop:value=move || value().to_string()
                    on:change:target=move |event| assign(typed(event.target().value()))
                />
            }
            .into_any()
        }
        SetOptionKind::Choice => {
            let choice = |choice: String| {
                let selected = {
                    let choice = choice.clone();
                    move || value() == choice.as_str()
                };
                let title = choice.clone();
                view! { <option value=choice selected=selected>{title}</option> }
            };
            view! {
                <select on:change:target=move |event| assign(event.target().value().into())>
                    {choices.into_iter().map(choice).collect_view()}
                </select>
            }
            .into_any()
        }
        SetOptionKind::Text => {
            let list = format!("choices-of-{name}");
            let shown = move || value().as_str().unwrap_or_default().to_owned();
            let typed = |text: String| match text.trim() {
                "" => Value::Null,
                text => text.into(),
            };
            view! {
                <input
                    type="text"
                    list=list.clone()
                    spellcheck="false"
                    autocomplete="off"
                    placeholder="none"
                    prop:value=shown
                    on:change:target=move |event| assign(typed(event.target().value()))
                />
                <datalist id=list>
                    {choices.into_iter().map(|choice| view! { <option value=choice></option> }).collect_view()}
                </datalist>
            }
            .into_any()
        }
    };
    view! { <label class="setting">{title} {field}</label> }.into_any()
}
