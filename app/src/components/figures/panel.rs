//! The frame that all figures share: title and unit, one line that says what it is, and what can be done with it.

use super::export::{self, Format, Picture};
use super::icons::{CLOSE, COPY, Icon, MAXIMISE, SAVE, TABLE};
use super::table::TableView;
use super::take_away::{Method, TakeAway};
use crate::state::ViewState;
use leptos::prelude::*;
use model::table::Table;
use model::wire::Figure;
use std::sync::Arc;

/// What a figure is called and says of itself.
#[derive(Clone)]
pub struct Heading {
    /// Its name in the contract, such as `logit_lens`.
    pub name: String,
    /// Its title on the page.
    pub title: String,
    /// The unit of its numbers.
    pub unit: &'static str,
}

impl Heading {
    /// A heading of these words.
    pub fn new(name: &str, title: &str, unit: &'static str) -> Self {
        Self { name: name.to_owned(), title: title.to_owned(), unit }
    }
}

/// A figure with its tools. The picture stays in place, hidden, while the table is shown.
#[component]
pub fn FigurePanel(
    /// Names and unit.
    heading: Heading,
    /// One line under the title.
    #[prop(into)]
    caption: Signal<String>,
    /// The figure, for the export as JSON.
    #[prop(into)]
    figure: Signal<Option<Arc<Figure>>>,
    /// Its numbers.
    #[prop(into)]
    table: Signal<Table>,
    /// Makes the picture to save.
    picture: Picture,
    /// The key, and switches, beside the title.
    #[prop(into)]
    beside: ViewFn,
    /// The picture.
    children: Children,
) -> impl IntoView {
    let view: ViewState = expect_context();
    let Heading { name, title, unit } = heading;
    let key = StoredValue::new(name.clone());
    let is_table = Signal::derive(move || key.with_value(|name| view.is_table(name)));
    let is_maximised =
        Signal::derive(move || key.with_value(|name| view.maximised.get().as_ref() == Some(name)));
    let maximise = move |_| {
        view.maximised.set((!is_maximised.get_untracked()).then(|| key.get_value()));
    };
    let shown_title = title.clone();
    let said = RwSignal::new("");
    view! {
        <section
            class="figure"
            id=name.clone()
            data-figure=name
            class:maximised=is_maximised
            aria-busy=move || figure.with(Option::is_none).to_string()
        >
            <header>
                <h2>{shown_title} <small>{unit}</small></h2>
                {move || beside.run()}
                <span class="tools">
                    <button
                        type="button"
                        class="icon"
                        title="Show as a table"
                        aria-label="Show as a table"
                        aria-pressed=move || is_table.get().to_string()
                        on:click=move |_| key.with_value(|name| view.toggle_table(name))
                    >
                        <Icon path=TABLE />
                    </button>
                    <span class="said" role="status">{said}</span>
                    <CopyButton table said />
                    <SaveMenu name=key figure picture said />
                    <button
                        type="button"
                        class="icon"
                        title=move || if is_maximised.get() { "Back to the others" } else { "Maximise" }
                        aria-label="Maximise"
                        aria-pressed=move || is_maximised.get().to_string()
                        on:click=maximise
                    >
                        {move || view! { <Icon path=if is_maximised.get() { CLOSE } else { MAXIMISE } /> }}
                    </button>
                </span>
            </header>
            <p class="caption">{caption} " " <Method /></p>
            <div class="plot" hidden=is_table>{children()}</div>
            {move || is_table.get().then(|| view! { <TableView title=title.clone() table=table.get() /> })}
        </section>
    }
}

/// Says something for a moment.
fn say(said: RwSignal<&'static str>, words: &'static str) {
    said.try_set(words);
    let silence = move || {
        said.try_set("");
    };
    set_timeout(silence, std::time::Duration::from_secs(2));
}

/// Copies the numbers.
#[component]
fn CopyButton(table: Signal<Table>, said: RwSignal<&'static str>) -> impl IntoView {
    let copy = move |_| {
        let text = table.with_untracked(Table::to_tsv);
        export::copy(text, move |done| say(said, if done { "Copied" } else { export::NO_CLIPBOARD }));
    };
    view! {
        <button type="button" class="icon" title="Copy as TSV" aria-label="Copy as TSV" on:click=copy>
            <Icon path=COPY />
        </button>
    }
}

/// Offers the picture, its numbers and what the server makes of them.
#[component]
fn SaveMenu(
    name: StoredValue<String>,
    figure: Signal<Option<Arc<Figure>>>,
    picture: Picture,
    said: RwSignal<&'static str>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let entry = move |format: Format| {
        let save = move |_| {
            open.set(false);
            export::save(name.get_value(), format, figure.get_untracked(), picture);
        };
        view! { <button type="button" on:click=save>{format.title()}</button> }
    };
    view! {
        <details class="menu" prop:open=open on:toggle=move |event| open.set(export::is_open(&event))>
            <summary class="icon" title="Save" aria-label="Save">
                <Icon path=SAVE />
            </summary>
            <div>
                {Format::ALL.map(entry).into_iter().collect_view()}
                <TakeAway
                    figure
                    said=Callback::new(move |words| say(said, words))
                    close=Callback::new(move |()| open.set(false))
                />
            </div>
        </details>
    }
}
