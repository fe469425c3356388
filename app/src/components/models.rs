//! The models: what can be loaded, its shape and size, what is in memory, and the way to load and unload it.

use super::dialog::show_while;
use crate::api;
use crate::chart::format::bytes;
use crate::state::{Catalog, Form};
use gloo_timers::future::TimeoutFuture;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::wire::{Memory, ModelListing, Residence};

/// Wait between two looks at the models while the dialog is open, in milliseconds.
const LOOK_MS: u32 = 1000;

/// The dialog.
#[component]
pub fn ModelsDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let catalog: Catalog = expect_context();
    let dialog = NodeRef::<Dialog>::new();
    show_while(open, dialog);
    let memory = RwSignal::new(None::<Memory>);
    let said = RwSignal::new(String::new());
    Effect::new(move || {
        if open.get() {
            spawn_local(async move {
                while open.try_get_untracked() == Some(true) {
                    catalog.refresh().await;
                    memory.try_set(api::memory().await.ok());
                    TimeoutFuture::new(LOOK_MS).await;
                }
            });
        }
    });
    let used =
        move || memory.get().map(|m| format!("{} of {} in use", bytes(m.used_bytes), bytes(m.budget_bytes)));
    let share = move || memory.get().map_or(0.0, |m| m.used_bytes as f64 / m.budget_bytes.max(1) as f64);
    view! {
        <dialog class="models" node_ref=dialog aria-label="Models" on:close=move |_| open.set(false)>
            <h2>"Models"</h2>
            <p class="hint">
                "A folder put below a folder of " <code>"--models"</code> " appears here. With " <code>"--allow-hub"</code>
                ", a name on the Hugging Face hub can be typed below. For room, the model that was used least recently goes."
            </p>
            <p class="row memory">
                <meter min="0" max="1" prop:value=share aria-label="Memory of loaded models"></meter>
                <span class="num">{used}</span>
            </p>
            <div class="table" role="region" aria-label="Models" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            {["model", "shape", "parameters", "on", "memory", "fingerprint"]
                                .map(|title| view! { <th scope="col">{title}</th> })
                                .into_iter()
                                .collect_view()}
                            <td></td>
                        </tr>
                    </thead>
                    <tbody>
                        {move || {
                            let models = catalog.models.get();
                            models.iter().map(|model| row(model.clone(), open, said)).collect_view()
                        }}
                    </tbody>
                </table>
            </div>
            <HubName open />
            <p class="bad" role="alert">{said}</p>
            <form method="dialog">
                <button class="line">"Close"</button>
            </form>
        </dialog>
    }
}

fn row(model: ModelListing, open: RwSignal<bool>, said: RwSignal<String>) -> impl IntoView {
    let form: Form = expect_context();
    let name = StoredValue::new(model.name.clone());
    let is_here = !model.loaded.is_empty();
    let state = model.loaded.iter().map(|loaded| match (loaded.state, loaded.in_use) {
        (Residence::Downloading, _) => "downloading",
        (Residence::Waiting, _) => "waiting for room",
        (Residence::Loading, _) => "loading",
        (Residence::Loaded, true) => "in use",
        (Residence::Loaded, false) => "loaded",
    });
    let state = state.collect::<Vec<_>>().join(", ");
    let size = if is_here { Some(model.loaded.iter().map(|l| l.bytes).sum()) } else { model.memory_bytes };
    let info = model.info.as_ref();
    let shape = info
        .map(|i| format!("{} × {} · d_model {} · d_vocab {}", i.n_layers, i.n_heads, i.d_model, i.d_vocab));
    let on = info.map(|i| format!("{} on {}", i.dtype, i.device));
    let fingerprint: String = info.map(|i| i.fingerprint.chars().take(12).collect()).unwrap_or_default();
    let choose = move |_| {
        form.draft.update(|draft| draft.choose_model(name.get_value()));
        open.set(false);
    };
    let change = move |_| {
        spawn_local(async move {
            let model = name.get_value();
            let answer = if is_here { api::unload(&model).await } else { api::load(&model).await };
            said.try_set(answer.err().map(|e| e.message).unwrap_or_default());
        });
    };
    view! {
        <tr>
            <th scope="row">
                <button type="button" class="link" title="Use it" on:click=choose>
                    {model.name}
                </button>
                {model.problem.map(|problem| view! { <small class="bad">{problem}</small> })}
            </th>
            <td>{shape}</td>
            <td class="num">{model.parameters.map(count)}</td>
            <td>{on}</td>
            <td class="num">{size.map(bytes)}</td>
            <td><code>{fingerprint}</code></td>
            <td class="row">
                <small>{state}</small>
                <button type="button" class="line" on:click=change>
                    {if is_here { "Unload" } else { "Load" }}
                </button>
            </td>
        </tr>
    }
}

/// A name that is not in the list.
#[component]
fn HubName(open: RwSignal<bool>) -> impl IntoView {
    let form: Form = expect_context();
    let name = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = name.get_untracked().trim().to_owned();
        if !typed.is_empty() {
            form.draft.update(|draft| draft.choose_model(typed));
            open.set(false);
        }
    };
    view! {
        <form class="row hub" on:submit=submit>
            <label for="hub-name">"Another model"</label>
            <input
                id="hub-name"
                type="text"
                placeholder="EleutherAI/pythia-410m"
                autocomplete="off"
                spellcheck="false"
                prop:value=name
                on:input:target=move |event| name.set(event.target().value())
            />
            <button class="line">"Use"</button>
        </form>
    }
}

/// `405 M`.
fn count(parameters: u64) -> String {
    let millions = parameters as f64 / 1e6;
    if millions >= 10.0 { format!("{millions:.0} M") } else { format!("{millions:.1} M") }
}
