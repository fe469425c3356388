//! A result: its figures in the middle, and at the right the head that is inspected or, while there is none, the
//! largest parts.

use crate::components::figures::{Figures, LargestParts};
use crate::components::inspector::{Inspector, PromptText};
use crate::components::{Missing, Status, Summary};
use crate::state::{RunStatus, Session};
use leptos::prelude::*;

/// The middle column.
#[component]
pub fn ResultPage() -> impl IntoView {
    let session: Session = expect_context();
    let missing = Memo::new(move |_| session.run.status.with(|status| *status == RunStatus::Missing));
    view! {
        <main class="figures" class:full=move || session.view.maximised.with(Option::is_some)>
            <Status />
            <Show when=move || !missing.get() fallback=|| view! { <Missing /> }>
                <Summary />
                <Figures />
            </Show>
        </main>
    }
}

/// The right column.
#[component]
pub fn Side() -> impl IntoView {
    let session: Session = expect_context();
    let inspecting = Memo::new(move |_| session.view.head.with(Option::is_some));
    let missing = move || session.run.status.with(|status| *status == RunStatus::Missing);
    view! {
        <Show
            when=move || inspecting.get() && !missing()
            fallback=|| view! { <aside class="side parts" aria-label="Largest parts"><LargestParts /><PromptText /></aside> }
        >
            <aside class="side inspector" aria-label="Inspector">
                <Inspector />
            </aside>
        </Show>
    }
}
