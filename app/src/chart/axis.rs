//! The axis of layers, `embed | 0 … n−1 | bias`, which line charts and head maps share pixel by pixel, so that one
//! band marks a layer in all of them.
//!
//! One layer is one unit: layer `l` spans `l` to `l + 1`, with a slot for the embeddings before 0 and one for the bias
//! after n. A unit is a whole number of device pixels, because the head map's cells are.

use super::json::{Object, object};
use super::{Inks, Part};

/// The geometry of the axis in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LayerAxis {
    /// How many layers.
    pub layers: usize,
    /// Width of the whole figure.
    pub width: f64,
    /// From the figure's left edge to the axis.
    pub left: f64,
    /// Width of the slots before layer 0 and after the last.
    pub slot: f64,
    /// Width of a layer.
    pub cell: f64,
    /// Whether there is little room: labels are left out.
    pub narrow: bool,
}

impl LayerAxis {
    /// The axis for a figure of that width, on a screen of `ratio` device pixels a CSS pixel.
    pub fn new(layers: usize, width: f64, ratio: f64) -> Self {
        let narrow = width < 480.0;
        let (left, right, slot) = if narrow { (28.0, 52.0, 34.0) } else { (36.0, 84.0, 36.0) };
        let room = (width - left - right - 2.0 * slot) / layers.max(1) as f64;
        let cell = ((room * ratio).floor() / ratio).max(1.0 / ratio);
        Self { layers, width, left, slot, cell, narrow }
    }

    /// Where layer `layer` begins, from the figure's left edge.
    pub fn x(&self, layer: usize) -> f64 {
        self.left + self.slot + layer as f64 * self.cell
    }

    /// Where the axis ends, from the figure's left edge.
    pub fn end(&self) -> f64 {
        self.x(self.layers) + self.slot
    }

    /// Where a place of the residual stream stands, in layers.
    pub fn position(&self, part: Part) -> f64 {
        let (slot, layers) = (self.slot / self.cell, self.layers as f64);
        match part {
            Part::Embed => -0.5 * slot,
            Part::PosEmbed => -0.2 * slot,
            Part::Pre(layer) => layer as f64,
            Part::Mid(l) | Part::AttnOut(l) | Part::MlpOut(l) | Part::AttnBias(l) => l as f64 + 0.5,
            Part::FinalPost => layers,
            Part::Bias => layers + 0.5 * slot,
        }
    }

    /// Every how many layers one is labelled, so that labels of 24 px fit.
    pub fn every(&self) -> usize {
        [1, 2, 4, 8, 16].into_iter().find(|n| *n as f64 * self.cell >= 24.0).unwrap_or(32)
    }

    /// Plotly's `xaxis`.
    pub(crate) fn plotly(&self, inks: &Inks) -> Object {
        let labelled = (0..self.layers).step_by(self.every());
        let (mut at, mut text): (Vec<f64>, Vec<String>) =
            labelled.map(|l| (self.position(Part::AttnOut(l)), l.to_string())).unzip();
        at.extend([self.position(Part::Embed), self.position(Part::Bias)]);
        text.extend(["embed".to_owned(), "bias".to_owned()]);
        let slot = self.slot / self.cell;
        object! {
            "range": [-slot, self.layers as f64 + slot], "fixedrange": true,
            "tickvals": at, "ticktext": text, "tickangle": 0, "tickfont": object! { "color": inks.ink_3 },
            "showgrid": false, "zeroline": false, "showline": false, "ticks": "",
        }
    }

    /// Plotly's shape for the band over a layer.
    pub(crate) fn band(layer: usize, inks: &Inks) -> Object {
        object! {
            "type": "rect", "layer": "below", "xref": "x", "yref": "paper",
            "x0": layer, "x1": layer + 1, "y0": 0, "y1": 1,
            "fillcolor": inks.accent_tint, "line": object! { "width": 0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_is_a_whole_number_of_device_pixels_and_all_fits() {
        for (layers, width, ratio) in [(24, 644.0, 1.0), (4, 328.0, 2.0), (24, 328.0, 1.5), (12, 900.0, 1.25)]
        {
            let axis = LayerAxis::new(layers, width, ratio);
            assert!(((axis.cell * ratio).fract()).abs() < 1e-9);
            assert!(axis.end() <= width, "{axis:?}");
        }
    }

    #[test]
    fn places_are_in_the_order_of_the_computation() {
        let axis = LayerAxis::new(2, 600.0, 1.0);
        let order = [
            Part::Embed,
            Part::PosEmbed,
            Part::Pre(0),
            Part::AttnOut(0),
            Part::Pre(1),
            Part::Mid(1),
            Part::FinalPost,
            Part::Bias,
        ];
        assert!(order.map(|p| axis.position(p)).is_sorted());
    }

    #[test]
    fn labels_thin_out_when_layers_are_narrow() {
        assert_eq!(LayerAxis::new(4, 644.0, 1.0).every(), 1);
        assert_eq!(LayerAxis::new(24, 644.0, 1.0).every(), 2);
        assert_eq!(LayerAxis::new(24, 328.0, 1.0).every(), 4);
    }
}
