//! How the prompts are run: BOS, the weights, the analysis.

use crate::components::Token;
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
            <fieldset class="analysis">
                <legend class="head">"Analysis"</legend>
                <label class="choice">
                    <input type="radio" name="analysis" checked=true />
                    "Attribution"
                    <small>"layers, heads"</small>
                </label>
            </fieldset>
        </div>
    }
}
