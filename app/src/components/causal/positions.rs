//! Heads patched one position at a time: a cube of layers, heads and positions, looked at through one position, or
//! through each head's position that changes most; beneath it the heads of one layer, position by position.

use super::asked::Asked;
use super::effects::{Entry, Map, slice};
use super::map::EffectMap;
use super::{asked_of, caption};
use crate::components::Token;
use crate::components::figures::lines::Source;
use crate::components::figures::panel::Heading;
use crate::state::{RunState, ViewState};
use leptos::prelude::*;
use model::wire::{Figure, FigureData, PromptTokens};

/// The numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Cube {
    /// Layers, heads, positions.
    shape: [usize; 3],
    values: Vec<f32>,
    positions: Vec<Entry>,
    neutral: f32,
}

impl Cube {
    /// From a tensor over layer, head and position, and the tensor of single pairs where one of them is to be shown.
    pub fn new(figure: &Figure, pair: Option<(&Figure, usize)>, neutral: f32) -> Option<Self> {
        let FigureData::Tensor { shape, values, .. } = &figure.data else { return None };
        let shape: [usize; 3] = shape.as_slice().try_into().ok()?;
        let values = pair.and_then(|(pairs, pair)| slice(pairs, pair)).unwrap_or(&values[..]);
        if values.len() != shape.iter().product::<usize>() {
            return None;
        }
        let positions = (0..shape[2]).map(|i| Entry { name: i.to_string(), corrupted: None }).collect();
        Some(Self { shape, values: values.to_vec(), positions, neutral })
    }

    /// Names the positions by a prompt's tokens, where there is one for each.
    #[must_use]
    pub fn with_tokens(mut self, prompt: Option<&PromptTokens>) -> Self {
        if let Some(prompt) = prompt.filter(|prompt| prompt.tokens.len() == self.shape[2]) {
            self.positions =
                self.map_over(&["L0".to_owned()], vec![0.0; self.shape[2]]).with_tokens(prompt).entries;
        }
        self
    }

    fn map_over(&self, lines: &[String], values: Vec<f32>) -> Map {
        let (entries, neutral) = (self.positions.clone(), self.neutral);
        Map { lines: lines.to_vec(), entries, values, stderr: Vec::new(), neutral }
    }

    fn value(&self, layer: usize, head: usize, position: usize) -> f32 {
        let [_, heads, positions] = self.shape;
        self.values[(layer * heads + head) * positions + position]
    }

    /// Layers by heads at one position; without one, at the position of each head that changes most.
    pub fn heads(&self, position: Option<usize>) -> Map {
        let [layers, heads, positions] = self.shape;
        let change = |value: f32| (value - self.neutral).abs();
        let largest = |layer, head| {
            let all = (0..positions).map(|p| self.value(layer, head, p)).filter(|v| v.is_finite());
            all.max_by(|a, b| change(*a).total_cmp(&change(*b))).unwrap_or(f32::NAN)
        };
        let at = |(layer, head)| match position.filter(|p| *p < positions) {
            Some(position) => self.value(layer, head, position),
            None => largest(layer, head),
        };
        let cells = (0..layers).flat_map(|layer| (0..heads).map(move |head| (layer, head)));
        Map {
            lines: (0..layers).map(|l| format!("L{l}")).collect(),
            entries: (0..heads).map(|h| Entry { name: format!("H{h}"), corrupted: None }).collect(),
            values: cells.map(at).collect(),
            stderr: Vec::new(),
            neutral: self.neutral,
        }
    }

    /// The heads of a layer by positions.
    pub fn of_layer(&self, layer: usize) -> Map {
        let [layers, heads, positions] = self.shape;
        let layer = layer.min(layers.saturating_sub(1));
        let names: Vec<String> = (0..heads).map(|head| format!("L{layer}H{head}")).collect();
        let cells = (0..heads).flat_map(|head| (0..positions).map(move |p| (head, p)));
        self.map_over(&names, cells.map(|(head, p)| self.value(layer, head, p)).collect())
    }
}

