//! Settings that are lists: boxes to check, and places or names with commas between them.

use crate::components::causal::asked::{receiver_name, receiver_of};
use leptos::prelude::*;
use model::wire::{Receiver, Several};
use serde_json::Value;

/// Boxes of which at least one stays checked.
pub(super) fn some_field(
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

/// Names of positions; none is all of them.
pub(super) fn names_field(
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
pub(super) fn receiver_field(title: &'static str, value: Signal<Value>, set: Callback<Value>) -> AnyView {
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
