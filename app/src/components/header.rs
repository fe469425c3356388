//! The bar at the top: where one is, Share, the theme, the shortcuts.

use super::figures::icons::Icon;
use super::icons::{LINK, MARK, THEME};
use crate::state::{RunStatus, Session, Theme, storage};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::wire::Experiment;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// How long Share says what it did, in milliseconds.
const SAID_MS: u32 = 2500;

/// The bar.
#[component]
pub fn Header(
    /// Opens the list of shortcuts.
    help: RwSignal<bool>,
) -> impl IntoView {
    let session: Session = expect_context();
    let home = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        session.close();
    };
    let has_result = move || session.run.id.with(Option::is_some);
    view! {
        <header class="bar">
            <a class="brand" href="/" on:click=home>
                <Icon path=MARK />
                "hooklens"
            </a>
            <Crumbs />
            <div class="row push">
                <Show when=has_result>
                    <Share />
                    <Export />
                </Show>
                <a class="docs" href="/docs/" target="_blank">"Docs"</a>
                <ThemeSwitch />
                <button
                    type="button"
                    class="icon wide"
                    aria-label="Keyboard shortcuts"
                    title="Keyboard shortcuts"
                    on:click=move |_| help.set(true)
                >
                    "?"
                </button>
            </div>
        </header>
    }
}

/// What is on the page, in three words.
#[component]
fn Crumbs() -> impl IntoView {
    let session: Session = expect_context();
    let crumbs = move || {
        let experiment = session.run.experiment.get()?;
        Some(names(&experiment).map(|name| view! { <span>{name}</span> }).into_iter().collect_view())
    };
    view! { <p class="crumbs">{crumbs}</p> }
}

/// Model, or one against the other, prompts and analysis of an experiment, for people.
pub fn names(experiment: &Experiment) -> [String; 3] {
    let (model, other) = model_names(experiment);
    let model = other.map_or(model.clone(), |other| format!("{model} against {other}"));
    [model, crate::draft::prompts_name(&experiment.prompts), experiment.analysis.kind().replace('_', " ")]
}

/// What an experiment's model and the one it is compared with are called: without the folder or the owner, unless only
/// that tells them apart.
pub fn model_names(experiment: &Experiment) -> (String, Option<String>) {
    let short = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let (model, other) = (&experiment.model, experiment.compare_with.as_ref());
    match other {
        Some(other) if short(other) == short(model) => (model.clone(), Some(other.clone())),
        _ => (short(model), other.map(|other| short(other))),
    }
}

/// Copies the address, which is the link, and says so.
#[component]
fn Share() -> impl IntoView {
    let session: Session = expect_context();
    let said = RwSignal::new("");
    let share = move |_| {
        spawn_local(async move {
            let copied = copy(&window().location().href().unwrap_or_default()).await;
            said.set(if copied { "Link copied" } else { "Copy the address from the address bar" });
            TimeoutFuture::new(SAID_MS).await;
            let _ = said.try_set("");
        });
    };
    let unfinished = move || session.run.status.with(|status| matches!(status, RunStatus::Missing));
    view! {
        <span class="said" role="status">{said}</span>
        <button type="button" on:click=share disabled=unfinished>
            <Icon path=LINK />
            "Share"
        </button>
    }
}

/// The whole result as a file, once it is finished.
#[component]
fn Export() -> impl IntoView {
    let session: Session = expect_context();
    let done = move || session.run.status.with(|status| matches!(status, RunStatus::Done { .. }));
    let address = move |file: &'static str| {
        move || session.run.id.get().filter(|_| done()).map(|id| format!("/api/results/{id}{file}"))
    };
    view! {
        <details class="menu export" hidden=move || !done()>
            <summary>"Export"</summary>
            <div>
                <a href=address("/page.html") download>"One HTML file"</a>
                <a href=address("/notebook.ipynb") download>"Jupyter notebook"</a>
                <a href=address("") target="_blank">"JSON"</a>
            </div>
        </details>
    }
}

/// Puts text into the clipboard. On plain HTTP from another machine there is no clipboard interface; there the text
/// goes through a selected field.
async fn copy(text: &str) -> bool {
    let navigator = window().navigator();
    let has_clipboard =
        js_sys::Reflect::get(&navigator, &JsValue::from("clipboard")).is_ok_and(|c| c.is_object());
    if has_clipboard && JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok() {
        return true;
    }
    copy_by_selection(text).unwrap_or(false)
}

fn copy_by_selection(text: &str) -> Option<bool> {
    let document = document();
    let field: web_sys::HtmlTextAreaElement = document.create_element("textarea").ok()?.dyn_into().ok()?;
    field.set_value(text);
    field.set_class_name("unseen");
    document.body()?.append_child(&field).ok()?;
    field.select();
    let command = js_sys::Reflect::get(&document, &JsValue::from("execCommand")).ok()?;
    let done = command.dyn_ref::<js_sys::Function>()?.call1(&document, &JsValue::from("copy"));
    field.remove();
    Some(done.is_ok_and(|done| done.is_truthy()))
}

/// Goes round system, light, dark.
#[component]
fn ThemeSwitch() -> impl IntoView {
    let theme: Theme = expect_context();
    let name = move || format!("Theme: {}", theme.scheme.get().name());
    let next = move |_| {
        theme.scheme.update(|scheme| *scheme = scheme.next());
        storage::save(storage::THEME, &theme.scheme.get_untracked().name());
    };
    view! {
        <button type="button" class="icon" aria-label=name title=name on:click=next>
            <Icon path=THEME />
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn named(model: &str, other: Option<&str>) -> String {
        let analysis = json!({ "kind": "attribution" });
        let experiment =
            json!({ "model": model, "compare_with": other, "prompts": [], "analysis": analysis });
        let [model, ..] = names(&serde_json::from_value(experiment).unwrap());
        model
    }

    #[test]
    fn two_models_are_named_so_that_they_are_told_apart() {
        assert_eq!(named("EleutherAI/pythia-410m", None), "pythia-410m");
        assert_eq!(named("demo", Some("mine/demo-negative")), "demo against demo-negative");
        assert_eq!(named("one/demo", Some("two/demo")), "one/demo against two/demo");
    }
}
