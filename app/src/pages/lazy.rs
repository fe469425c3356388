//! What is loaded when it is first shown. The code of the functions marked here, and of all that only they use, is cut
//! out of the page's module into another one: the start page comes without the figures' code.

#![allow(
    unsafe_code,
    clippy::unnecessary_wraps,
    reason = "what `wasm_split` asks of functions and makes of them"
)]

use crate::components::any::AnyResult;
use crate::components::any::compare::Comparison;
use crate::components::causal::{CausalResult, CausalSide};
use crate::components::figures::{Figures, LargestParts};
use crate::components::form;
use crate::components::inspector::{Inspector, PromptText};
use crate::components::later::{Loaded, once_loaded, once_opened};
use crate::components::models::ModelsDialog;
use crate::components::sides::TwoModels;
use crate::components::{PastRuns, Summary};
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;

/// The figures of an attribution.
#[wasm_split(figures, wasm_split_path = ::leptos::wasm_split, fallible, preload(load_figures))]
fn attribution_view() -> Loaded {
    Ok(view! { <Summary /><TwoModels /><Comparison /><Figures /> }.into_any())
}

/// The figures of a result of any other kind.
#[wasm_split(figures, wasm_split_path = ::leptos::wasm_split, fallible)]
fn any_view() -> Loaded {
    Ok(view! { <AnyResult /> }.into_any())
}

/// The right column while a head is selected.
#[wasm_split(figures, wasm_split_path = ::leptos::wasm_split, fallible)]
fn inspector_view() -> Loaded {
    Ok(view! { <Inspector /> }.into_any())
}

/// The right column while nothing is selected.
#[wasm_split(figures, wasm_split_path = ::leptos::wasm_split, fallible)]
fn parts_view() -> Loaded {
    Ok(view! { <LargestParts /><PromptText /> }.into_any())
}

/// The figures of a causal analysis.
#[wasm_split(figures, wasm_split_path = ::leptos::wasm_split, fallible)]
fn causal_view() -> Loaded {
    Ok(view! { <CausalResult /> }.into_any())
}

/// The right column of a causal analysis while no head is selected.
#[wasm_split(figures, wasm_split_path = ::leptos::wasm_split, fallible)]
fn pair_view() -> Loaded {
    Ok(view! { <CausalSide /> }.into_any())
}

/// The results looked at before.
#[wasm_split(figures, wasm_split_path = ::leptos::wasm_split, fallible)]
fn runs_view() -> Loaded {
    Ok(view! { <PastRuns /> }.into_any())
}

/// What is in the form: a module of its own, because the start page needs it and none of the figures.
#[wasm_split(form, wasm_split_path = ::leptos::wasm_split, fallible)]
fn fields_view(models: RwSignal<bool>) -> Loaded {
    Ok(view! { <form::Fields models /> }.into_any())
}

/// The models.
#[wasm_split(figures, wasm_split_path = ::leptos::wasm_split, fallible)]
fn models_view(open: RwSignal<bool>) -> Loaded {
    Ok(view! { <ModelsDialog open /> }.into_any())
}

/// `models_view`, once it is there, from when it is first opened.
#[component]
pub fn Models(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    once_opened(open, |open| Box::pin(models_view(open)))
}

/// `fields_view`, once it is there.
#[component]
pub fn Fields(
    /// Opens the list of models.
    models: RwSignal<bool>,
) -> impl IntoView {
    once_loaded(move || Box::pin(fields_view(models)))
}

/// `runs_view`, once it is there.
#[component]
pub fn Runs() -> impl IntoView {
    once_loaded(|| Box::pin(runs_view()))
}

/// `attribution_view`, once it is there.
#[component]
pub fn Attribution() -> impl IntoView {
    once_loaded(|| Box::pin(attribution_view()))
}

/// `any_view`, once it is there.
#[component]
pub fn OtherKind() -> impl IntoView {
    once_loaded(|| Box::pin(any_view()))
}

/// `causal_view`, once it is there.
#[component]
pub fn Causal() -> impl IntoView {
    once_loaded(|| Box::pin(causal_view()))
}

/// `pair_view`, once it is there.
#[component]
pub fn PairSide() -> impl IntoView {
    once_loaded(|| Box::pin(pair_view()))
}

/// `inspector_view`, once it is there.
#[component]
pub fn InspectorSide() -> impl IntoView {
    once_loaded(|| Box::pin(inspector_view()))
}

/// `parts_view`, once it is there.
#[component]
pub fn PartsSide() -> impl IntoView {
    once_loaded(|| Box::pin(parts_view()))
}

/// Fetches the code of the figures ahead of the first click, while the browser has nothing else to do.
pub fn fetch_ahead() {
    // a failure shows where the figures would be, if it lasts until then
    leptos::task::spawn_local(async { drop(load_figures().await) });
}
