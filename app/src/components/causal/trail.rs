//! Following a circuit back: every step is a path-patching experiment, and a head of its map becomes the receiver of the
//! next one. The steps stand as a graph, heads by layer, each edge with its effect. The address has the trail, so a
//! link opens the same graph.

use super::asked::{receiver_name, receiver_of, receiver_words, with_analysis};
use super::effects::Map;
use super::graph::{Node, lay_out};
use super::{asked_of, effect};
use crate::chart::format::signed;
use crate::chart::part::head_name;
use crate::link::{Causal, Hop, View};
use crate::state::{RunState, Session, ViewState, Watching, watch_run};
use leptos::prelude::*;
use model::wire::Experiment;
use std::sync::Arc;

/// Height of a lane of the graph, CSS pixels.
const LANE: f64 = 48.0;

/// The receiver of the run on the page, as figures name it; none for another kind. Tracks.
fn receiver(run: RunState) -> Option<String> {
    let asked = asked_of(run).get().filter(|asked| asked.kind() == "path_patching")?;
    Some(receiver_name(asked.option("receiver")?))
}

/// What a click on a cell does, in words and in fact.
pub fn pick(
    run: RunState,
    view: ViewState,
    map: Memo<Option<Map>>,
) -> (&'static str, Callback<(usize, usize)>) {
    let of_heads = map.with_untracked(|map| map.as_ref().is_some_and(Map::of_heads));
    let words = match (of_heads, untrack(|| receiver(run))) {
        (true, Some(_)) => "click to go on from this head",
        (true, None) => "click to inspect",
        (false, _) => "click for every pair",
    };
    let pick = move |place: (usize, usize)| {
        let of_heads = map.with_untracked(|map| map.as_ref().is_some_and(Map::of_heads));
        let signal = if of_heads { view.head } else { view.cell };
        signal.update(|now| *now = if *now == Some(place) { None } else { Some(place) });
    };
    (words, Callback::new(pick))
}

/// The experiment of a step: the one on the page with another receiver.
fn step_of(experiment: &Experiment, receiver: &str) -> Option<Experiment> {
    let mut analysis = serde_json::to_value(&experiment.analysis).ok()?;
    analysis["receiver"] = receiver_of(receiver)?;
    with_analysis(experiment, analysis)
}

/// The trail with the receiver on the page in it: a trail that was begun elsewhere begins anew.
fn trail(view: ViewState, receiver: &str) -> Vec<Hop> {
    let trail = view.trail.get();
    if trail.iter().any(|hop| hop.receiver == receiver) {
        return trail;
    }
    vec![Hop { receiver: receiver.to_owned(), from: 0 }]
}

/// Runs of the other steps, one each, kept while the page shows path patching.
#[derive(Clone, Copy)]
struct Steps {
    owner: StoredValue<Owner>,
    kept: StoredValue<Vec<(String, RunState, Watching)>, LocalStorage>,
}

impl Steps {
    fn new() -> Self {
        Self {
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
            kept: StoredValue::new_local(Vec::new()),
        }
    }

    /// The run of a step: the stored result, where there is one.
    fn run(self, experiment: Experiment) -> RunState {
        let key = serde_json::to_string(&experiment).unwrap_or_default();
        let known = self.kept.with_value(|kept| kept.iter().find(|k| k.0 == key).map(|k| k.1));
        known.unwrap_or_else(|| {
            let run = self.owner.with_value(|owner| owner.with(RunState::new));
            let experiment = Arc::new(experiment);
            run.experiment.set(Some(experiment.clone()));
            let watching = watch_run(run, experiment);
            self.kept.update_value(|kept| kept.push((key, run, watching)));
            run
        })
    }
}

/// The graph, and the choice of the next receiver; nothing for other kinds.
#[component]
pub fn Trail() -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    let here = Memo::new(move |_| receiver(run));
    let is_shown = Memo::new(move |_| here.with(Option::is_some));
    move || {
        is_shown.get().then(|| {
            let here = Signal::derive(move || here.get().unwrap_or_default());
            let hops = Memo::new(move |_| trail(view, &here.get()));
            view! {
                <section class="figure trail" data-figure="trail">
                    <header>
                        <h2>"Trail"</h2>
                        <StartOver here hops />
                    </header>
                    <p class="caption">
                        "Each step patches the paths into one receiver. A head of the map becomes the receiver of the next step; \
                         an edge says what its path changes."
                    </p>
                    <Graph here hops />
                    <Next here hops />
                </section>
            }
        })
    }
}

/// Goes to a step, keeping the trail and the pair.
fn go(session: Session, receiver: &str, trail: Vec<Hop>) {
    let Some(experiment) = session.run.experiment.get_untracked() else { return };
    let (prompt, one_pair) = (session.view.prompt.get_untracked(), session.view.one_pair.get_untracked());
    if let Some(step) = step_of(&experiment, receiver) {
        session.ask_showing(
            step,
            View { prompt, causal: Causal { one_pair, trail, ..Causal::default() }, ..View::default() },
        );
    }
}

#[component]
fn StartOver(here: Signal<String>, hops: Memo<Vec<Hop>>) -> impl IntoView {
    let session: Session = expect_context();
    let first = move |_| {
        if let Some(first) = hops.get_untracked().first().cloned() {
            if first.receiver == here.get_untracked() {
                session.view.trail.set(Vec::new());
            } else {
                go(session, &first.receiver, Vec::new());
            }
        }
    };
    let several = move || hops.with(Vec::len) > 1;
    view! {
        <Show when=several>
            <button type="button" class="line push" on:click=first>
                "Start over"
            </button>
        </Show>
    }
}

