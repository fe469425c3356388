//! The choice of a model, with its shape, and of another one to compare it with.

use crate::state::{Catalog, Form};
use leptos::prelude::*;
use model::wire::{ApiError, ModelListing, Precision};

/// The field.
#[component]
pub fn ModelField(
    /// Opens the list of models.
    models: RwSignal<bool>,
) -> impl IntoView {
    let (form, catalog): (Form, Catalog) = (expect_context(), expect_context());
    let chosen = Memo::new(move |_| form.draft.with(|draft| draft.model.clone()));
    let precision = Memo::new(move |_| form.draft.with(|draft| draft.precision));
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
        let chosen = chosen.get();
        names.get().into_iter().map(|name| option(name, Some(&chosen))).collect_view()
    };
    let problem = move || {
        let listed = catalog.model(&chosen.get()).and_then(|model| model.problem);
        let failure = form.failure.get().filter(|f| f.code == "bad_model" && !is_of_other(f));
        failure.map(|f| f.message).or(checked(form, "model")).or(listed)
    };
    let shape = move || catalog.model(&chosen.get()).and_then(|model| shape(&model, precision.get()));
    let about = move || match problem() {
        Some(problem) => view! { <p class="bad" role="alert">{problem}</p> }.into_any(),
        None => view! { <p class="hint">{shape}</p> }.into_any(),
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
                on:change:target=move |event| form.draft.update(|draft| draft.choose_model(event.target().value()))
            >
                {options}
            </select>
            {about}
            <CompareWith />
        </div>
    }
}

/// The choice of the other model; nothing where there is none to choose.
#[component]
fn CompareWith() -> impl IntoView {
    let (form, catalog): (Form, Catalog) = (expect_context(), expect_context());
    let other = Memo::new(move |_| form.draft.with(|draft| draft.compare_with.clone()));
    let names = Memo::new(move |_| {
        let model = form.draft.with(|draft| draft.model.clone());
        let mut names = catalog.models.with(|models| comparable(models, &model));
        // that of a link, which may be one that this server does not list
        names.extend(other.get().filter(|other| !names.contains(other)));
        names
    });
    let options = move || {
        let other = other.get();
        names.get().into_iter().map(|name| option(name, other.as_ref())).collect_view()
    };
    let problem = move || {
        let failure = form.failure.get().filter(|f| f.code == "bad_model" && is_of_other(f));
        other.get().and_then(|_| failure.map(|f| f.message).or(checked(form, "compare_with")))
    };
    let choose = move |name: String| {
        form.draft.update(|draft| draft.compare_with = Some(name).filter(|name| !name.is_empty()));
    };
    move || {
        (!names.with(Vec::is_empty)).then(|| {
            view! {
                <div class="row compare-with">
                    <label for="compare-with">"Compare with"</label>
                    <select
                        id="compare-with"
                        aria-invalid=move || problem().is_some().to_string()
                        on:change:target=move |event| choose(event.target().value())
                    >
                        <option value="" selected=move || other.get().is_none()>
                            "none"
                        </option>
                        {options}
                    </select>
                </div>
                {move || problem().map(|problem| view! { <p class="bad" role="alert">{problem}</p> })}
            }
        })
    }
}

fn option(name: String, chosen: Option<&String>) -> impl IntoView + use<> {
    let selected = chosen == Some(&name);
    view! { <option value=name.clone() selected=selected>{name.clone()}</option> }
}

/// What the server's check says of a field.
fn checked(form: Form, field: &str) -> Option<String> {
    let check = form.check.get()?;
    check.checked.problems.iter().find(|p| p.field == field).map(|p| p.message.clone())
}

/// Whether the model that the server could not take is the one to compare with.
fn is_of_other(failure: &ApiError) -> bool {
    failure.problems.iter().any(|problem| problem.field == "compare_with")
}

/// Rows by which embeddings of one vocabulary may differ: some are padded, to a multiple that suits a GPU.
const PADDING: usize = 1000;

/// The models that `model` can be compared with: all others that can be loaded, but those known to have another
/// vocabulary.
fn comparable(models: &[ModelListing], model: &str) -> Vec<String> {
    let rows = |listed: &ModelListing| listed.info.as_ref().map(|info| info.d_vocab);
    let wanted = models.iter().find(|listed| listed.name == model).and_then(rows);
    let fits = |listed: &&ModelListing| {
        let known = rows(listed).zip(wanted);
        let fits = known.is_none_or(|(found, wanted)| found.abs_diff(wanted) < PADDING);
        listed.name != model && listed.problem.is_none() && fits
    };
    models.iter().filter(fits).map(|listed| listed.name.clone()).collect()
}

/// `4 layers × 8 heads · d_model 256 · f32 on cpu`.
fn shape(model: &ModelListing, precision: Precision) -> Option<String> {
    let info = model.info.as_ref()?;
    Some(format!(
        "{} layers × {} heads · d_model {} · {} on {}",
        info.n_layers,
        info.n_heads,
        info.d_model,
        precision.name(),
        info.device
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn models_of_another_vocabulary_are_not_offered() {
        let listed = |name: &str, rows: Option<usize>, problem: Option<&str>| {
            let info = rows.map(|rows| {
                json!({ "name": name, "n_layers": 1, "n_heads": 1, "d_model": 8, "d_vocab": rows, "device": "cpu",
                        "dtype": "f32", "fingerprint": "" })
            });
            let listing = json!({ "name": name, "source": "folder", "info": info, "n_ctx": null, "bos": null,
                                  "problem": problem });
            serde_json::from_value::<ModelListing>(listing).unwrap()
        };
        let models = [
            listed("small", Some(50_304), None),
            listed("large", Some(50_688), None),
            listed("another family", Some(32_000), None),
            listed("not read yet", None, None),
            listed("broken", None, Some("no weights")),
        ];
        assert_eq!(comparable(&models, "small"), ["large", "not read yet"]);
        assert_eq!(comparable(&models, "on the hub").len(), 4);
    }
}
