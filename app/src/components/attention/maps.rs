//! The figure `attention` as maps to draw.

use crate::heatmap::atlas::Pyramid;
use model::wire::{Figure, FigureData};
use std::sync::Arc;

/// Patterns of all heads of the layers that are done, numbered layer by layer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Maps {
    /// Layers that are done.
    pub layers: usize,
    /// Heads a layer.
    pub heads: usize,
    /// The patterns, queries down and keys across.
    pub pyramid: Arc<Pyramid>,
}

impl Maps {
    /// Of a tensor with the axes layer, head, query, key; none for another figure.
    pub fn of(figure: &Figure) -> Option<Self> {
        let (layers, heads, side, values) = patterns(figure)?;
        Some(Self { layers, heads, pyramid: Arc::new(Pyramid::new(layers * heads, side, values)?) })
    }

    /// The (layer, head) of a map.
    pub fn head_of(&self, tile: usize) -> (usize, usize) {
        (tile / self.heads.max(1), tile % self.heads.max(1))
    }

    /// The map of a (layer, head); none where it is not done, or there is no such head.
    pub fn tile_of(&self, (layer, head): (usize, usize)) -> Option<usize> {
        (layer < self.layers && head < self.heads).then(|| layer * self.heads + head)
    }

    /// What the heads in `tiles` give to each key from one query, on average.
    pub fn mean(&self, tiles: impl Iterator<Item = usize>, query: usize) -> Vec<f32> {
        let (mut sum, mut count) = (vec![0.0; self.pyramid.side()], 0);
        for tile in tiles {
            count += 1;
            for (sum, value) in sum.iter_mut().zip(self.pyramid.row(tile, query)) {
                *sum += value;
            }
        }
        sum.into_iter().map(|sum: f32| sum / count.max(1) as f32).collect()
    }
}

/// Layers, heads, cells a side and values of a tensor of patterns.
fn patterns(figure: &Figure) -> Option<(usize, usize, usize, &[f32])> {
    let FigureData::Tensor { axes, shape, values } = &figure.data else { return None };
    let [layers, heads, queries, keys] = shape[..] else { return None };
    let named = axes.iter().map(String::as_str).eq(["layer", "head", "query", "key"]);
    let whole = queries == keys && values.len() == layers * heads * queries * keys;
    (named && whole).then_some((layers, heads, queries, values))
}

/// One head's pattern in the tensor, row-major; none where its layer is not done.
pub fn pattern(figure: &Figure, (layer, head): (usize, usize)) -> Option<&[f32]> {
    let (layers, heads, side, values) = patterns(figure)?;
    let inside = layer < layers && head < heads;
    inside.then(|| &values[(layer * heads + head) * side * side..][..side * side])
}

/// The cell in which a token is, where `side` cells cover `tokens` tokens: cell i begins at token ⌊i · tokens / side⌋.
pub fn cell_of(token: usize, tokens: usize, side: usize) -> usize {
    ((token + 1) * side).div_ceil(tokens.max(1)).saturating_sub(1)
}

/// The first token of a cell.
pub fn first_token(cell: usize, tokens: usize, side: usize) -> usize {
    cell * tokens / side.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tensor(shape: [usize; 4]) -> Figure {
        let values: Vec<f32> = (0..shape.iter().product()).map(|i: usize| i as f32).collect();
        let axes = ["layer", "head", "query", "key"].map(str::to_owned).to_vec();
        let data = FigureData::Tensor { axes, shape: shape.to_vec(), values: values.into() };
        Figure { name: "attention".into(), prompt: Some(0), title: String::new(), data }
    }

    #[test]
    fn maps_are_numbered_layer_by_layer() {
        let maps = Maps::of(&tensor([2, 3, 2, 2])).unwrap();
        assert_eq!((maps.layers, maps.heads, maps.pyramid.side()), (2, 3, 2));
        assert_eq!((maps.head_of(4), maps.tile_of((1, 1)), maps.tile_of((2, 0))), ((1, 1), Some(4), None));
        assert_eq!(maps.pyramid.value(4, 1, 0), Some(18.0));
        assert_eq!(pattern(&tensor([2, 3, 2, 2]), (1, 1)), Some(&[16.0, 17.0, 18.0, 19.0][..]));
        assert_eq!(pattern(&tensor([2, 3, 2, 2]), (2, 1)), None);
        assert_eq!(maps.mean([0, 4].into_iter(), 1), [10.0, 11.0]);
        assert_eq!(maps.mean(std::iter::empty(), 1), [0.0, 0.0]);
    }

    #[test]
    fn another_tensor_has_no_maps() {
        assert!(Maps::of(&tensor([2, 3, 2, 3])).is_none());
    }

    proptest! {
        #[test]
        fn a_token_is_in_the_cell_that_begins_at_or_before_it(tokens in 1_usize..300, side in 1_usize..300, token in 0_usize..300) {
            let (side, token) = (side.min(tokens), token % tokens);
            let cell = cell_of(token, tokens, side);
            prop_assert!(cell < side && first_token(cell, tokens, side) <= token);
            prop_assert!(cell + 1 == side || first_token(cell + 1, tokens, side) > token);
        }
    }
}
