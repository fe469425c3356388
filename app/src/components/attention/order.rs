//! Which head stands where: by layer, or in the order of a score; those below a threshold are hinted at or left out.

use super::maps::Maps;
use super::scores::Scores;
use crate::heatmap::atlas::{Place, Places};
use crate::link::Arrangement;

/// What the heads are arranged by.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Order {
    /// The score that is looked at, by its number among the names.
    pub score: Option<usize>,
    /// Whether heads stand in its order, largest first, rather than by layer.
    pub sorted: bool,
    /// The least value of it that a head must have.
    pub least: f64,
}

impl Order {
    /// What a link asks for, among the scores that there are; none of an unknown name.
    pub fn of(asked: &Arrangement, scores: &Scores) -> Self {
        let place = |name: &String| scores.names.iter().position(|known| known == name);
        let score = asked.score.as_ref().and_then(place);
        Self { score, sorted: asked.sorted, least: asked.least.unwrap_or(f64::MIN) }
    }

    /// Whether heads stand in the order of a score.
    pub fn is_sorted(&self) -> bool {
        self.sorted && self.score.is_some()
    }

    /// Whether a head passes.
    pub fn keeps(&self, scores: &Scores, head: (usize, usize)) -> bool {
        let Some(score) = self.score else { return true };
        // a head without a score is not below any threshold, and one without a threshold is kept
        scores.get(head, score).is_none_or(|v| v >= self.least || v.is_nan())
    }

    /// The maps that pass, largest score first where there is an order, else layer by layer.
    pub fn kept(&self, maps: &Maps, scores: &Scores) -> Vec<usize> {
        let mut kept: Vec<usize> =
            (0..maps.pyramid.tiles()).filter(|tile| self.keeps(scores, maps.head_of(*tile))).collect();
        if let Some(score) = self.score.filter(|_| self.sorted) {
            let value = |tile: usize| scores.get(maps.head_of(tile), score).filter(|v| !v.is_nan());
            // stable: heads of equal scores stay layer by layer, and those without one come last
            kept.sort_by(|a, b| {
                let (a, b) = (value(*a), value(*b));
                b.unwrap_or(f64::NEG_INFINITY).total_cmp(&a.unwrap_or(f64::NEG_INFINITY))
            });
        }
        kept
    }

    /// By layer: `layers` of them left to right (`across`) or down, heads the other way; a layer that is not done is
    /// empty.
    pub fn by_layer(&self, maps: &Maps, scores: &Scores, layers: usize, across: bool) -> Places {
        let (columns, rows) = if across { (layers, maps.heads) } else { (maps.heads, layers) };
        let place = |slot: usize| {
            let (row, column) = (slot / columns, slot % columns);
            let head = if across { (column, row) } else { (row, column) };
            let faint = !self.keeps(scores, head);
            maps.tile_of(head).map(|tile| Place { tile, faint })
        };
        Places { columns, slots: (0..columns * rows).map(place).collect() }
    }

    /// In the order of the score, in rows of `columns`, without those below the threshold.
    pub fn in_rows(&self, maps: &Maps, scores: &Scores, columns: usize) -> Places {
        let slots = self.kept(maps, scores).into_iter().map(|tile| Some(Place { tile, faint: false }));
        Places { columns, slots: slots.collect() }
    }
}

/// The nearest place in a direction that is not empty, from one given as (column, row).
pub fn step(places: &Places, from: (usize, usize), (right, down): (isize, isize)) -> Option<(usize, usize)> {
    let mut at = from;
    loop {
        at = (at.0.checked_add_signed(right)?, at.1.checked_add_signed(down)?);
        if at.0 >= places.columns || at.1 >= places.rows() {
            return None;
        }
        if places.at(at).is_some() {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::scores::tests::scores;
    use super::*;
    use crate::heatmap::atlas::Pyramid;
    use std::sync::Arc;

    fn maps() -> Maps {
        Maps { layers: 2, heads: 2, pyramid: Arc::new(Pyramid::new(4, 1, &[1.0; 4]).unwrap()) }
    }

    fn shown(places: &Places) -> Vec<Option<(usize, bool)>> {
        places.slots.iter().map(|place| place.map(|place| (place.tile, place.faint))).collect()
    }

    #[test]
    fn layers_run_across_or_down_and_heads_below_the_threshold_are_faint() {
        let order = Order { score: Some(0), sorted: false, least: 0.6 };
        let across = order.by_layer(&maps(), &scores(), 3, true);
        assert_eq!(across.columns, 3);
        assert_eq!(
            shown(&across),
            [Some((0, true)), Some((2, false)), None, Some((1, false)), Some((3, true)), None]
        );
        let down = Order::default().by_layer(&maps(), &scores(), 3, false);
        assert_eq!((down.columns, down.rows(), down.find(3)), (2, 3, Some((1, 1))));
        assert!(down.slots.iter().flatten().all(|place| !place.faint));
    }

    #[test]
    fn the_largest_score_comes_first_and_what_is_below_the_threshold_not_at_all() {
        let order = Order { score: Some(0), sorted: true, least: 0.0 };
        assert_eq!(order.kept(&maps(), &scores()), [1, 3, 0, 2]);
        let order = Order { least: 0.5, ..order };
        assert_eq!(
            shown(&order.in_rows(&maps(), &scores(), 2)),
            [Some((1, false)), Some((3, false)), Some((2, false))]
        );
        let order = Order { score: Some(1), ..order };
        assert_eq!(order.kept(&maps(), &scores()), [2, 0, 1]);
    }

    #[test]
    fn a_link_names_the_score_and_an_unknown_one_is_none() {
        let asked = |name: &str| Arrangement { score: Some(name.to_owned()), sorted: true, least: Some(0.5) };
        assert_eq!(
            Order::of(&asked("entropy"), &scores()),
            Order { score: Some(1), sorted: true, least: 0.5 }
        );
        let unknown = Order::of(&asked("beauty"), &scores());
        assert!(!unknown.is_sorted());
        assert_eq!(unknown.kept(&maps(), &scores()), [0, 1, 2, 3]);
    }

    #[test]
    fn walking_skips_empty_places_and_stops_at_the_edges() {
        let order = Order::default();
        let mut places = order.by_layer(&maps(), &scores(), 2, true);
        assert_eq!(step(&places, (0, 0), (1, 0)), Some((1, 0)));
        assert_eq!(step(&places, (1, 0), (1, 0)), None);
        assert_eq!(step(&places, (0, 0), (0, -1)), None);
        places.slots[1] = None;
        assert_eq!((step(&places, (0, 0), (1, 0)), step(&places, (1, 1), (0, -1))), (None, None));
        places.columns = 4;
        places.slots[2] = None;
        assert_eq!(step(&places, (0, 0), (1, 0)), Some((3, 0)));
    }
}
