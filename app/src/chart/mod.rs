//! Line and scatter charts: series of a figure -> Plotly, in the page's theme.
//!
//! Everything up to the JSON that Plotly takes is pure and tested natively: [`part`] reads TransformerLens's labels,
//! [`axis`] lays out the axis of layers that charts and head maps share, the builders ([`prompts`], [`lens`],
//! [`layers`]) make a [`Chart`]. Only [`plotly`] touches the browser: it loads the library when the first
//! chart needs it and binds the five functions that the page uses.
//!
//! The `plotly` crate would type the JSON, but it brings a template engine, a random number generator and every trace
//! type (11 further crates in the WASM), takes an element's id rather than the element, and binds neither hover nor
//! purge. The charts here use two kinds of trace, so they are written as the JSON of Plotly's own reference.

pub mod axis;
pub mod format;
pub mod json;
pub mod layers;
pub mod lens;
pub mod part;
pub mod plain;
pub mod plotly;
pub mod prompts;
pub mod sides;
pub mod theme;

pub use axis::LayerAxis;
pub use part::Part;
pub use theme::Inks;

use json::{Object, object};
use model::wire::{Figure, FigureData, Series};

/// What Plotly draws: its `data` and `layout`.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// The traces, an array.
    pub data: Vec<Object>,
    /// The layout, an object.
    pub layout: Object,
}

#[cfg(test)]
impl Chart {
    /// The data and the layout, read back.
    pub(crate) fn read(&self) -> (serde_json::Value, serde_json::Value) {
        let read = |text: String| serde_json::from_str(&text).unwrap();
        (read(json::text(&self.data)), read(json::text(&self.layout)))
    }
}

/// A chart's width and height in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// From the element it stands in.
    pub width: f64,
    /// From the figure.
    pub height: f64,
}

/// The x labels and the series of a line figure; empty for another kind.
pub fn line(figure: &Figure) -> (&[String], &[Series]) {
    match &figure.data {
        FigureData::Line { x, series } => (x, series),
        _ => (&[], &[]),
    }
}

/// The values of a series of a line figure.
pub fn series<'a>(figure: &'a Figure, name: &str) -> Option<&'a [f32]> {
    line(figure).1.iter().find(|s| s.name == name).map(|s| &*s.y)
}

/// The names of the groups that a line figure has a series for, in order.
pub fn groups(figure: &Figure) -> Vec<String> {
    line(figure).1.iter().filter_map(|s| s.name.strip_prefix("group:")).map(str::to_owned).collect()
}

/// The layout that all charts have in common; `margin` is left, right, top, bottom in CSS pixels.
pub(crate) fn layout(size: Size, margin: [f64; 4], inks: &Inks) -> Object {
    let [l, r, t, b] = margin;
    object! {
        "width": size.width, "height": size.height,
        "margin": object! { "l": l, "r": r, "t": t, "b": b, "pad": 0, "autoexpand": false },
        "paper_bgcolor": inks.paper, "plot_bgcolor": "rgba(0,0,0,0)",
        "font": object! { "family": inks.mono, "size": 10.5, "color": inks.ink_3 },
        "hoverlabel": object! {
            "bgcolor": inks.float, "bordercolor": inks.rule, "align": "left",
            "font": object! { "family": inks.mono, "size": 12, "color": inks.ink },
        },
        "hovermode": "closest", "hoverdistance": 24, "dragmode": false, "showlegend": false,
    }
}

/// A value axis with few grid lines, its zero line stronger.
pub(crate) fn value_axis(inks: &Inks, range: Option<[f64; 2]>) -> Object {
    object! {
        "range": range, "autorange": range.is_none(), "fixedrange": true, "nticks": 5,
        "gridcolor": inks.grid, "zeroline": true, "zerolinecolor": inks.rule, "zerolinewidth": 1,
        "showline": false, "ticks": "", "ticklabelstandoff": 4,
    }
}

/// Numbers for Plotly: a masked value is a gap.
pub(crate) fn numbers(values: &[f32]) -> Vec<Option<f32>> {
    values.iter().map(|v| Some(*v).filter(|v| v.is_finite())).collect()
}

/// The least range that holds zero and all the values, with a little air at both ends; none without values.
pub(crate) fn range_with_zero(values: impl Iterator<Item = f32>) -> Option<[f64; 2]> {
    let (low, high) = values
        .filter(|v| v.is_finite())
        .fold((0f64, 0f64), |(low, high), v| (low.min(f64::from(v)), high.max(f64::from(v))));
    let air = (high - low) * 0.08;
    (high > low).then_some([low - air, high + air])
}
