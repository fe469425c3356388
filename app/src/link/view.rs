//! What is shown of a result, as the query of the address; defaults are left out.

use std::collections::BTreeSet;

/// Colours of diverging maps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Palette {
    /// Red below zero, blue above.
    #[default]
    RedBlue,
    /// Orange below zero, purple above: safe for the colour-blind.
    OrangePurple,
}

/// What is shown of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The head that is locked for inspection: (layer, head).
    pub head: Option<(usize, usize)>,
    /// The selected prompt, from 0.
    pub prompt: usize,
    /// Whether the inspector's pattern is weighted by the value's norm.
    pub weighted: bool,
    /// Whether layers run left to right in head maps.
    pub transposed: bool,
    /// Colours of diverging maps.
    pub palette: Palette,
    /// The range of diverging maps, ±, where the user set one.
    pub scale: Option<f64>,
    /// Names of the figures that are shown as tables.
    pub tables: BTreeSet<String>,
    /// The name of the one figure that fills the page.
    pub maximised: Option<String>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            head: None,
            prompt: 0,
            weighted: false,
            transposed: true,
            palette: Palette::RedBlue,
            scale: None,
            tables: BTreeSet::new(),
            maximised: None,
        }
    }
}
