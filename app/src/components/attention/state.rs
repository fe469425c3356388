//! The figure's signals: what came, what was chosen, and the picture they make.

use super::layout::{Layout, Room};
use super::maps::{Maps, cell_of};
use super::order::Order;
use super::scores::Scores;
use crate::components::figures::screen::Screen;
use crate::heatmap::Map;
use crate::heatmap::atlas::{Atlas, Camera, Placement, Places, Shot};
use crate::state::{RunState, ViewState};
use leptos::prelude::*;
use model::wire::Figure;
use std::sync::Arc;

/// The name of the figure in the contract.
pub const NAME: &str = "attention";
/// The name of the one with its heads' scores.
pub const SCORES: &str = "attention_scores";

/// What all parts of the figure read. Copies are handles to the same signals.
#[derive(Clone, Copy)]
pub struct GridState {
    /// What is selected.
    pub view: ViewState,
    /// The prompt it is of.
    pub prompt: Option<usize>,
    /// The figure itself.
    pub figure: Signal<Option<Arc<Figure>>>,
    /// The patterns that have come.
    pub maps: Memo<Maps>,
    /// The heads' scores that have come.
    pub scores: Memo<Scores>,
    /// The prompt's tokens.
    pub tokens: Memo<Vec<String>>,
    /// What heads are arranged by: as the address says, or the slider while it is dragged.
    pub order: Memo<Order>,
    /// The least score while the slider is dragged.
    pub sliding: RwSignal<Option<f64>>,
    /// The token under the pointer, which goes before the one that a click has locked.
    pub hovered: RwSignal<Option<usize>>,
    /// Where one looks from.
    pub camera: RwSignal<Camera>,
    /// How large everything is.
    pub layout: Memo<Layout>,
    /// Which head stands where.
    pub places: Memo<Arc<Places>>,
}

impl GridState {
    /// The signals of the figure of a prompt, in an element of the width and the height that `room` says.
    pub fn new(run: RunState, prompt: Option<usize>, room: Signal<(f64, f64)>) -> Self {
        let view: ViewState = expect_context();
        let screen = Screen::provide();
        let (figure, table) = (run.figure(NAME, prompt), run.figure(SCORES, prompt));
        let maps = Memo::new(move |_| figure.get().and_then(|f| Maps::of(&f)).unwrap_or_default());
        let scores = Memo::new(move |_| table.get().and_then(|f| Scores::of(&f)).unwrap_or_default());
        let tokens = Memo::new(move |_| {
            let prompts = run.started.get();
            let prompt = prompts.as_ref().and_then(|s| s.prompts.get(prompt.unwrap_or(0)));
            prompt.map(|p| p.tokens.clone()).unwrap_or_default()
        });
        let sliding = RwSignal::new(None);
        let order = Memo::new(move |_| {
            let order = view.heads.with(|asked| scores.with(|s| Order::of(asked, s)));
            Order { least: sliding.get().unwrap_or(order.least), ..order }
        });
        let layers = Memo::new(move |_| {
            let known = run.started.with(|s| s.as_ref().map(|s| s.model.n_layers));
            known.unwrap_or(0).max(maps.with(|maps| maps.layers))
        });
        let layout = Memo::new(move |_| {
            let (width, height) = room.get();
            let (side, heads) = maps.with(|maps| (maps.pyramid.side(), maps.heads));
            let room = Room { width, height, side, ratio: screen.ratio.get() };
            if order.with(Order::is_sorted) {
                let count = maps.with(|m| scores.with(|s| order.with(|o| o.kept(m, s).len())));
                return Layout::rows(count, room);
            }
            let (columns, rows) =
                if view.transposed.get() { (layers.get(), heads) } else { (heads, layers.get()) };
            Layout::grid(columns, rows, room)
        });
        let places = Memo::new(move |_| {
            let across = view.transposed.get();
            let columns = layout.with(|layout| layout.frame.columns);
            Arc::new(maps.with(|maps| {
                scores.with(|scores| {
                    order.with(|order| {
                        if order.is_sorted() {
                            order.in_rows(maps, scores, columns)
                        } else {
                            order.by_layer(maps, scores, layers.get(), across)
                        }
                    })
                })
            }))
        });
        let camera = RwSignal::new(Camera::default());
        // another arrangement is looked at from the start
        Effect::new(move |before: Option<(usize, usize)>| {
            let shape = layout.with(|layout| (layout.frame.columns, layout.frame.rows));
            if before.is_some_and(|before| before != shape) {
                camera.set(Camera::default());
            }
            shape
        });
        let hovered = RwSignal::new(None);
        Self { view, prompt, figure, maps, scores, tokens, order, sliding, hovered, camera, layout, places }
    }

    /// The token whose row stands out: the one under the pointer, or else the locked one. Tracks.
    pub fn query(&self) -> Option<usize> {
        let count = self.tokens.with(Vec::len);
        self.hovered.get().or(self.view.query.get()).filter(|query| *query < count)
    }

    /// The row of the maps in which the query is. Tracks.
    pub fn row(&self) -> Option<usize> {
        let (count, side) = (self.tokens.with(Vec::len), self.maps.with(|maps| maps.pyramid.side()));
        self.query().map(|query| cell_of(query, count, side))
    }

    /// Where the places stand. Tracks.
    pub fn placement(&self) -> Placement {
        self.layout.with(|layout| self.camera.get().inside(&layout.frame).placement(&layout.frame))
    }

    /// Changes where one looks from; whether that made a difference.
    pub fn look(&self, change: impl FnOnce(Camera, &Layout) -> Camera) -> bool {
        let layout = self.layout.get_untracked();
        let before = self.camera.get_untracked().inside(&layout.frame);
        let after = change(before, &layout);
        if before != after {
            self.camera.set(after);
        }
        before != after
    }

    /// The picture. Tracks.
    pub fn shot(&self, screen: Screen) -> Shot {
        let layout = self.layout.get();
        let atlas = Atlas {
            pyramid: self.maps.with(|maps| maps.pyramid.clone()),
            places: self.places.get(),
            // shares of attention: one at most
            common: self.view.common.get().then_some(1.0),
            row: self.row(),
            map: Map::Mist,
            ground: screen.ground.get(),
        };
        Shot { atlas, window: layout.frame.window, placement: self.placement(), ratio: layout.ratio }
    }

    /// Selects a head for the inspector, or lets go of it when it is selected already.
    pub fn pick(&self, head: (usize, usize)) {
        if let Some(prompt) = self.prompt
            && self.view.prompt.get_untracked() != prompt
        {
            self.view.prompt.set(prompt);
        }
        self.view.head.update(|now| *now = (*now != Some(head)).then_some(head));
    }

    /// The figure in words. Tracks.
    pub fn summary(&self) -> String {
        let (heads, tokens) = (self.maps.with(|m| m.pyramid.tiles()), self.tokens.with(Vec::len));
        let strongest = self.scores.with(Scores::summary);
        let rest = if strongest.is_empty() { String::new() } else { format!(", {strongest}") };
        format!("Attention of {heads} heads over {tokens} tokens{rest}")
    }
}
