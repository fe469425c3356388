//! Heads switched off from the inspector: one, or a chosen set, and what that makes of the answer and of the likeliest
//! tokens at once.

use super::asked::with_analysis;
use crate::chart::format::{plain, signed};
use crate::chart::part::head_name;
use crate::components::Token;
use crate::components::figures::scalar;
use crate::components::status::duration;
use crate::state::{Ablations, RunState, RunStatus, ViewState};
use leptos::prelude::*;
use model::wire::{Cell, Experiment, Figure, FigureData};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The experiment that ablates these heads; none where there are none, or the vocabulary does not have it.
fn ablation(experiment: &Experiment, heads: &BTreeSet<(usize, usize)>, to_mean: bool) -> Option<Experiment> {
    let method = if to_mean { "mean" } else { "zero" };
    let one = |(layer, head): &(usize, usize)| json!({ "site": "z", "layer": layer, "head": head, "method": method });
    let interventions: Vec<Value> = heads.iter().map(one).collect();
    if interventions.is_empty() {
        return None;
    }
    with_analysis(experiment, json!({ "kind": "intervene", "interventions": interventions }))
}

/// The switch of the selected head, the set it is in, and the answer. Nothing where that is not to be had.
#[component]
pub fn Ablate() -> impl IntoView {
    let (page, view): (RunState, ViewState) = (expect_context(), expect_context());
    let possible = Memo::new(move |_| {
        let any = BTreeSet::from([(0, 0)]);
        page.experiment.with(|e| e.as_ref().is_some_and(|e| ablation(e, &any, false).is_some()))
    });
    let is_on = move || view.head.get().is_some_and(|head| view.ablated.with(|set| set.contains(&head)));
    let switch = move |on: bool| {
        let Some(head) = view.head.get_untracked() else { return };
        view.ablated.update(|set| {
            if on {
                set.insert(head);
            } else {
                set.remove(&head);
            }
        });
    };
    let any = Memo::new(move |_| view.ablated.with(|set| !set.is_empty()));
    view! {
        <Show when=move || possible.get()>
            <section data-ablate="">
                <div class="row">
                    <label class="choice">
                        <input
                            type="checkbox"
                            class="switch"
                            prop:checked=is_on
                            on:change=move |event| switch(event_target_checked(&event))
                        />
                        {move || format!("Ablate {}", view.head.get().map(head_name).unwrap_or_default())}
                    </label>
                    <Method />
                </div>
                <Others />
                <Show when=move || any.get()>
                    <Answer />
                </Show>
            </section>
        </Show>
    }
}

/// To zero, or to the mean.
#[component]
fn Method() -> impl IntoView {
    let view: ViewState = expect_context();
    let tab = move |mean: bool, title: &'static str| {
        view! {
            <button
                type="button"
                aria-pressed=move || (view.to_mean.get() == mean).to_string()
                on:click=move |_| view.to_mean.set(mean)
            >
                {title}
            </button>
        }
    };
    view! {
        <span class="tabs push" role="group" aria-label="What the head's output is replaced by">
            {tab(false, "to zero")}
            {tab(true, "to its mean")}
        </span>
    }
}

/// The other heads of the set, each with the way out of it.
#[component]
fn Others() -> impl IntoView {
    let view: ViewState = expect_context();
    let others = Memo::new(move |_| {
        let head = view.head.get();
        view.ablated.with(|set| set.iter().copied().filter(|other| Some(*other) != head).collect::<Vec<_>>())
    });
    let other = move |head: (usize, usize)| {
        let name = head_name(head);
        let remove = move |_| {
            view.ablated.update(|set| {
                set.remove(&head);
            });
        };
        let label = format!("Do not ablate {name}");
        view! {
            <span class="chosen">
                <button type="button" class="link" on:click=move |_| view.head.set(Some(head))>
                    {name}
                </button>
                <button type="button" class="link" aria-label=label.clone() title=label on:click=remove>
                    "×"
                </button>
            </span>
        }
    };
    move || {
        let others = others.get();
        (!others.is_empty()).then(|| {
            view! { <p class="row chosen-heads"><small>"with"</small>{others.into_iter().map(other).collect_view()}</p> }
        })
    }
}

