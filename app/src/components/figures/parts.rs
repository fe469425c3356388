//! The largest parts of the logit difference, ranked: what the right column shows while nothing is selected.

use super::heads::head_map;
use super::screen::Screen;
use crate::chart::format::signed;
use crate::chart::part::head_name;
use crate::chart::{Part, line, series};
use crate::heatmap::{Colors, css};
use crate::state::{RunState, ViewState};
use leptos::prelude::*;
use model::wire::Figure;

use super::head_map::HeadMap;

/// How many parts are listed.
const LISTED: usize = 18;

/// One part of the sum.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranked {
    /// As TransformerLens names it.
    pub name: String,
    /// What it adds, in logits.
    pub value: f32,
    /// Which head it is, where it is one.
    pub head: Option<(usize, usize)>,
}

/// All parts by magnitude, largest first: every head, every attention bias, every MLP, the embeddings and the
/// unembedding's bias. They add up to the mean logit difference.
pub fn rank(heads: &HeadMap, layers: &Figure) -> Vec<Ranked> {
    let of_heads =
        heads.known().map(|(head, value)| Ranked { name: head_name(head), value, head: Some(head) });
    let biases = heads.bias.iter().enumerate().map(|(l, v)| (format!("{l}_b_O"), *v));
    // a layer's attn_out is its heads and its bias, which are in the list already
    let others =
        line(layers).0.iter().cloned().zip(series(layers, "mean").unwrap_or_default().iter().copied());
    let others = others.filter(|(label, _)| !matches!(label.parse(), Ok(Part::AttnOut(_))));
    let rest = biases.chain(others).filter(|(_, v)| v.is_finite());
    let mut parts: Vec<Ranked> =
        of_heads.chain(rest.map(|(name, value)| Ranked { name, value, head: None })).collect();
    parts.sort_unstable_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
    parts
}

/// The ranking as a table; hovering a head marks it in the figures, a click inspects it.
#[component]
pub fn LargestParts() -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    let screen = Screen::provide();
    let map = head_map(run, Signal::stored(None));
    let layers = run.figure("layer_attribution", None);
    let parts = Memo::new(move |_| {
        let (map, layers) = (map.get(), layers.get());
        map.zip(layers).map(|(map, layers)| rank(&map, &layers)).unwrap_or_default()
    });
    let about = move || {
        let prompts = run.started.with(|s| s.as_ref().map_or(0, |s| s.prompts.len()));
        format!("of {}, mean over {prompts} prompts", parts.with(Vec::len))
    };
    let rows = move || {
        let colors = Colors::of(screen.diverging.get(), screen.ground.get());
        parts.with(|parts| {
            let largest = parts.first().map_or(1.0, |p| p.value.abs());
            let mut total = 0.0;
            let row = |part: &Ranked| {
                total += part.value;
                row(part.clone(), total, largest, colors, view)
            };
            parts.iter().take(LISTED).map(row).collect_view()
        })
    };
    view! {
        <section class="parts" data-figure="largest_parts">
            <h3>"Largest parts " <small>{about}</small></h3>
            <table class="numbers bars">
                <thead>
                    <tr>
                        <th scope="col">"part"</th>
                        <th scope="col"><span class="unseen">"size"</span></th>
                        <th scope="col">"logits"</th>
                        <th scope="col">"sum so far"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

fn row(part: Ranked, total: f32, largest: f32, colors: Colors, view: ViewState) -> impl IntoView {
    // zero stands at 30 % of the track
    let share = part.value.abs() / largest.max(f32::MIN_POSITIVE);
    let width = share * if part.value < 0.0 { 30.0 } else { 70.0 };
    let left = if part.value < 0.0 { 30.0 - width } else { 30.0 };
    let step = f32::from(crate::heatmap::Colors::LAST) * if part.value < 0.0 { 0.1 } else { 0.9 };
    let head = part.head;
    let name = match head {
        Some(_) => view! {
            <button type="button" class="link" on:click=move |_| view.head.set(head)>{part.name}</button>
        }
        .into_any(),
        None => part.name.into_any(),
    };
    view! {
        <tr
            class:on=move || head.is_some() && view.hovered_head.get() == head
            on:pointerenter=move |_| view.hovered_head.set(head)
            on:pointerleave=move |_| view.hovered_head.set(None)
        >
            <td>{name}</td>
            <td>
                <span class="track">
                    <i
                        style=format!("left:{left}%;width:{width}%;background:{}", css(colors.at(step as u8)))
                    ></i>
                </span>
            </td>
            <td>{signed(part.value, 3)}</td>
            <td>{signed(total, 2)}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::wire::{FigureData, Series};

    #[test]
    fn every_part_is_there_once_and_attn_out_is_not() {
        let heads =
            HeadMap { layers: 1, heads: 2, values: vec![0.5, -2.0], bias: vec![0.25], attn_out: vec![-1.25] };
        let data = FigureData::Line {
            x: ["embed", "0_attn_out", "0_mlp_out", "bias"].map(String::from).into(),
            series: vec![Series { name: "mean".into(), y: vec![0.1, -1.25, 1.0, 0.05].into() }],
        };
        let layers = Figure { name: String::new(), prompt: None, title: String::new(), data };
        let parts = rank(&heads, &layers);
        let names: Vec<&str> = parts.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["L0H1", "0_mlp_out", "L0H0", "0_b_O", "embed", "bias"]);
        let total: f32 = parts.iter().map(|p| p.value).sum();
        assert!((total - (0.1 - 1.25 + 1.0 + 0.05)).abs() < 1e-6);
    }
}