/// The two maps.
#[component]
pub fn ByPosition(
    /// Title and unit.
    heading: Heading,
    /// The tensor over layer, head and position.
    figure: Source,
) -> impl IntoView {
    let (run, view): (RunState, ViewState) = (expect_context(), expect_context());
    let pairs = run.figure(&format!("{}_pairs", heading.name), None);
    let (summary, asked) = (run.figure("summary", None), asked_of(run));
    let cube = Memo::new(move |_| {
        let neutral = asked.get()?.neutral(summary.get().as_deref())?;
        let (one, prompt) = (view.one_pair.get(), view.prompt.get());
        let pairs = pairs.get().filter(|_| one);
        let cube = Cube::new(figure.get()?.as_ref(), pairs.as_deref().map(|pairs| (pairs, prompt)), neutral)?;
        run.started.with(|s| {
            let prompts = s.as_ref().map(|s| s.prompts.as_slice()).unwrap_or_default();
            // the tokens of one pair name the positions of all only where there is one
            let named =
                if one { prompts.get(prompt) } else { prompts.first().filter(|_| prompts.len() == 1) };
            Some(cube.with_tokens(named))
        })
    });
    let position = RwSignal::new(None::<usize>);
    let heads = Memo::new(move |_| cube.with(|cube| cube.as_ref().map(|cube| cube.heads(position.get()))));
    // the layer of the head that is looked at, or else of the one that changes most
    let layer = Memo::new(move |_| {
        let largest = || heads.with(|map| map.as_ref()?.largest().map(|((layer, _), _)| layer));
        view.marked_head().map(|head| head.0).or_else(largest).unwrap_or(0)
    });
    let lines = Memo::new(move |_| cube.with(|cube| cube.as_ref().map(|cube| cube.of_layer(layer.get()))));
    let entries =
        Memo::new(move |_| cube.with(|cube| cube.as_ref().map(|c| c.positions.clone()).unwrap_or_default()));
    let inspect = Callback::new(move |head: (usize, usize)| {
        view.head.update(|now| *now = if *now == Some(head) { None } else { Some(head) });
    });
    let of_line = Callback::new(move |(head, at): (usize, usize)| {
        position.set(Some(at));
        view.head.set(Some((layer.get_untracked(), head)));
    });
    let Heading { name, title, unit } = heading;
    let below = Heading { name: format!("{name}:layer"), title: "Position by position".to_owned(), unit };
    let about = caption(run, view, &name);
    let at = move || match position.get() {
        Some(_) => "At the chosen position.",
        None => "Of each head the position that changes most.",
    };
    let about = Signal::derive(move || format!("{} {}", about.get(), at()));
    let of_layer = Signal::derive(move || {
        format!("The heads of layer {}, one position at a time; a head above chooses its layer.", layer.get())
    });
    let asked: Signal<Option<Asked>> = asked;
    view! {
        <EffectMap
            heading=Heading { name, title, unit }
            caption=about
            figure
            map=heads
            asked
            pick=("click to inspect", inspect)
            beside=move || view! { <Positions entries position /> }
        />
        <EffectMap heading=below caption=of_layer figure map=lines asked pick=("click for this position", of_line) marks=false />
    }
}

/// The positions to choose from.
#[component]
fn Positions(entries: Memo<Vec<Entry>>, position: RwSignal<Option<usize>>) -> impl IntoView {
    let button = move |(index, entry): (usize, Entry)| {
        view! {
            <button
                type="button"
                title=format!("Position {index}")
                aria-pressed=move || (position.get() == Some(index)).to_string()
                on:click=move |_| position.update(|now| *now = (*now != Some(index)).then_some(index))
            >
                <Token text=entry.name />
            </button>
        }
    };
    view! {
        <div class="tabs positions" role="group" aria-label="Position">
            <button
                type="button"
                aria-pressed=move || position.with(Option::is_none).to_string()
                on:click=move |_| position.set(None)
            >
                "largest"
            </button>
            {move || entries.get().into_iter().enumerate().map(button).collect_view()}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(shape: &[usize], values: Vec<f32>) -> Figure {
        let axes = vec![String::new(); shape.len()];
        let data = FigureData::Tensor { axes, shape: shape.to_vec(), values: values.into() };
        Figure { name: String::new(), prompt: None, title: String::new(), data }
    }

    #[test]
    fn a_cube_is_seen_through_a_position_or_the_largest() {
        // one layer, two heads, three positions
        let cube =
            Cube::new(&tensor(&[1, 2, 3], vec![1.0, 0.5, 1.0, 1.25, 1.0, f32::NAN]), None, 1.0).unwrap();
        assert_eq!(cube.heads(Some(1)).values, [0.5, 1.0]);
        assert_eq!(cube.heads(None).values, [0.5, 1.25]);
        assert_eq!(cube.of_layer(0).lines, ["L0H0", "L0H1"]);
        assert_eq!(cube.of_layer(9).value(1, 0), Some(1.25));
        assert_eq!(cube.of_layer(0).value(1, 2), None);
    }

    #[test]
    fn a_pair_takes_the_place_of_the_mean() {
        let mean = tensor(&[1, 1, 2], vec![0.0, 0.0]);
        let pairs = tensor(&[2, 1, 1, 2], vec![1.0, 2.0, 3.0, 4.0]);
        let cube = Cube::new(&mean, Some((&pairs, 1)), 0.0).unwrap();
        assert_eq!(cube.of_layer(0).values, [3.0, 4.0]);
        assert!(Cube::new(&tensor(&[2, 2], vec![0.0; 4]), None, 0.0).is_none());
    }
}
