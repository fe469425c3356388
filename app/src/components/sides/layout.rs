//! Where the maps of two sides and their difference stand, and in which colours: one scale for the two, in a row where
//! there is room. Pure.

use crate::compare::Sides;
use crate::components::any::shown::{Matrix, Room, Shown, colors};
use crate::heatmap::{Cell, Ground, Map, Scale};
use model::wire::Figure;
use std::sync::Arc;

/// Between two maps in a row, CSS pixels.
pub const BETWEEN: f64 = 20.0;
/// The least width of a cell in a row of maps: with narrower ones they stand one below the other.
const LEAST: f64 = 7.0;
/// The least width of a map in a row.
const NARROWEST: f64 = 120.0;

/// What the screen and the reader ask for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Width for all, CSS pixels.
    pub width: f64,
    /// Device pixels in one CSS pixel.
    pub ratio: f64,
    /// The diverging map.
    pub diverging: Map,
    /// The paper.
    pub ground: Ground,
    /// Whether layers run left to right in maps of heads.
    pub across: bool,
    /// The range ± of maps of heads, where it is set.
    pub limit: Option<f32>,
}

/// The maps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Laid {
    /// First, other, and the difference where there is one.
    pub maps: Vec<Shown>,
    /// Whether they stand in a row.
    pub in_row: bool,
    /// Whether no map is wider than the room.
    pub fits: bool,
}

/// Lays the maps out; none of figures that are none, or without room.
pub fn lay_out(sides: &Sides, look: Look) -> Option<Laid> {
    let figures = [Some(&sides.first), Some(&sides.other), sides.difference.as_ref()];
    let matrix = |figure: &Arc<Figure>| {
        let matrix = Matrix::of(&figure.data)?;
        Some(if look.across && matrix.heads().is_some() { matrix.transposed() } else { matrix })
    };
    let matrices = figures.into_iter().flatten().map(matrix).collect::<Option<Vec<_>>>()?;
    (look.width > 0.0).then(|| place(matrices, look))
}

fn place(matrices: Vec<Matrix>, look: Look) -> Laid {
    let colors = colors_of(&matrices, look);
    let same_rows = matrices.iter().all(|matrix| matrix.rows == matrices[0].rows);
    let count = matrices.len() as f64;
    // in a row the first map's labels are those of all
    let rooms: Vec<f64> = matrices.iter().map(Matrix::label_room).collect();
    let labels = if same_rows { rooms[0] } else { rooms.iter().sum() };
    let most = matrices.iter().map(|matrix| matrix.columns.len()).max().unwrap_or(1).max(1);
    let share = (look.width - labels - BETWEEN * (count - 1.0)) / count;
    let in_row = share >= NARROWEST && share / most as f64 >= LEAST;
    let map = |(i, (matrix, colors)): (usize, (Matrix, (Scale, Map)))| {
        let left = if in_row && same_rows && i > 0 { 0.0 } else { rooms[i] };
        let width = if in_row { share } else { look.width - left };
        let room = Room { width, wide: (4.0, 48.0), high: (6.0, 22.0), ratio: look.ratio };
        Shown::new(matrix, colors, look.ground, left, room)
    };
    let maps: Vec<Shown> = matrices.into_iter().zip(colors).enumerate().map(map).collect();
    let fits =
        in_row || maps.iter().all(|map| map.left + map.columns.len() as f64 * map.cell.0 <= look.width);
    Laid { maps, in_row, fits }
}

/// One scale for the two sides; the difference, which is smaller, has its own.
fn colors_of(matrices: &[Matrix], look: Look) -> Vec<(Scale, Map)> {
    let ends = |matrices: &[Matrix]| {
        let each = matrices.iter().map(Matrix::ends);
        each.fold((0f32, 0f32), |(low, high), (l, h)| (low.min(l), high.max(h)))
    };
    let of_heads = matrices.iter().all(|matrix| matrix.heads().is_some());
    let (scale, map) = colors(ends(&matrices[..2]), look.diverging);
    let both = match look.limit.filter(|_| of_heads && scale.low < 0.0) {
        Some(limit) => (Scale::symmetric(limit), map),
        None => (scale, map),
    };
    let (low, high) = ends(&matrices[2..]);
    let difference = (Scale::symmetric(high.max(-low)), look.diverging);
    [both, both, difference].into_iter().take(matrices.len()).collect()
}

