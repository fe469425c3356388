//! Heatmaps: a matrix of numbers drawn as coloured cells at device pixels. Imports nothing of Leptos.
//!
//! [`Heatmap`] describes one picture and [`Grid`] says which pixels belong to which cell; both are pure. A [`Painter`]
//! puts the picture on a canvas, by wgpu where the browser has a WebGPU adapter and through a 2-D context where it has
//! none. The two agree because they share everything but the last step: the same colour table ([`Colors`]), the same
//! whole-pixel grid, the same rounding of a value to a step of the table.
//!
//! [`atlas`] is the same for many maps at once, panned and zoomed.
//!
//! Labels, the selected cell's ring and the colour bar are elements of the page around the canvas, so that text stays
//! text and a hover costs no drawing. Masked cells and the gaps between cells are transparent: the page's paper shows
//! through, in either theme.

pub mod atlas;
mod colors;
mod grid;
mod painter;
mod pixels;

pub use colors::{Colors, Ground, Map, Rgb, css, ink_on};
pub use grid::{Cell, Grid};
pub use painter::{Paint, Painter, Renderer, Unavailable};
pub use pixels::pixels;

/// The shader of the wgpu renderer; a test has naga validate it without a GPU.
pub const SHADER: &str = concat!(include_str!("both.wgsl"), include_str!("heatmap.wgsl"));

/// The range of values that the colours span. Values outside take the colour of the nearer end.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scale {
    /// The value of the first colour.
    pub low: f32,
    /// The value of the last colour, above `low`.
    pub high: f32,
}

impl Scale {
    /// A figure of zeros has a range too: small, but so large that steps per unit stay finite.
    const LEAST: f32 = 1e-30;

    /// From −`limit` to +`limit`, for diverging maps: zero takes the middle colour.
    pub fn symmetric(limit: f32) -> Self {
        let limit = limit.abs().max(Self::LEAST);
        Self { low: -limit, high: limit }
    }

    /// From zero to `limit`, for sequential maps.
    pub fn from_zero(limit: f32) -> Self {
        Self { low: 0.0, high: limit.max(Self::LEAST) }
    }

    /// Steps of the colour table in one unit of value.
    fn steps_per_unit(self) -> f32 {
        f32::from(Colors::LAST) / (self.high - self.low)
    }

    /// The step of the colour table that a value takes; none for a masked one (NaN). The shader does the same.
    pub fn step(self, value: f32) -> Option<u8> {
        let step = ((value - self.low) * self.steps_per_unit() + 0.5).floor();
        (!value.is_nan()).then(|| step.clamp(0.0, f32::from(Colors::LAST)) as u8)
    }
}

/// One picture: what is drawn, apart from how large.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heatmap {
    /// Cells down.
    pub rows: usize,
    /// Cells across.
    pub columns: usize,
    /// Row-major, rows × columns; NaN is masked and stays transparent.
    pub values: Vec<f32>,
    /// What the colours span.
    pub scale: Scale,
    /// Which colours.
    pub map: Map,
    /// Which paper they are seen on.
    pub ground: Ground,
}

impl Heatmap {
    /// The value of a cell; none outside the matrix or where it is masked.
    pub fn value(&self, cell: Cell) -> Option<f32> {
        let inside = cell.row < self.rows && cell.column < self.columns;
        let value = self.values.get(cell.row * self.columns + cell.column).copied();
        value.filter(|v| inside && !v.is_nan())
    }

    /// The same picture with rows and columns exchanged.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let values = (0..self.columns).flat_map(|c| (0..self.rows).map(move |r| (r, c)));
        Self {
            rows: self.columns,
            columns: self.rows,
            values: values.map(|(r, c)| self.values[r * self.columns + c]).collect(),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_takes_the_middle_step_of_a_symmetric_scale() {
        let scale = Scale::symmetric(1.83);
        assert_eq!(scale.step(0.0), Some(Colors::LAST / 2));
        assert_eq!(scale.step(-1.83), Some(0));
        assert_eq!(scale.step(99.0), Some(Colors::LAST));
        assert_eq!(scale.step(f32::NEG_INFINITY), Some(0));
        assert_eq!(scale.step(f32::NAN), None);
    }

    #[test]
    fn a_figure_of_zeros_has_a_scale_too() {
        assert_eq!(Scale::symmetric(0.0).step(0.0), Some(Colors::LAST / 2));
        assert_eq!(Scale::from_zero(0.0).step(0.0), Some(0));
    }

    #[test]
    fn transposing_twice_gives_the_same_picture() {
        let map = Heatmap {
            rows: 2,
            columns: 3,
            values: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            scale: Scale::symmetric(6.0),
            map: Map::RedBlue,
            ground: Ground::Light,
        };
        let turned = map.transposed();
        assert_eq!(turned.values, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        assert_eq!(turned.value(Cell { row: 2, column: 1 }), Some(6.0));
        assert_eq!(turned.value(Cell { row: 1, column: 2 }), None);
        assert_eq!(turned.transposed(), map);
    }

    #[test]
    fn the_shader_is_valid() {
        let module = naga::front::wgsl::parse_str(SHADER).expect("the shader parses");
        let mut validator = naga::valid::Validator::new(
            naga::valid::ValidationFlags::all(),
            naga::valid::Capabilities::empty(),
        );
        validator.validate(&module).expect("the shader is valid without extra capabilities");
    }
}
