//! Views whose code is in the module that is loaded later: what they wait for, and what is said where it does not come.

use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;
use std::pin::Pin;

/// What a function that is split off gives back.
pub type Loaded = Result<AnyView, SplitLoaderError>;
/// Such a function's view on its way.
pub type Loading = Pin<Box<dyn Future<Output = Loaded> + Send>>;

/// A view whose code may not be here yet. Where it cannot be loaded, says so and offers to try again.
pub fn once_loaded(load: impl Fn() -> Loading + Send + 'static) -> AnyView {
    let tries = RwSignal::new(0);
    let attempt = move || {
        tries.track();
        let loading = load();
        Suspend::new(async move {
            loading.await.unwrap_or_else(|_| {
                view! {
                    <section class="missing" role="alert">
                        <h2>"A part of the page did not arrive"</h2>
                        <p>"The connection broke while its code was loading. Nothing is lost."</p>
                        <button type="button" class="primary" on:click=move |_| tries.update(|n| *n += 1)>
                            "Try again"
                        </button>
                    </section>
                }
                .into_any()
            })
        })
    };
    attempt.into_any()
}

/// The view from when `open` is first set.
pub fn once_opened(open: RwSignal<bool>, load: fn(RwSignal<bool>) -> Loading) -> AnyView {
    let wanted = Memo::new(move |before: Option<&bool>| before == Some(&true) || open.get());
    let view = move || wanted.get().then(|| once_loaded(move || load(open)));
    view.into_any()
}
