//! The line charts of `attribution`: per prompt, the logit lens, the layers.

use super::export::{Address, Format, Picture};
use super::panel::{FigurePanel, Heading};
use super::plot::{Drawn, PlotView};
use super::screen::{Screen, size_of};
use crate::chart::format::signed;
use crate::chart::{Chart, Inks, LayerAxis, Size, layers, lens, line, prompts, series};
use crate::state::{RunState, ViewState};
use leptos::html::Div;
use leptos::prelude::*;
use model::table::Table;
use model::wire::{Cell, Figure, FigureData, Started};
use std::rc::Rc;
use std::sync::Arc;

/// A figure of the run, as these components hold it.
pub type Source = Signal<Option<Arc<Figure>>>;

/// The named number of a figure of scalars.
pub fn scalar(figure: &Figure, name: &str) -> Option<f64> {
    match &figure.data {
        FigureData::Scalars { values } => values.get(name).copied().flatten(),
        _ => None,
    }
}

/// The value of a line figure's series at a label.
pub fn value_at(figure: &Figure, name: &str, label: &str) -> Option<f32> {
    let index = line(figure).0.iter().position(|x| x == label)?;
    series(figure, name)?.get(index).copied()
}

/// The axis of layers for an element of that size; none before there are both.
pub fn axis(run: RunState, size: Size, screen: Screen) -> Option<LayerAxis> {
    let layers = run.started.with(|s| s.as_ref().map(|s| s.model.n_layers))?;
    (size.width > 0.0).then(|| LayerAxis::new(layers, size.width, screen.ratio.get()))
}

/// Makes a chart for a size; boxed, so that the frame around the charts is compiled once.
pub type Build = Box<dyn Fn(Size, &Inks) -> Option<Chart> + Send + Sync>;

/// The picture of a chart, once it is drawn.
fn picture_of(drawn: Drawn) -> Picture {
    let make = move |format: Format| -> Address {
        Box::pin(async move {
            let plot = drawn.try_get_value().flatten().ok_or("nothing is drawn yet")?;
            plot.image(if format == Format::Png { "png" } else { "svg" }).await
        })
    };
    StoredValue::new_local(Rc::new(make))
}

/// A figure that is a chart.
#[component]
pub fn ChartFigure(
    /// Names and unit.
    heading: Heading,
    /// One line under the title.
    #[prop(into)]
    caption: Signal<String>,
    /// The figure.
    figure: Source,
    /// Its numbers.
    #[prop(into)]
    table: Signal<Table>,
    /// The figure in words, for screen readers.
    #[prop(into)]
    label: Signal<String>,
    /// The chart for a size; tracks what it shows.
    chart: Build,
    /// The key, beside the title.
    #[prop(into)]
    beside: ViewFn,
    /// Called with the `customdata` of a point that is clicked.
    #[prop(optional)]
    on_click: Option<Callback<wasm_bindgen::JsValue>>,
) -> impl IntoView {
    let screen = Screen::provide();
    let host = NodeRef::<Div>::new();
    let size = size_of(host);
    let chart = Memo::new(move |_| {
        let size = size.get();
        (size.width > 0.0).then(|| screen.inks.with(|inks| chart(size, inks))).flatten()
    });
    let drawn = Drawn::new_local(None);
    // a component's optional property takes the value, not the option
    let on_click = on_click.unwrap_or_else(|| Callback::new(|_| {}));
    view! {
        <FigurePanel heading caption figure table picture=picture_of(drawn) beside>
            <PlotView chart host label drawn on_click />
        </FigurePanel>
    }
}

/// Each prompt's logit difference, and its group's mean. A click selects the prompt.
#[component]
pub fn PromptDifferences() -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    let screen = Screen::provide();
    let figure = run.figure("logit_diff", None);
    let data = Memo::new(move |_| {
        let figure = figure.get()?;
        let values = series(&figure, "logit_diff")?.to_vec();
        let (names, groups) = run.started.with(|s| s.as_deref().map(group_numbers)).unwrap_or_default();
        Some(prompts::Prompts { values, groups, names, selected: view.prompt.get() })
    });
    let chart = move |size: Size, inks: &Inks| {
        let data = data.get()?;
        Some(prompts::chart(&data, &axis(run, size, screen)?, size.height, inks))
    };
    let table = Memo::new(move |_| {
        let mut table = figure.get().map(|f| Table::of(&f).titled("prompt")).unwrap_or_default();
        // numbered from 1, as everywhere on the page
        for (number, row) in table.rows.iter_mut().enumerate() {
            row[0] = Cell::Text((number + 1).to_string());
        }
        table
    });
    let label = Signal::derive(move || data.with(|d| d.as_ref().map(describe_prompts)).unwrap_or_default());
    let key = move || {
        let names = data.with(|d| d.as_ref().map(|d| d.names.clone())).unwrap_or_default();
        let entry = |(i, name): (usize, String)| {
            view! { <span><i class="dot" class:b=i % 2 == 1></i>{name}</span> }
        };
        view! { <p class="key">{names.into_iter().enumerate().map(entry).collect_view()}</p> }
    };
    let on_click = Callback::new(move |point: wasm_bindgen::JsValue| {
        if let Some(prompt) = point.as_f64() {
            view.prompt.set(prompt as usize);
        }
    });
    view! {
        <ChartFigure
            heading=Heading::new("logit_diff", "Logit difference per prompt", "logits")
            caption="logit(answer) − logit(distractor) at each prompt’s last real token. Lines are group means."
            figure
            table
            label
            chart=Box::new(chart)
            beside=key
            on_click
        />
    }
}

