//! The choice of a model, with its shape.

use crate::state::{Catalog, Form};
use leptos::prelude::*;
use model::wire::ModelListing;

/// The field.
#[component]
pub fn ModelField(
    /// Opens the list of models.
    models: RwSignal<bool>,
) -> impl IntoView {
    let (form, catalog): (Form, Catalog) = (expect_context(), expect_context());
    let chosen = Memo::new(move |_| form.draft.with(|draft| draft.model.clone()));
    let names = Memo::new(move |_| {
        let mut names: Vec<String> =
            catalog.models.with(|models| models.iter().map(|m| m.name.clone()).collect());
        // the model of a link may be one that this server does not list
        let chosen = chosen.get();
        if !names.contains(&chosen) {
            names.push(chosen);
        }
        names
    });
    let options = move || {
        let option = |name: String| {
            let selected = name == chosen.get();
            view! { <option value=name.clone() selected=selected>{name.clone()}</option> }
        };
        names.get().into_iter().map(option).collect_view()
    };
    let problem = move || {
        let listed = catalog.model(&chosen.get()).and_then(|model| model.problem);
        let failure = form.failure.get().filter(|f| f.code == "bad_model").map(|f| f.message);
        let checked = form.check.get().and_then(|check| {
            check.checked.problems.iter().find(|p| p.field == "model").map(|p| p.message.clone())
        });
        failure.or(checked).or(listed)
    };
    let about = move || match problem() {
        Some(problem) => view! { <p class="bad" role="alert">{problem}</p> }.into_any(),
        None => view! { <p class="hint">{move || catalog.model(&chosen.get()).and_then(|m| shape(&m))}</p> }
            .into_any(),
    };
    view! {
        <div class="model field">
            <div class="row">
                <label class="head" for="model">"Model"</label>
                <button type="button" class="edit push" on:click=move |_| models.set(true)>"All models"</button>
            </div>
            <select
                id="model"
                aria-invalid=move || problem().is_some().to_string()
                on:change:target=move |event| form.draft.update(|draft| draft.model = event.target().value())
            >
                {options}
            </select>
            {about}
        </div>
    }
}

/// `4 layers × 8 heads · d_model 256 · f32 on cpu`.
fn shape(model: &ModelListing) -> Option<String> {
    let info = model.info.as_ref()?;
    Some(format!(
        "{} layers × {} heads · d_model {} · {} on {}",
        info.n_layers, info.n_heads, info.d_model, info.dtype, info.device
    ))
}
