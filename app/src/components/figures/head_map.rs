//! The numbers of the head map, apart from how they are shown: heads by layer, each layer's attention bias, and the
//! attention output that they add up to.

use crate::chart::format::{ordinal, signed};
use crate::chart::part::head_name;
use crate::chart::series;
use model::wire::{Figure, FigureData};

/// What each head adds to the logit difference.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeadMap {
    /// How many layers.
    pub layers: usize,
    /// How many heads a layer.
    pub heads: usize,
    /// Layers × heads; NaN where it is not computed yet.
    pub values: Vec<f32>,
    /// The attention bias of each layer, b_O.
    pub bias: Vec<f32>,
    /// heads + b_O of each layer, as the layer attribution has it.
    pub attn_out: Vec<f32>,
}

impl HeadMap {
    /// From the figures `head_attribution`, `bias_attribution` and `layer_attribution`, all of one `group` or, without,
    /// the means; none if the first is no matrix of that shape.
    pub fn new(
        heads: &Figure,
        bias: Option<&Figure>,
        layers: Option<&Figure>,
        group: Option<&str>,
    ) -> Option<Self> {
        let FigureData::Heatmap { rows, columns, values } = &heads.data else { return None };
        if values.len() != rows.len() * columns.len() {
            return None;
        }
        let name = group.map_or_else(|| "mean".to_owned(), |group| format!("group:{group}"));
        let by_layer = |figure: Option<&Figure>, site: &str| {
            let at = |layer| super::lines::value_at(figure?, &name, &format!("{layer}_{site}"));
            (0..rows.len()).map(|layer| at(layer).unwrap_or(f32::NAN)).collect()
        };
        // without the series of the group there is nothing to add up
        let bias = bias.filter(|f| series(f, &name).is_some());
        Some(Self {
            layers: rows.len(),
            heads: columns.len(),
            values: values.to_vec(),
            bias: by_layer(bias, "b_O"),
            attn_out: by_layer(layers, "attn_out"),
        })
    }

    /// A head's value; none outside the map or before it is computed.
    pub fn value(&self, (layer, head): (usize, usize)) -> Option<f32> {
        let inside = layer < self.layers && head < self.heads;
        let value = inside.then(|| self.values.get(layer * self.heads + head).copied())?;
        value.filter(|v| v.is_finite())
    }

    /// The largest magnitude among the heads: the range of the colours.
    pub fn limit(&self) -> f32 {
        self.values.iter().filter(|v| v.is_finite()).fold(0.0, |largest, v| largest.max(v.abs()))
    }

    /// The heads that are computed, layer by layer.
    pub fn known(&self) -> impl Iterator<Item = ((usize, usize), f32)> {
        let heads = (0..self.layers).flat_map(|l| (0..self.heads).map(move |h| (l, h)));
        heads.filter_map(|head| Some((head, self.value(head)?)))
    }

    /// `1st of 384 heads`, by magnitude.
    pub fn rank(&self, head: (usize, usize)) -> Option<String> {
        let size = self.value(head)?.abs();
        let larger = self.known().filter(|(_, v)| v.abs() > size).count();
        Some(format!("{} of {} heads", ordinal(larger + 1), self.layers * self.heads))
    }

    /// `8 heads +0.512 + b_O +0.103 = attn_out +0.615`: how one layer adds up.
    pub fn sum_of(&self, layer: usize) -> String {
        let heads: f64 = (0..self.heads).filter_map(|h| self.value((layer, h))).map(f64::from).sum();
        let at = |values: &[f32]| signed(values.get(layer).copied().unwrap_or(f32::NAN), 3);
        let (bias, out) = (at(&self.bias), at(&self.attn_out));
        format!("{} heads {} + b_O {bias} = attn_out {out}", self.heads, signed(heads, 3))
    }

    /// The map in words.
    pub fn summary(&self) -> String {
        let mut named = Vec::new();
        let mut below = f32::INFINITY;
        // the three largest, one after another
        while let Some((head, value)) =
            self.known().filter(|(_, v)| v.abs() < below).max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
            && named.len() < 3
        {
            below = value.abs();
            named.push(format!("{} {}", head_name(head), signed(value, 2)));
        }
        let largest = named.join(", ");
        format!("Head attribution, {} layers by {} heads, largest {largest}", self.layers, self.heads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::wire::Series;

    fn line(x: [&str; 2], mean: [f32; 2]) -> Figure {
        let series = vec![Series { name: "mean".into(), y: mean.to_vec().into() }];
        let data = FigureData::Line { x: x.map(String::from).into(), series };
        Figure { name: String::new(), prompt: None, title: String::new(), data }
    }

    fn map() -> HeadMap {
        let data = FigureData::Heatmap {
            rows: vec!["L0".into(), "L1".into()],
            columns: vec!["H0".into(), "H1".into()],
            values: vec![0.1, -0.5, 1.0, f32::NAN].into(),
        };
        let heads = Figure { name: String::new(), prompt: None, title: String::new(), data };
        let bias = line(["0_b_O", "1_b_O"], [0.25, 0.5]);
        let layers = line(["0_attn_out", "1_attn_out"], [-0.15, 1.5]);
        HeadMap::new(&heads, Some(&bias), Some(&layers), None).unwrap()
    }

    #[test]
    fn heads_are_ranked_by_magnitude_and_missing_ones_are_not() {
        assert_eq!(map().known().count(), 3);
        assert_eq!(map().rank((0, 1)).as_deref(), Some("2nd of 4 heads"));
        assert_eq!(map().rank((1, 1)), None);
        assert_eq!(map().limit().to_bits(), 1f32.to_bits());
    }

    #[test]
    fn a_layer_adds_up_in_words() {
        assert_eq!(map().sum_of(0), "2 heads −0.400 + b_O +0.250 = attn_out −0.150");
        assert_eq!(
            map().summary(),
            "Head attribution, 2 layers by 2 heads, largest L1H0 +1.00, L0H1 −0.50, L0H0 +0.10"
        );
    }
}