/// The groups' names in order of appearance, and each prompt's number among them; no names without groups.
fn group_numbers(started: &Started) -> (Vec<String>, Vec<usize>) {
    let mut names: Vec<String> = Vec::new();
    let numbers = started.prompts.iter().map(|prompt| {
        let Some(group) = &prompt.group else { return 0 };
        names.iter().position(|name| name == group).unwrap_or_else(|| {
            names.push(group.clone());
            names.len() - 1
        })
    });
    let numbers = numbers.collect();
    (names, numbers)
}

fn describe_prompts(data: &prompts::Prompts) -> String {
    let known = data.values.iter().filter(|v| v.is_finite());
    let (wrong, count) = (known.clone().filter(|v| **v < 0.0).count(), known.count());
    format!("Logit difference of {count} prompts, {wrong} of them negative")
}

/// The logit lens, with the total that it arrives at.
#[component]
pub fn LogitLens() -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    let screen = Screen::provide();
    let figure = run.figure("logit_lens", None);
    let (summary, layers) = (run.figure("summary", None), run.figure("layer_attribution", None));
    let total = move || summary.get().and_then(|s| scalar(&s, "mean_logit_diff"));
    let chart = move |size: Size, inks: &Inks| {
        let bias = layers.get().and_then(|f| value_at(&f, "mean", "bias")).map(f64::from);
        let marked = view.marked_head().map(|(layer, _)| layer);
        let lens = lens::Lens { total: total(), bias, marked };
        let figure = figure.get()?;
        Some(lens::chart(&figure, lens, &axis(run, size, screen)?, size.height, inks))
    };
    let table = Memo::new(move |_| figure.get().map(|f| Table::of(&f).titled("place")).unwrap_or_default());
    let label = Signal::derive(move || {
        let ends = figure.get().and_then(|f| {
            let mean = series(&f, "mean")?;
            Some((f64::from(*mean.first()?), f64::from(*mean.last()?)))
        });
        let Some((first, last)) = ends else { return "Logit lens".to_owned() };
        let total = total().map(|t| format!(", total {}", signed(t, 2))).unwrap_or_default();
        format!("Logit lens, from {} at 0_pre to {} at final_post{total}", signed(first, 2), signed(last, 2))
    });
    view! {
        <ChartFigure
            heading=Heading::new("logit_lens", "Logit lens", "logits")
            caption="The same difference, read from the residual stream before each layer with the final norm’s scale."
            figure
            table
            label
            chart=Box::new(chart)
            beside=move || group_key(figure)
        />
    }
}

/// Names of the groups' lines, as the prompts' chart colours them.
fn group_key(figure: Source) -> impl IntoView {
    let groups = figure.get().map(|f| crate::chart::groups(&f)).unwrap_or_default();
    let entry = |(i, name): (usize, String)| {
        view! { <span><i class="stroke" class:b=i % 2 == 1></i>{name}</span> }
    };
    let shown = !groups.is_empty();
    let mean = shown.then(|| view! { <span><i class="stroke mean"></i>"mean ± standard error"</span> });
    view! { <p class="key">{mean} {groups.into_iter().enumerate().map(entry).collect_view()}</p> }
}

/// What attention and MLP of each layer add.
#[component]
pub fn LayerAttribution() -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    let screen = Screen::provide();
    let figure = run.figure("layer_attribution", None);
    let chart = move |size: Size, inks: &Inks| {
        let marked = view.marked_head().map(|(layer, _)| layer);
        let figure = figure.get()?;
        Some(layers::chart(&figure, marked, &axis(run, size, screen)?, size.height, inks))
    };
    let table = Memo::new(move |_| figure.get().map(|f| Table::of(&f).titled("part")).unwrap_or_default());
    let label = Signal::derive(move || {
        figure.get().and_then(|f| describe_layers(&f)).unwrap_or_else(|| "Layer attribution".to_owned())
    });
    let key = || {
        view! {
            <p class="key">
                <span><i class="stroke"></i>"attn_out"</span>
                <span><i class="stroke b"></i>"mlp_out"</span>
            </p>
        }
    };
    view! {
        <ChartFigure
            heading=Heading::new("layer_attribution", "Layer attribution", "logits")
            caption="What each layer’s attention and MLP add, ± standard error, groups faint; with embed and bias they sum to the difference."
            figure
            table
            label
            chart=Box::new(chart)
            beside=key
        />
    }
}

fn describe_layers(figure: &Figure) -> Option<String> {
    let values = line(figure).0.iter().zip(series(figure, "mean")?);
    let (label, value) = values.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
    Some(format!(
        "Layer attribution, attn_out and mlp_out of each layer, largest {label} {}",
        signed(*value, 2)
    ))
}
