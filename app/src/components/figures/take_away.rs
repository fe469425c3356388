//! What the server makes of a stored figure: its numbers as a file, the Python that reproduces it, a frame for another
//! page. Links and texts; nothing is computed here.

use super::export;
use crate::api;
use crate::state::{RunState, RunStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::wire::Figure;
use std::sync::Arc;

/// Where a figure of a finished run is on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stored {
    id: String,
    /// Escaped for a path.
    name: String,
    /// `?prompt=N`, or nothing.
    prompt: String,
}

impl Stored {
    /// None while the run goes on, and for what this page made of two results.
    fn of(run: RunState, figure: &Figure) -> Option<Self> {
        let is_done = run.status.with(|status| matches!(status, RunStatus::Done { .. }));
        let is_stored = is_done && run.figure(&figure.name, figure.prompt).with(Option::is_some);
        is_stored.then(|| run.id.get()).flatten().map(|id| Self {
            id,
            name: js_sys::encode_uri_component(&figure.name).into(),
            prompt: figure.prompt.map(|prompt| format!("?prompt={prompt}")).unwrap_or_default(),
        })
    }

    fn file(&self, ending: &str) -> String {
        format!("/api/results/{}/figures/{}.{ending}{}", self.id, self.name, self.prompt)
    }

    fn python(&self) -> String {
        let prompt = self.prompt.replace('?', "&");
        format!("/api/results/{}/transformerlens?figure={}{prompt}", self.id, self.name)
    }

    fn frame(&self) -> String {
        let origin = window().location().origin().unwrap_or_default();
        let prompt = self.prompt.replace('?', "&");
        let address = format!("{origin}/embed/{}?figure={}{prompt}", self.id, self.name);
        format!("<iframe src=\"{address}\" width=\"800\" height=\"400\" style=\"border:0\"></iframe>")
    }
}

/// The address of a stored figure as a file of the server's; none while there is no stored figure.
pub fn stored_address(run: RunState, figure: &Figure, ending: &str) -> Option<String> {
    untrack(|| Stored::of(run, figure)).map(|stored| stored.file(ending))
}

/// Entries of a figure's menu.
#[component]
pub fn TakeAway(
    /// The figure.
    figure: Signal<Option<Arc<Figure>>>,
    /// Says what happened, for a moment.
    said: Callback<&'static str>,
    /// Closes the menu.
    close: Callback<()>,
) -> impl IntoView {
    let run: RunState = expect_context();
    let stored = Memo::new(move |_| Stored::of(run, figure.get()?.as_ref()));
    let copied = move |text: String| {
        export::copy(text, move |done| said.run(if done { "Copied" } else { export::NO_CLIPBOARD }));
    };
    let python = move |_| {
        close.run(());
        let Some(address) = stored.get_untracked().map(|s| s.python()) else { return };
        spawn_local(async move {
            match api::text(&address).await {
                Ok(text) => copied(text),
                Err(_) => said.run("The server did not answer"),
            }
        });
    };
    let frame = move |_| {
        close.run(());
        stored.get_untracked().into_iter().for_each(|s| copied(s.frame()));
    };
    move || {
        stored.get().map(|stored| {
            view! {
                <a href=stored.file("csv") download on:click=move |_| close.run(())>"CSV"</a>
                <hr />
                <button type="button" on:click=python>"Copy as TransformerLens"</button>
                <button type="button" on:click=frame>"Copy as a frame"</button>
            }
        })
    }
}

/// The way to the page about the method of the run's analysis.
#[component]
pub fn Method() -> impl IntoView {
    let run: RunState = expect_context();
    let address = move || run.experiment.with(|e| e.as_ref().map(|e| format!("/docs/{}", e.analysis.kind())));
    view! { <a class="method" href=address target="_blank">"Method"</a> }
}