impl Laid {
    /// The cell of one map that says the same as a cell of another one; none where it has other labels.
    pub fn counterpart(&self, (from, cell): (usize, Cell), to: usize) -> Option<Cell> {
        let (from, to) = (self.maps.get(from)?, self.maps.get(to)?);
        (from.name(cell) == to.name(cell)).then_some(cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::wire::FigureData;

    fn heads(layers: usize, values: &[f32]) -> Figure {
        let labels = |letter: char, n: usize| (0..n).map(|i| format!("{letter}{i}")).collect();
        let columns = labels('H', values.len() / layers);
        let data = FigureData::Heatmap { rows: labels('L', layers), columns, values: values.to_vec().into() };
        Figure { name: "head_attribution".into(), prompt: None, title: String::new(), data }
    }

    fn laid(first: Figure, other: &Figure, width: f64, limit: Option<f32>) -> Laid {
        let (diverging, ground) = (Map::RedBlue, Ground::Light);
        let look = Look { width, ratio: 1.0, diverging, ground, across: true, limit };
        lay_out(&Sides::new(Arc::new(first), other), look).unwrap()
    }

    #[test]
    fn the_two_share_a_scale_and_the_difference_has_its_own() {
        let laid = laid(heads(2, &[1.0, -4.0, 0.0, 2.0]), &heads(2, &[1.0, -3.5, 0.0, 8.0]), 640.0, None);
        let scales: Vec<Scale> = laid.maps.iter().map(|map| map.map.scale).collect();
        assert_eq!(scales, [8.0, 8.0, 6.0].map(Scale::symmetric));
        assert!(laid.in_row);
        let labels: Vec<bool> = laid.maps.iter().map(|map| map.left > 0.0).collect();
        assert_eq!(labels, [true, false, false]);
        assert_eq!(laid.maps[2].rows, ["H0", "H1"], "layers left to right");
    }

    #[test]
    fn a_range_that_is_set_holds_for_the_two() {
        let laid = laid(heads(1, &[1.0, -4.0]), &heads(1, &[1.0, -3.5]), 640.0, Some(2.0));
        let scales: Vec<Scale> = laid.maps.iter().map(|map| map.map.scale).collect();
        assert_eq!(scales, [2.0, 2.0, 0.5].map(Scale::symmetric));
    }

    #[test]
    fn positive_maps_stay_sequential_and_their_difference_diverges() {
        let laid = laid(heads(1, &[1.0, 0.5]), &heads(1, &[0.75, 0.5]), 640.0, None);
        let maps: Vec<Map> = laid.maps.iter().map(|map| map.map.map).collect();
        assert_eq!(maps, [Map::Mist, Map::Mist, Map::RedBlue]);
    }

    #[test]
    fn on_a_narrow_screen_they_stand_one_below_the_other_with_labels_each() {
        let laid = laid(heads(1, &[1.0, -4.0]), &heads(1, &[1.0, -3.5]), 320.0, None);
        assert!(laid.fits && !laid.in_row && laid.maps.iter().all(|map| map.left > 0.0));
    }

    #[test]
    fn models_of_different_depth_share_the_heads_that_both_have() {
        let laid = laid(heads(2, &[1.0, -4.0, 0.0, 2.0]), &heads(1, &[1.0, 2.0]), 640.0, None);
        assert_eq!(laid.maps.len(), 2);
        let cell = |row, column| Cell { row, column };
        assert_eq!(laid.counterpart((0, cell(1, 0)), 1), Some(cell(1, 0)));
        assert_eq!(laid.counterpart((0, cell(1, 1)), 1), None);
    }
}
