//! A result of any kind: its figures as they came, each drawn by the kind of its numbers, so that a new analysis is on
//! the page without code of its own. What a kind has beyond that stands in a file of its own ([`answers`], [`lens`]).

pub mod answers;
pub mod cells;
pub mod chart;
pub mod compare;
pub mod continuation;
pub mod explain;
pub mod lens;
pub mod matrix;
pub mod prompts;
pub mod scalars;
pub mod shown;
pub mod tokens;

use super::attention::{self, AttentionGrid};
use super::figures::export::{Address, Format, Picture, svg_address};
use super::figures::lines::Source;
use super::figures::panel::{FigurePanel, Heading};
use super::figures::screen::Screen;
use super::figures::take_away::stored_address;
use super::sides::TwoModels;
use crate::api;
use crate::heatmap::Renderer;
use crate::state::{RunState, ViewState};
use explain::explain;
use leptos::prelude::*;
use leptos::task::spawn_local;
use model::table::Table;
use model::wire::FigureData;
use prompts::{PromptPicker, shown_prompt};
use std::rc::Rc;

/// All figures that belong to no prompt or to the selected one.
#[component]
pub fn AnyResult() -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    Screen::provide();
    // a GPU takes a moment to answer: asked now, it is there when the first numbers are
    spawn_local(async { drop(Renderer::shared().await) });
    let keys = Memo::new(move |_| {
        let shown = shown_prompt(run, view);
        let keys = run.figures.get().into_iter();
        let shown = keys.filter(|(_, prompt)| prompt.is_none() || *prompt == shown);
        // these stand in a figure beside them, and are its table
        let parts = [lens::TOKENS, attention::SCORES];
        shown.filter(|(name, _)| !parts.contains(&name.as_str())).collect::<Vec<_>>()
    });
    // the attention grid shows the tokens of its only prompt itself
    let has_grid = Memo::new(move |_| keys.with(|keys| keys.iter().any(|(name, _)| name == attention::NAME)));
    view! {
        <TwoModels />
        <compare::Comparison />
        <answers::Answers />
        <Show when=move || !has_grid.get()>
            <PromptPicker />
        </Show>
        <For each=move || keys.get() key=Clone::clone let:key>
            <AnyFigure figure=run.figure(&key.0, key.1) />
        </For>
    }
}

/// One figure, by the kind of its numbers.
#[component]
pub fn AnyFigure(
    /// The figure; its kind is that of the first numbers.
    figure: Source,
) -> impl IntoView {
    let Some(first) = figure.get_untracked() else { return ().into_any() };
    match &first.data {
        FigureData::Heatmap { .. } if first.name == lens::GRID => {
            view! { <lens::TokenGrid figure /> }.into_any()
        }
        FigureData::Heatmap { .. } => view! { <matrix::Matrix figure /> }.into_any(),
        FigureData::Line { .. } | FigureData::Scatter { .. } => {
            view! { <chart::AnyChart figure /> }.into_any()
        }
        FigureData::Table { .. } if first.name == continuation::NAME => {
            view! { <continuation::Continuation figure /> }.into_any()
        }
        FigureData::Table { .. } => view! { <tokens::AnyTable figure /> }.into_any(),
        FigureData::Scalars { .. } => view! { <scalars::Scalars figure /> }.into_any(),
        FigureData::Tensor { .. } if first.name == attention::NAME => {
            view! { <AttentionGrid run=expect_context() prompt=first.prompt /> }.into_any()
        }
        FigureData::Tensor { .. } => view! { <scalars::Shape figure /> }.into_any(),
    }
}

/// The frame of a figure of this folder: its title, what it is, its numbers as a table.
#[component]
fn Frame(
    figure: Source,
    /// Another figure whose numbers are its table.
    #[prop(optional)]
    numbers: Option<Source>,
    children: Children,
) -> impl IntoView {
    let run: RunState = expect_context();
    let (heading, caption) = heading(run, figure);
    let numbers = numbers.unwrap_or(figure);
    let table = Memo::new(move |_| numbers.get().map(|f| Table::of(&f)).unwrap_or_default());
    let picture = stored_picture(run, figure);
    view! {
        <FigurePanel
            heading
            caption=Signal::stored(caption)
            figure
            table
            picture
            beside=|| ()
        >
            {children()}
        </FigurePanel>
    }
}

/// The names and the unit of a figure, and the line under its title.
fn heading(run: RunState, figure: Source) -> (Heading, String) {
    let first = figure.get_untracked();
    let name = first.as_ref().map(|f| f.name.clone()).unwrap_or_default();
    let title = first.map(|f| f.title.clone()).unwrap_or_default();
    let kind = run.experiment.with_untracked(|e| e.as_ref().map_or("", |e| e.analysis.kind()));
    let (unit, caption) = explain(kind, &name);
    (Heading { name, title, unit }, caption)
}

/// The server's picture of the figure.
fn stored_picture(run: RunState, figure: Source) -> Picture {
    let make = move |format: Format| -> Address {
        let address = figure.get_untracked().and_then(|figure| stored_address(run, &figure, "svg"));
        Box::pin(async move {
            let address = address
                .ok_or("pictures come with the finished result; what two results make is numbers only")?;
            svg_address(api::text(&address).await.map_err(|e| e.message)?, format).await
        })
    };
    StoredValue::new_local(Rc::new(make))
}
