//! The picture as pixels, computed here: what the 2-D canvas shows, and what the shader must show.

use super::{Atlas, FAINT, Level, Pyramid, Shot, run};
use crate::heatmap::{Colors, Ground, Map, Scale};
use std::sync::Arc;

/// The colours of maps at one level, kept while one pans; a map's are found when it comes into view first.
#[derive(Default)]
pub struct Raster {
    key: Option<Key>,
    colors: Vec<u32>,
    maps: Vec<Option<Box<[u32]>>>,
}

/// What the kept colours depend on.
#[derive(PartialEq)]
struct Key {
    pyramid: Arc<Pyramid>,
    level: Level,
    common: Option<f32>,
    map: Map,
    ground: Ground,
}

impl Raster {
    /// The shot, RGBA row by row, transparent where nothing stands.
    pub fn pixels(&mut self, shot: &Shot) -> Vec<u8> {
        self.keep(shot);
        let (width, height) = (shot.window.0 as usize, shot.window.1 as usize);
        let mut out = vec![0_u32; width * height];
        let columns = cells(shot.placement.left, shot.window.0, shot);
        let rows = cells(shot.placement.top, shot.window.1, shot);
        for row in &rows {
            for column in &columns {
                self.draw(shot, (column, row), &mut out);
            }
        }
        // the lowest byte, which comes first in WebAssembly, is red, as in the table of colours
        for color in &mut out {
            *color = color.to_le();
        }
        bytemuck::cast_slice(&out).to_vec()
    }

    /// Forgets colours of another level, scale or theme.
    fn keep(&mut self, shot: &Shot) {
        let Atlas { pyramid, common, map, ground, .. } = &shot.atlas;
        let key = Key {
            pyramid: pyramid.clone(),
            level: shot.level(),
            common: *common,
            map: *map,
            ground: *ground,
        };
        if self.key.as_ref() != Some(&key) {
            self.colors = Colors::of(*map, *ground).packed();
            self.maps = vec![None; pyramid.tiles()];
            self.key = Some(key);
        }
    }

    /// Draws what stands in one place.
    fn draw(&mut self, shot: &Shot, (column, row): (&Stripe, &Stripe), out: &mut [u32]) {
        let Some(place) = shot.atlas.places.at((column.place, row.place)) else { return };
        if place.tile >= self.maps.len() {
            return;
        }
        let (level, width) = (shot.level(), shot.window.0 as usize);
        let band = shot.band();
        let strip = band.map(|band| self.strip(&shot.atlas, level, place.tile, band.row));
        let kept = &mut self.maps[place.tile];
        let map = kept.get_or_insert_with(|| {
            let scale = scale(&shot.atlas, place.tile);
            shot.atlas.pyramid.map(level, place.tile).iter().map(|v| color(&self.colors, scale, *v)).collect()
        });
        for (y, (pixel, cell)) in row.pixels() {
            let in_band = band.is_some_and(|band| (band.top..band.bottom).contains(&pixel));
            let cells = match &strip {
                Some(strip) if in_band => strip,
                _ => &map[cell * level.side..][..level.side],
            };
            let is_faint = place.faint || (band.is_some() && !in_band);
            let line = &mut out[y * width + column.first..][..column.cells.len()];
            for (out, (_, cell)) in line.iter_mut().zip(&column.cells) {
                *out = if is_faint { fainter(cells[*cell]) } else { cells[*cell] };
            }
        }
    }

    /// The colours of one row of a map, as wide as the level.
    fn strip(&self, atlas: &Atlas, level: Level, tile: usize, row: usize) -> Vec<u32> {
        let (scale, values) = (scale(atlas, tile), atlas.pyramid.row(tile, row));
        let largest = |i| run(i, level.side, values.len()).fold(f32::NAN, |m, key| m.max(values[key]));
        (0..level.side).map(|i| color(&self.colors, scale, largest(i))).collect()
    }
}

/// The part of one place that is in the window, along one axis.
struct Stripe {
    place: usize,
    /// The pixel of the window at which it begins.
    first: usize,
    /// Pixel within the map, and the level's cell, of each pixel from there on.
    cells: Vec<(u32, usize)>,
}

impl Stripe {
    fn pixels(&self) -> impl Iterator<Item = (usize, (u32, usize))> {
        self.cells.iter().enumerate().map(|(i, cell)| (self.first + i, *cell))
    }
}

