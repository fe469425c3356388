//! The page: one screen that is the start page until there is a result on it.

pub mod examples;
pub mod lazy;
pub mod result;
pub mod start;

use crate::components::figures::screen::Screen;
use crate::components::form::ExperimentForm;
use crate::components::{Header, Help, Shortcuts};
use crate::link::{Palette, Place, View};
use crate::state::{Ablations, Catalog, Form, Heads, Scheme, Session, Theme, address, storage};
use leptos::prelude::*;
use result::{ResultPage, Side};
use start::StartPage;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

/// The whole page. Provides every state as a context.
#[component]
pub fn App() -> impl IntoView {
    let view = match address::here() {
        Place::Result(link) => link.view,
        Place::Start => View::default(),
    };
    let session = Session::new(view);
    let theme = theme();
    provide_context(session);
    provide_context(session.run);
    provide_context(session.view);
    provide_context(theme);
    dress(theme, session);
    Screen::provide();
    provide_context(Heads::new());
    provide_context(Ablations::default());
    provide_context(Catalog::fetch());
    address::keep_in_step(session);
    let form = Form::new();
    provide_context(form);
    // a result that is opened brings its experiment into the form
    Effect::new(move || {
        if let Some(experiment) = session.run.experiment.get()
            && form.experiment_untracked().as_ref() != Some(&*experiment)
        {
            form.draft.update(|draft| draft.adopt(&experiment));
        }
    });

    let (help, models) = (RwSignal::new(false), RwSignal::new(false));
    let in_result = Memo::new(move |_| session.run.id.with(Option::is_some));
    request_idle_callback(lazy::fetch_ahead);
    Effect::new(move || {
        in_result.track();
        window().scroll_to_with_x_and_y(0.0, 0.0);
    });
    view! {
        <Shortcuts help />
        <Header help />
        <div class="bench" data-page=move || if in_result.get() { "result" } else { "start" }>
            <Show when=move || !in_result.get()>
                <StartPage />
            </Show>
            <ExperimentForm models below=|| view! { <lazy::Runs /> } />
            <Show when=move || in_result.get()>
                <ResultPage />
                <Side />
            </Show>
        </div>
        <Help open=help />
        <lazy::Models open=models />
    }
}

/// The theme that was stored, following the system.
fn theme() -> Theme {
    let scheme =
        storage::load::<String>(storage::THEME).map_or(Scheme::System, |name| Scheme::from_name(&name));
    let query = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
    let theme = Theme::new(scheme, query.as_ref().is_some_and(web_sys::MediaQueryList::matches));
    if let Some(query) = query {
        let asked = query.clone();
        let changed = Closure::<dyn Fn()>::new(move || theme.system_dark.set(asked.matches()));
        query.set_onchange(Some(changed.as_ref().unchecked_ref()));
        // lives as long as the page
        changed.forget();
    }
    theme
}

/// Tells the style sheet the theme and the palette, at once and whenever they change.
fn dress(theme: Theme, session: Session) {
    let set = |name: &str, value: &str| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute(name, value);
        }
    };
    let dress = move || {
        set("data-theme", if theme.is_dark() { "dark" } else { "light" });
        let palette = match session.view.palette.get() {
            Palette::RedBlue => "red-blue",
            Palette::OrangePurple => "orange-purple",
        };
        set("data-palette", palette);
    };
    untrack(dress);
    Effect::new(dress);
    Effect::new(move || {
        let named =
            session.run.experiment.with(|e| e.as_ref().map(|e| crate::components::names(e).join(" · ")));
        document().set_title(&named.map_or("hooklens".to_owned(), |named| format!("{named} · hooklens")));
    });
}
