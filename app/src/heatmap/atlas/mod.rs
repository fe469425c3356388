//! Many maps on one surface: every head's attention pattern as a thumbnail, panned and zoomed.
//!
//! An [`Atlas`] says what is shown, a [`Camera`] from where; the [`Shot`] they make has the arithmetic that the shader
//! and the pixels of the 2-D canvas share, in whole numbers, so that both draw the same picture.

mod camera;
mod pyramid;
mod raster;

pub use camera::{Camera, Frame, Placement};
pub use pyramid::{Level, Pyramid, run};
pub use raster::Raster;

use super::{Ground, Map};
use std::sync::Arc;

/// The shader of the wgpu renderer; a test has naga validate it without a GPU.
pub const SHADER: &str = concat!(include_str!("../both.wgsl"), include_str!("atlas.wgsl"));

/// What is faint keeps this share of its colour.
pub const FAINT: f32 = 0.16;

/// What stands in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The number of the map.
    pub tile: usize,
    /// Whether it is only hinted at.
    pub faint: bool,
}

/// The maps in their places, row by row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Places in a row.
    pub columns: usize,
    /// From the top left; none is empty.
    pub slots: Vec<Option<Place>>,
}

impl Places {
    const EMPTY: u32 = u32::MAX;
    const FAINT: u32 = 1 << 31;

    /// Rows, the last of which may have empty places.
    pub fn rows(&self) -> usize {
        self.slots.len().div_ceil(self.columns.max(1))
    }

    /// What stands in a place given as (column, row).
    pub fn at(&self, (column, row): (usize, usize)) -> Option<Place> {
        let inside = column < self.columns;
        self.slots.get(row * self.columns + column).copied().flatten().filter(|_| inside)
    }

    /// Where a map stands, as (column, row).
    pub fn find(&self, tile: usize) -> Option<(usize, usize)> {
        let slot = self.slots.iter().position(|place| place.is_some_and(|place| place.tile == tile))?;
        Some((slot % self.columns, slot / self.columns))
    }

    /// One number a place, for the shader.
    pub fn packed(&self) -> Vec<u32> {
        let pack = |place: &Option<Place>| {
            place.map_or(Self::EMPTY, |p| p.tile as u32 | if p.faint { Self::FAINT } else { 0 })
        };
        self.slots.iter().map(pack).collect()
    }
}

/// What is shown, apart from how large.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Atlas {
    /// The maps.
    pub pyramid: Arc<Pyramid>,
    /// Where each stands.
    pub places: Arc<Places>,
    /// The value of the last colour; none gives each map its own, its maximum. The first colour is zero's.
    pub common: Option<f32>,
    /// The one row that is shown of every map, the others being faint.
    pub row: Option<usize>,
    /// Which colours.
    pub map: Map,
    /// Which paper they are seen on.
    pub ground: Ground,
}

/// The row that stands out, at the size of one shot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// The row of the finest level.
    pub row: usize,
    /// Its first pixel from the top of the map.
    pub top: u32,
    /// The pixel after its last one.
    pub bottom: u32,
}

/// An atlas seen by a camera.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shot {
    /// What is shown.
    pub atlas: Atlas,
    /// Width and height of the canvas in device pixels.
    pub window: (u32, u32),
    /// Where the places stand.
    pub placement: Placement,
    /// Device pixels in a CSS pixel.
    pub ratio: f64,
}

impl Shot {
    /// Least height of the row that stands out, in CSS pixels.
    const BAND: f64 = 4.0;

    /// The level of detail.
    pub fn level(&self) -> Level {
        self.atlas.pyramid.level_for(self.placement.tile)
    }

    /// Where the row that stands out is drawn: at its place, and high enough to be seen.
    pub fn band(&self) -> Option<Band> {
        let (side, tile) = (self.atlas.pyramid.side() as u32, self.placement.tile);
        let row = self.atlas.row.filter(|row| *row < side as usize)?;
        let edge = |row: u32| (u64::from(row) * u64::from(tile) / u64::from(side)) as u32;
        let (top, bottom) = (edge(row as u32), edge(row as u32 + 1));
        let least = ((Self::BAND * self.ratio).round() as u32).min(tile);
        let height = least.max(bottom - top);
        // what would stick out at an end goes to the other side
        let top = top.saturating_sub((height - (bottom - top)) / 2).min(tile - height);
        Some(Band { row, top, bottom: top + height })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shot(side: usize, tile: u32, row: usize) -> Shot {
        let pyramid = Pyramid::new(1, side, &vec![0.5; side * side]).unwrap();
        let atlas = Atlas { pyramid: Arc::new(pyramid), row: Some(row), ..Atlas::default() };
        let placement = Placement { pitch: tile + 1, tile, ..Placement::default() };
        Shot { atlas, placement, ratio: 1.0, window: (tile, tile) }
    }

    #[test]
    fn a_thin_row_is_drawn_high_enough_and_inside_its_map() {
        for (row, expected) in [(0, (0, 4)), (32, (14, 18)), (63, (28, 32))] {
            let band = shot(64, 32, row).band().unwrap();
            assert_eq!((band.row, band.top, band.bottom), (row, expected.0, expected.1));
        }
        assert_eq!(shot(64, 640, 3).band(), Some(Band { row: 3, top: 30, bottom: 40 }));
        assert_eq!(shot(64, 2, 3).band(), Some(Band { row: 3, top: 0, bottom: 2 }));
        assert_eq!(shot(4, 32, 4).band(), None);
    }

    #[test]
    fn places_are_found_by_map_and_by_place() {
        let place = |tile, faint| Some(Place { tile, faint });
        let places = Places { columns: 2, slots: vec![place(1, false), None, place(0, true)] };
        assert_eq!((places.rows(), places.find(0), places.find(7)), (2, Some((0, 1)), None));
        assert_eq!(places.at((0, 1)), place(0, true));
        assert_eq!((places.at((1, 0)), places.at((2, 0)), places.at((1, 1))), (None, None, None));
        assert_eq!(places.packed(), [1, u32::MAX, 1 << 31]);
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
