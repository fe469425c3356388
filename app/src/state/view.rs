//! What is shown of a result, as signals.

use crate::link::{Arrangement, Causal, Hop, Palette, View};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// The signals of a [`View`], and what is only hovered. All but the hover is in the address.
#[derive(Clone, Copy)]
pub struct ViewState {
    /// The head that is locked for inspection: (layer, head).
    pub head: RwSignal<Option<(usize, usize)>>,
    /// The head under the pointer or the keyboard's cell: (layer, head). Marked in every figure; not in the address.
    pub hovered_head: RwSignal<Option<(usize, usize)>>,
    /// The selected prompt, from 0.
    pub prompt: RwSignal<usize>,
    /// Whether the inspector's pattern is weighted by the value's norm.
    pub weighted: RwSignal<bool>,
    /// Whether layers run left to right in head maps (the page's default) rather than down.
    pub transposed: RwSignal<bool>,
    /// Colours of diverging maps.
    pub palette: RwSignal<Palette>,
    /// The range of diverging maps, ±, where the user set one.
    pub scale: RwSignal<Option<f64>>,
    /// Names of the figures that are shown as tables.
    pub tables: RwSignal<BTreeSet<String>>,
    /// The name of the one figure that fills the page.
    pub maximised: RwSignal<Option<String>>,
    /// The id of the result it is compared with; `groups` for its own groups.
    pub with: RwSignal<Option<String>>,
    /// The name of the figure that is shown side by side, or `all`; none for the first map.
    pub beside: RwSignal<Option<String>>,
    /// How the heads of the attention grid are arranged.
    pub heads: RwSignal<Arrangement>,
    /// Whether one scale holds for all heads of the attention grid.
    pub common: RwSignal<bool>,
    /// The token, from 0, whose row stands out in the attention grid: the one that a click has locked.
    pub query: RwSignal<Option<usize>>,
    /// Whether maps of pairs show the selected one instead of the mean over all.
    pub one_pair: RwSignal<bool>,
    /// The selected cell of maps over positions: layer, and column.
    pub cell: RwSignal<Option<(usize, usize)>>,
    /// The receivers of path patching so far.
    pub trail: RwSignal<Vec<Hop>>,
    /// Heads that are ablated together.
    pub ablated: RwSignal<BTreeSet<(usize, usize)>>,
    /// Whether they are ablated to their mean rather than to zero.
    pub to_mean: RwSignal<bool>,
}

impl ViewState {
    /// Signals that start as `view` says.
    pub fn new(view: View) -> Self {
        Self {
            head: RwSignal::new(view.head),
            hovered_head: RwSignal::new(None),
            prompt: RwSignal::new(view.prompt),
            weighted: RwSignal::new(view.weighted),
            transposed: RwSignal::new(view.transposed),
            palette: RwSignal::new(view.palette),
            scale: RwSignal::new(view.scale),
            tables: RwSignal::new(view.tables),
            maximised: RwSignal::new(view.maximised),
            with: RwSignal::new(view.with),
            beside: RwSignal::new(view.beside),
            heads: RwSignal::new(view.heads),
            common: RwSignal::new(view.common),
            query: RwSignal::new(view.query),
            one_pair: RwSignal::new(view.causal.one_pair),
            cell: RwSignal::new(view.causal.cell),
            trail: RwSignal::new(view.causal.trail),
            ablated: RwSignal::new(view.causal.ablated),
            to_mean: RwSignal::new(view.causal.to_mean),
        }
    }

    /// What the signals say now. Tracks all of them.
    pub fn snapshot(&self) -> View {
        View {
            head: self.head.get(),
            prompt: self.prompt.get(),
            weighted: self.weighted.get(),
            transposed: self.transposed.get(),
            palette: self.palette.get(),
            scale: self.scale.get(),
            tables: self.tables.get(),
            maximised: self.maximised.get(),
            with: self.with.get(),
            beside: self.beside.get(),
            heads: self.heads.get(),
            common: self.common.get(),
            query: self.query.get(),
            causal: Causal {
                one_pair: self.one_pair.get(),
                cell: self.cell.get(),
                trail: self.trail.get(),
                ablated: self.ablated.get(),
                to_mean: self.to_mean.get(),
            },
        }
    }

    /// [`ViewState::snapshot`] without tracking.
    pub fn snapshot_untracked(&self) -> View {
        untrack(|| self.snapshot())
    }

    /// Sets every signal that differs from `view`.
    pub fn restore(&self, view: View) {
        put(self.head, view.head);
        put(self.prompt, view.prompt);
        put(self.weighted, view.weighted);
        put(self.transposed, view.transposed);
        put(self.palette, view.palette);
        put(self.scale, view.scale);
        put(self.tables, view.tables);
        put(self.maximised, view.maximised);
        put(self.with, view.with);
        put(self.beside, view.beside);
        put(self.heads, view.heads);
        put(self.common, view.common);
        put(self.query, view.query);
        put(self.one_pair, view.causal.one_pair);
        put(self.cell, view.causal.cell);
        put(self.trail, view.causal.trail);
        put(self.ablated, view.causal.ablated);
        put(self.to_mean, view.causal.to_mean);
        put(self.hovered_head, None);
    }

    /// The head to mark: the one under the pointer, or else the locked one. Tracks.
    pub fn marked_head(&self) -> Option<(usize, usize)> {
        self.hovered_head.get().or(self.head.get())
    }

    /// Whether the figure of that name is shown as a table. Tracks.
    pub fn is_table(&self, figure: &str) -> bool {
        self.tables.with(|tables| tables.contains(figure))
    }

    /// Switches the figure of that name between picture and table.
    pub fn toggle_table(&self, figure: &str) {
        self.tables.update(|tables| {
            if !tables.remove(figure) {
                tables.insert(figure.to_owned());
            }
        });
    }
}

/// Sets a signal only if that changes it, so that its watchers do not rerun for nothing.
fn put<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|now| *now != value) {
        signal.set(value);
    }
}