/// The places along one axis of the window.
fn cells(edge: i32, window: u32, shot: &Shot) -> Vec<Stripe> {
    let (placement, side) = (shot.placement, shot.level().side);
    let pitch = placement.pitch.max(1);
    let mut stripes: Vec<Stripe> = Vec::new();
    for pixel in edge.max(0)..window as i32 {
        let (place, inner) = ((pixel - edge) as u32 / pitch, (pixel - edge) as u32 % pitch);
        let Some(cell) = placement.cell(inner, side) else { continue };
        if let Some(last) = stripes.last_mut().filter(|last| last.place == place as usize) {
            last.cells.push((inner, cell));
        } else {
            let cells = vec![(inner, cell)];
            stripes.push(Stripe { place: place as usize, first: pixel as usize, cells });
        }
    }
    stripes
}

fn scale(atlas: &Atlas, tile: usize) -> Scale {
    Scale::from_zero(atlas.common.unwrap_or_else(|| atlas.pyramid.largest(tile)))
}

fn color(colors: &[u32], scale: Scale, value: f32) -> u32 {
    scale.step(value).map_or(0, |step| colors[usize::from(step)])
}

/// The colour with little opacity; what is transparent stays so.
fn fainter(color: u32) -> u32 {
    const OPACITY: u32 = (FAINT * 255.0 + 0.5) as u32;
    if color == 0 { 0 } else { color & 0x00ff_ffff | OPACITY << 24 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heatmap::atlas::{Place, Placement, Places};

    /// Two maps of 4 × 4 in a row of three places, the second empty.
    fn shot(tile: u32, row: Option<usize>) -> Shot {
        let cell = |i: usize| match (i / 16, i / 4 % 4, i % 4) {
            (_, row, column) if column > row => f32::NAN,
            (0, _, column) => {
                if column == 0 {
                    0.5
                } else {
                    0.0
                }
            }
            (_, row, column) => {
                if column == row {
                    0.25
                } else {
                    0.0
                }
            }
        };
        let pyramid = Pyramid::new(2, 4, &(0..32).map(cell).collect::<Vec<_>>()).unwrap();
        let place = |tile, faint| Some(Place { tile, faint });
        let places = Places { columns: 3, slots: vec![place(0, false), None, place(1, true)] };
        let atlas = Atlas {
            pyramid: Arc::new(pyramid),
            places: Arc::new(places),
            row,
            map: Map::Mist,
            ..Atlas::default()
        };
        let placement = Placement { left: 0, top: 0, pitch: tile + 1, tile };
        Shot { atlas, window: (3 * (tile + 1), tile + 1), placement, ratio: 1.0 }
    }

    fn at(shot: &Shot, x: u32, y: u32) -> [u8; 4] {
        let pixels = Raster::default().pixels(shot);
        assert_eq!(pixels.len(), (shot.window.0 * shot.window.1 * 4) as usize);
        pixels[((y * shot.window.0 + x) * 4) as usize..][..4].try_into().unwrap()
    }

    const FULL: [u8; 4] = [0x0c, 0x23, 0x40, 255];
    const ZERO: [u8; 4] = [0xf3, 0xf4, 0xf5, 255];

    #[test]
    fn each_map_has_its_own_scale_unless_there_is_a_common_one() {
        let own = shot(4, None);
        assert_eq!(
            (at(&own, 0, 0), at(&own, 1, 1), at(&own, 1, 0), at(&own, 4, 0)),
            (FULL, ZERO, [0; 4], [0; 4])
        );
        // a faint map
        assert_eq!(at(&own, 11, 1), [FULL[0], FULL[1], FULL[2], 41]);
        // an empty place
        assert_eq!(at(&own, 6, 2), [0; 4]);
        let common = Shot { atlas: Atlas { common: Some(1.0), ..own.atlas.clone() }, ..own };
        assert_eq!(at(&common, 0, 3), [0x4b, 0xa2, 0x9b, 255].map(|c: u8| c));
    }

    #[test]
    fn small_maps_keep_their_stripes() {
        let small = shot(2, None);
        assert_eq!(
            (at(&small, 0, 0), at(&small, 0, 1), at(&small, 1, 1), at(&small, 1, 0)),
            (FULL, FULL, ZERO, [0; 4])
        );
    }

    #[test]
    fn one_row_stands_out_and_the_others_are_faint() {
        let row = shot(40, Some(2));
        assert_eq!((at(&row, 2, 25), at(&row, 15, 25), at(&row, 38, 25)), (FULL, ZERO, [0; 4]));
        assert_eq!(at(&row, 2, 5)[3], 41);
        assert_eq!(at(&row, 2, 19)[3], 41);
        assert_eq!(at(&row, 2, 20)[3], 255);
    }

    #[test]
    fn what_is_out_of_the_window_is_not_drawn() {
        let mut moved = shot(40, None);
        moved.placement.left = -41;
        moved.placement.top = -20;
        assert_eq!(at(&moved, 0, 0), [0; 4]);
        assert_eq!(at(&moved, 41, 0)[3], 41);
    }
}
