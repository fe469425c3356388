//! The strip above the maps: the answers of the two kinds of runs, which are 0 and 1 where maps are shares, and the cell
//! that changes most.

use super::asked::Asked;
use super::{asked_of, effect, map_names};
use crate::chart::format::signed;
use crate::components::figures::scalar;
use crate::components::summary::Warnings;
use crate::state::{RunState, ViewState};
use leptos::prelude::*;

/// The strip.
#[component]
pub fn Strip() -> impl IntoView {
    let run: RunState = expect_context();
    let (summary, asked) = (run.figure("summary", None), asked_of(run));
    let value = move |name: &'static str| summary.with(|figure| scalar(figure.as_ref()?, name));
    let number = move |name| value(name).map_or("–".to_owned(), |v| signed(v, 3));
    let stderr = move |name| value(name).map(|error| format!("± {error:.3}"));
    // what a value of the maps means
    let means = move |share: &'static str| {
        let normalized = asked.with(|asked| asked.as_ref().is_some_and(Asked::normalized));
        normalized.then(|| format!("{share} in the figures"))
    };
    let sub = move |error: &'static str, share: &'static str| {
        [stderr(error), means(share)].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    let metric = move || asked.with(|asked| asked.as_ref().map_or("", Asked::metric));
    let count = move || run.started.with(|s| s.as_ref().map(|s| s.prompts.len().to_string()));
    let twins = move || {
        run.started.with(|s| s.as_ref().is_some_and(|s| s.prompts.iter().any(|p| p.corrupted.is_some())))
    };
    view! {
        <dl class="summary" data-figure="summary">
            <div>
                <dt title=metric>"Clean"</dt>
                <dd>{move || number("clean")}</dd>
                <dd class="sub">{move || sub("clean_stderr", "1")}</dd>
            </div>
            <Show when=twins>
                <div>
                    <dt title=metric>"Corrupted"</dt>
                    <dd>{move || number("corrupted")}</dd>
                    <dd class="sub">{move || sub("corrupted_stderr", "0")}</dd>
                </div>
            </Show>
            <Largest />
            <div>
                <dt>{move || if twins() { "Pairs" } else { "Prompts" }}</dt>
                <dd>{count}</dd>
            </div>
            <Warnings run />
        </dl>
    }
}

/// The cell that changes most, over all maps of two axes.
#[component]
fn Largest() -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    let names = map_names(run);
    let maps = Memo::new(move |_| {
        names.get().iter().map(|name| (name.clone(), effect(run, view, name))).collect::<Vec<_>>()
    });
    let largest = Memo::new(move |_| {
        let of_map = |(name, map): (String, Memo<Option<super::effects::Map>>)| {
            map.with(|map| {
                let map = map.as_ref()?;
                let ((line, entry), value) = map.largest()?;
                Some((value, map.name(line, entry), name))
            })
        };
        maps.get().into_iter().filter_map(of_map).max_by(|a, b| a.0.abs().total_cmp(&b.0.abs()))
    });
    let asked = asked_of(run);
    let site = move || {
        let (_, cell, name) = largest.get()?;
        let site = name.strip_prefix("patched_").map(|site| format!(" {site}")).unwrap_or_default();
        Some(format!("{cell}{site}"))
    };
    view! {
        <div>
            <dt>
                "Largest change "
                <small class="unit">{move || asked.with(|asked| asked.as_ref().map_or("", Asked::unit))}</small>
            </dt>
            <dd>{move || largest.get().map_or("–".to_owned(), |(value, ..)| signed(value, 3))}</dd>
            <dd class="sub">{site}</dd>
        </div>
    }
}