/// Metric and likeliest tokens, before and after.
#[component]
fn Answer() -> impl IntoView {
    let (page, view, ablations): (RunState, ViewState, Ablations) =
        (expect_context(), expect_context(), expect_context());
    let run = RwSignal::new(None::<RunState>);
    Effect::new(move |_| {
        let (set, to_mean) = (view.ablated.get(), view.to_mean.get());
        let asked = page.experiment.with(|e| e.as_ref().and_then(|e| ablation(e, &set, to_mean)));
        if let Some(experiment) = asked {
            let analysis = experiment.analysis.clone();
            run.set(Some(ablations.0.of(&experiment, analysis)));
        }
    });
    // the last answer stays, faint, until the next one is there
    let figure = move |name: &'static str, of_prompt: bool| {
        Memo::new(move |before: Option<&Option<Arc<Figure>>>| {
            let prompt = of_prompt.then(|| view.prompt.get());
            let now = run.get().and_then(|run| run.figure(name, prompt).get());
            now.or_else(|| before.cloned().flatten())
        })
    };
    let (effect, tokens) = (figure("effect", false), figure("top_tokens", true));
    let status = move || run.get().map(|run| run.status.get());
    let waits = move || status().is_none_or(|status| status.is_active());
    let failed = move || match status()? {
        RunStatus::Failed { message, .. } => Some(view! { <p class="bad" role="alert">{message}</p> }),
        _ => None,
    };
    let took = move || match status()? {
        RunStatus::Done { elapsed_ms } => Some(duration(elapsed_ms)),
        _ => None,
    };
    let numbers = move || {
        let effect = effect.get()?;
        let (clean, ablated) = (scalar(&effect, "clean")?, scalar(&effect, "ablated")?);
        Some((signed(clean, 3), signed(ablated, 3), signed(ablated - clean, 3)))
    };
    let line = move || {
        numbers().map(|(clean, ablated, change)| {
            view! {
                <p class="effect-line">
                    <span class="num">{clean}</span>
                    " → "
                    <b class="num">{ablated}</b>
                    <span class="num hint">{format!(" ({change})")}</span>
                    <small class="push">{took}</small>
                </p>
            }
        })
    };
    view! {
        <div class="ablated" aria-live="polite" aria-busy=move || waits().to_string()>
            {failed}
            {line}
            {move || tokens.get().map(|table| before_and_after(&table))}
        </div>
    }
}

/// The likeliest tokens of the two runs, side by side by rank.
fn before_and_after(figure: &Figure) -> impl IntoView + use<> {
    let sides = sides(figure);
    let count = sides.iter().map(Vec::len).max().unwrap_or(0);
    let [before, after] = sides;
    let cell = |side: &[(String, f64)], rank: usize| {
        let entry = side.get(rank).cloned();
        let text = entry.clone().map(|(text, _)| view! { <Token text /> });
        (text, entry.map(|(_, probability)| plain(probability)))
    };
    let row = |rank: usize| {
        let ((clean, p), (ablated, q)) = (cell(&before, rank), cell(&after, rank));
        view! {
            <tr>
                <td>{clean}</td>
                <td>{p}</td>
                <td class="text">{ablated}</td>
                <td>{q}</td>
            </tr>
        }
    };
    view! {
        <table class="numbers before-after" data-figure="top_tokens">
            <thead>
                <tr>
                    <th scope="col">"next token"</th>
                    <th scope="col">"p"</th>
                    <th scope="col" class="text">"ablated"</th>
                    <th scope="col">"p"</th>
                </tr>
            </thead>
            <tbody>{(0..count.min(5)).map(row).collect_view()}</tbody>
        </table>
    }
}

/// Token and probability by rank, of the clean run and of the changed one.
fn sides(figure: &Figure) -> [Vec<(String, f64)>; 2] {
    let FigureData::Table { columns, rows } = &figure.data else { return Default::default() };
    let at = |title: &str| columns.iter().position(|column| column == title);
    let mut sides: [Vec<(String, f64)>; 2] = Default::default();
    let (Some(side), Some(token), Some(probability)) = (at("side"), at("token"), at("probability")) else {
        return sides;
    };
    for row in rows {
        if let (Some(Cell::Text(side)), Some(Cell::Text(token)), Some(Cell::Number(p))) =
            (row.get(side), row.get(token), row.get(probability))
        {
            sides[usize::from(side != "clean")].push((token.clone(), *p));
        }
    }
    sides
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_sides_of_the_table_are_told_apart() {
        let row = |side: &str, rank: f64, token: &str, p: f64| {
            vec![
                Cell::Text(side.into()),
                Cell::Number(rank),
                Cell::Text(token.into()),
                Cell::Number(1.0),
                Cell::Number(p),
            ]
        };
        let data = FigureData::Table {
            columns: ["side", "rank", "token", "logit", "probability"].map(String::from).into(),
            rows: vec![
                row("clean", 0.0, " a", 0.5),
                row("clean", 1.0, " b", 0.25),
                row("ablated", 0.0, " b", 0.75),
            ],
        };
        let figure = Figure { name: "top_tokens".into(), prompt: Some(0), title: String::new(), data };
        let [before, after] = sides(&figure);
        assert_eq!(before, [(" a".to_owned(), 0.5), (" b".to_owned(), 0.25)]);
        assert_eq!(after, [(" b".to_owned(), 0.75)]);
    }
}
