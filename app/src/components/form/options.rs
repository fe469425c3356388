//! How the prompts are run: BOS, the weights, the analysis.

use super::setting::setting_field;
use crate::components::Token;
use crate::draft::{Input, KINDS, Kind, Setting};
use crate::state::{Catalog, Form};
use leptos::prelude::*;
use model::wire::{Precision, Processing};

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
    // on a CPU it only costs time: there it is asked for where a result came with it
    let offers_bf16 = Memo::new(move |_| {
        let (model, chosen) = form.draft.with(|draft| (draft.model.clone(), draft.precision));
        let on_gpu =
            catalog.model(&model).and_then(|model| model.info).is_some_and(|info| info.device != "cpu");
        on_gpu || chosen == Precision::Bf16
    });
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
            <Show when=move || offers_bf16.get()>
                <Bf16 />
            </Show>
            <AnalysisField />
        </div>
    }
}

/// Whether the blocks' products are in bf16.
#[component]
fn Bf16() -> impl IntoView {
    let form: Form = expect_context();
    let choose = move |bf16: bool| {
        form.draft.update(|draft| draft.precision = if bf16 { Precision::Bf16 } else { Precision::F32 });
    };
    view! {
        <label class="choice" title="The blocks' matrix products take factors rounded to bf16; everything else is f32">
            <input
                type="checkbox"
                prop:checked=move || form.draft.with(|draft| draft.precision == Precision::Bf16)
                on:change:target=move |event| choose(event.target().checked())
            />
            "Products in bf16"
            <small>"faster on a GPU"</small>
        </label>
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
