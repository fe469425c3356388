//! The page's colours as Plotly needs them: resolved to `rgb(…)`, since Plotly does not read custom properties.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Colours and fonts of charts, by the names of the page's custom properties.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inks {
    /// The main line, and text that is read first.
    pub ink: String,
    /// Secondary text.
    pub ink_2: String,
    /// Axis labels.
    pub ink_3: String,
    /// Grid lines.
    pub grid: String,
    /// Zero lines.
    pub rule: String,
    /// What lies behind the figures; the rim of points.
    pub paper: String,
    /// What floats above them.
    pub float: String,
    /// What is selected.
    pub accent: String,
    /// The band behind what is selected.
    pub accent_tint: String,
    /// The first series or group; solid, filled.
    pub series_1: String,
    /// The second; dashed, hollow.
    pub series_2: String,
    /// The font of numbers.
    pub mono: String,
}

impl Inks {
    /// Reads the custom properties as they stand at `host`, in whichever theme the page is in.
    pub fn read(host: &HtmlElement) -> Option<Self> {
        // custom properties come back unresolved (`light-dark(…)`); a used colour comes back as rgb(…)
        let probe: HtmlElement = document().create_element("i").ok()?.dyn_into().ok()?;
        probe.set_hidden(true);
        host.append_child(&probe).ok()?;
        let computed = web_sys::window()?.get_computed_style(&probe).ok()??;
        let value = |property: &str| computed.get_property_value(property).unwrap_or_default();
        let color = |token: &str| {
            // a property that cannot be set leaves the colour as it was, which is readable too
            let _ = probe.style().set_property("color", &format!("var({token})"));
            value("color")
        };
        let inks = Self {
            ink: color("--ink"),
            ink_2: color("--ink-2"),
            ink_3: color("--ink-3"),
            grid: color("--grid"),
            rule: color("--rule"),
            paper: color("--paper"),
            float: color("--float"),
            accent: color("--accent"),
            accent_tint: color("--accent-tint"),
            series_1: color("--series-1"),
            series_2: color("--series-2"),
            mono: value("--mono"),
        };
        probe.remove();
        Some(inks)
    }

    /// The colour of the `index`-th series or group: two that differ in both colour and dash, then the same again.
    pub fn series(&self, index: usize) -> &str {
        if index.is_multiple_of(2) { &self.series_1 } else { &self.series_2 }
    }
}
