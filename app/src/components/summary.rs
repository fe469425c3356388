//! The headline, and that its parts add up to it: total = heads + MLPs + biases + embed.

use super::figures::scalar;
use super::sides::models::names_of;
use crate::chart::format::signed;
use crate::compare::Names;
use crate::state::{RunState, Session};
use leptos::prelude::*;
use model::sides::Side;
use model::wire::{Figure, FigureData};
use std::sync::Arc;

/// What stands where a number has not come yet.
const UNKNOWN: &str = "–";

/// The strip.
#[component]
pub fn Summary() -> impl IntoView {
    let run = expect_context::<Session>().run;
    let summary = run.figure("summary", None);
    let value = move |name: &'static str| summary.with(|figure| scalar(figure.as_ref()?, name));
    let number = move |name| value(name).map_or(UNKNOWN.to_owned(), |v| signed(v, 3));
    let against = of_two_models(run);
    let stderr =
        move || value("stderr_logit_diff").map_or(String::new(), |e| format!("± {e:.3} standard error"));
    view! {
        <dl class="summary">
            <div>
                <dt>"Mean logit difference"</dt>
                <dd>{move || number("mean_logit_diff")}</dd>
                <dd class="sub">{stderr}</dd>
                {move || against.get().map(|line| view! { <dd class="sub num">{line}</dd> })}
            </div>
            <Parts run number=Callback::new(number) />
            <div>
                <dt>"Residual error"</dt>
                <dd>{move || value("residual_error").map_or(UNKNOWN.to_owned(), scientific)}</dd>
                <dd class="sub">"logits, the largest"</dd>
            </div>
            <Prompts run />
            <Warnings run />
        </dl>
    }
}

/// The other model's mean and the difference of the two, in a line; none for a run of one model.
fn of_two_models(run: RunState) -> Memo<Option<String>> {
    let names = names_of(run);
    let summary = |side: Side| run.figure(&side.name("summary"), None);
    let (other, difference) = (summary(Side::Other), summary(Side::Difference));
    Memo::new(move |_| {
        let Names { other: name, .. } = names.get()?;
        let mean = |figure: Signal<Option<Arc<Figure>>>| {
            let mean = figure.with(|figure| scalar(figure.as_ref()?, "mean_logit_diff"));
            mean.map_or(UNKNOWN.to_owned(), |mean| signed(mean, 3))
        };
        Some(format!("{name} {} · difference {}", mean(other), mean(difference)))
    })
}

/// The sum of all parts, and the parts by kind.
#[component]
fn Parts(
    run: RunState,
    /// What the summary says under a name, written out.
    number: Callback<&'static str, String>,
) -> impl IntoView {
    let layers = run.figure("layer_attribution", None);
    // of the line's components, attention is counted by heads, with a bias for each layer
    let count = move || {
        let heads =
            run.started.with(|started| started.as_ref().map(|s| s.model.n_layers * s.model.n_heads))?;
        match &layers.get()?.data {
            FigureData::Line { x, .. } => Some(x.len() + heads),
            _ => None,
        }
    };
    let title = move || {
        count().map_or("= sum of all parts".to_owned(), |count| format!("= sum of all {count} parts"))
    };
    let terms = move || {
        let [heads, mlps, biases, embed] = ["heads", "mlps", "biases", "embed"].map(|name| number.run(name));
        format!("heads {heads} · MLPs {mlps} · biases {biases} · embed {embed}")
    };
    view! {
        <div>
            <dt>{title}</dt>
            <dd>{move || number.run("attributed")}</dd>
            <dd class="sub">{terms}</dd>
        </div>
    }
}

/// How many prompts, and on how many the model prefers the distractor.
#[component]
fn Prompts(run: RunState) -> impl IntoView {
    let differences = run.figure("logit_diff", None);
    let count = move || {
        run.started
            .with(|started| started.as_ref().map_or(UNKNOWN.to_owned(), |s| s.prompts.len().to_string()))
    };
    let wrong = move || {
        let figure = differences.get()?;
        let FigureData::Line { series, .. } = &figure.data else { return None };
        let wrong = series.iter().find(|s| s.name == "logit_diff")?.y.iter().filter(|v| **v < 0.0).count();
        Some(if wrong == 0 { "all right".to_owned() } else { format!("{wrong} wrong") })
    };
    view! {
        <div>
            <dt>"Prompts"</dt>
            <dd>{count}</dd>
            <dd class="sub">{wrong}</dd>
        </div>
    }
}

/// How many warnings; a click lists them.
#[component]
pub fn Warnings(
    /// What is warned about.
    run: RunState,
) -> impl IntoView {
    let warnings =
        Memo::new(move |_| run.started.with(|started| started.as_ref().map(|s| s.warnings.clone())));
    let count = move || warnings.with(|w| w.as_ref().map_or(UNKNOWN.to_owned(), |w| w.len().to_string()));
    let any = move || warnings.with(|w| w.as_ref().is_some_and(|w| !w.is_empty()));
    let list =
        move || warnings.get().unwrap_or_default().into_iter().map(|w| view! { <li>{w}</li> }).collect_view();
    view! {
        <div>
            <dt>"Warnings"</dt>
            <dd class:warn=any>{count}</dd>
            <dd class="sub">
                <Show when=any>
                    <details class="warnings">
                        <summary>"read"</summary>
                        <ul>{list}</ul>
                    </details>
                </Show>
            </dd>
        </div>
    }
}

/// Two digits and the power of ten, with a real minus: `2.4e−6`.
fn scientific(value: f64) -> String {
    format!("{value:.1e}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::scientific;

    #[test]
    fn small_errors_keep_their_order() {
        assert_eq!(scientific(0.000_002_36), "2.4e−6");
        assert_eq!(scientific(0.0), "0.0e0");
    }
}