/// The receivers so far, by layer; each edge labelled with what its path changes.
#[component]
fn Graph(here: Signal<String>, hops: Memo<Vec<Hop>>) -> impl IntoView {
    let (run, view, session): (RunState, ViewState, Session) =
        (expect_context(), expect_context(), expect_context());
    let steps = Steps::new();
    let layers = move || run.started.with(|s| s.as_ref().map_or(1, |s| s.model.n_layers));
    // the map of each step: of the run on the page, or of a run of its own
    let maps = Memo::new(move |_| {
        let Some(experiment) = run.experiment.get() else { return Vec::new() };
        let here = here.get();
        let map = |hop: Hop| {
            let step = if hop.receiver == here {
                Some(run)
            } else {
                step_of(&experiment, &hop.receiver).map(|step| untrack(|| steps.run(step)))
            };
            step.map(|step| effect(step, view, &format!("path_to_{}", hop.receiver)))
        };
        hops.get().into_iter().map(map).collect::<Vec<_>>()
    });
    let nodes = Memo::new(move |_| {
        let maps = maps.get();
        let change = |from: usize, head: (usize, usize)| {
            maps.get(from)
                .copied()
                .flatten()
                .and_then(|map| map.with(|map| map.as_ref()?.change(head.0, head.1)))
        };
        lay_out(&hops.get(), layers(), change)
    });
    let lanes = move || nodes.with(|nodes| nodes.iter().map(|node| node.lane + 1).max().unwrap_or(1));
    let button = move |node: Node| {
        let (receiver, mine) = (node.receiver.clone(), node.receiver.clone());
        let visit = move |_| {
            if here.get_untracked() != receiver {
                go(session, &receiver, hops.get_untracked());
            }
        };
        view! {
            <button
                type="button"
                class="node"
                aria-current=move || (here.get() == mine).then_some("step")
                // as far over its place as the place is over the width: names of several receivers stay inside
                style=format!(
                    "left:{x}%;top:{}px;transform:translate(-{x}%,-50%)",
                    node.lane as f64 * LANE + LANE / 2.0,
                    x = node.x
                )
                on:click=visit
            >
                {receiver_words(&node.receiver)}
            </button>
        }
    };
    view! {
        <div class="graph" style=move || format!("height:{}px", lanes() as f64 * LANE)>
            <svg aria-hidden="true">{move || nodes.with(|nodes| edges(nodes))}</svg>
            {move || nodes.with(|nodes| effects(nodes))}
            {move || nodes.get().into_iter().map(button).collect_view()}
        </div>
    }
}

fn edges(nodes: &[Node]) -> impl IntoView + use<> {
    let y = |lane: usize| lane as f64 * LANE + LANE / 2.0;
    let edge = |node: &Node| {
        let to = nodes.get(node.from?)?;
        let width = node.change.map_or(1.0, |change| 1.0 + 6.0 * f64::from(change.abs()).min(1.0));
        let (x1, x2) = (format!("{}%", node.x), format!("{}%", to.x));
        Some(view! { <line x1=x1 y1=y(node.lane) x2=x2 y2=y(to.lane) stroke-width=width /> })
    };
    nodes.iter().filter_map(edge).collect_view()
}

fn effects(nodes: &[Node]) -> impl IntoView + use<> {
    let label = |node: &Node| {
        let to = nodes.get(node.from?)?;
        let lanes = (node.lane + to.lane) as f64 / 2.0;
        let style = format!("left:{}%;top:{}px", f64::midpoint(node.x, to.x), lanes * LANE + LANE / 2.0);
        let words = node.change.map_or("…".to_owned(), |change| signed(change, 3));
        Some(view! { <span class="lab effect" style=style>{words}</span> })
    };
    nodes.iter().filter_map(label).collect_view()
}

/// The selected head as the next receiver: of its queries, keys or values.
#[component]
fn Next(here: Signal<String>, hops: Memo<Vec<Hop>>) -> impl IntoView {
    let (session, view): (Session, ViewState) = (expect_context(), expect_context());
    let button = move |site: &'static str, title: &'static str| {
        let next = move |_| {
            let Some(head) = view.head.get_untracked() else { return };
            let receiver = format!("{}_{site}", head_name(head));
            let mut hops = hops.get_untracked();
            let from = hops.iter().position(|hop| hop.receiver == here.get_untracked()).unwrap_or(0);
            if !hops.iter().any(|hop| hop.receiver == receiver) {
                hops.push(Hop { receiver: receiver.clone(), from });
            }
            go(session, &receiver, hops);
        };
        view! {
            <button type="button" class="line" disabled=move || session.asking.get() on:click=next>
                {title}
            </button>
        }
    };
    move || match view.head.get() {
        None => view! { <p class="hint">"Choose a head in the map to go on from it."</p> }.into_any(),
        Some(head) => view! {
            <p class="row next" role="group" aria-label="The next receiver">
                {format!("Go on from {} through its ", head_name(head))}
                {button("q", "queries")}
                {button("k", "keys")}
                {button("v", "values")}
            </p>
        }
        .into_any(),
    }
}
