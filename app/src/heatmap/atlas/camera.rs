//! Which part of an atlas is seen, and how large: pure geometry in device pixels.

/// What there is to see, and the window through which.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Frame {
    /// Places across.
    pub columns: usize,
    /// Places down.
    pub rows: usize,
    /// Width and height of the canvas.
    pub window: (u32, u32),
    /// From one place to the next while everything is in view.
    pub pitch: u32,
    /// The same at the closest look.
    pub closest: u32,
}

/// Where one looks: a zoom from 1 (everything is in view), and the place at the window's top left corner, in places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    zoom: f64,
    corner: (f64, f64),
}

impl Default for Camera {
    fn default() -> Self {
        Self { zoom: 1.0, corner: (0.0, 0.0) }
    }
}

/// Where the places stand on the canvas, in whole device pixels, so that all maps have the same size and sharp edges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// Left edge of the first place; negative where it is out of view.
    pub left: i32,
    /// Top edge of the first place.
    pub top: i32,
    /// From one place to the next.
    pub pitch: u32,
    /// Pixels a side of the map in each place.
    pub tile: u32,
}

impl Frame {
    /// The closest look that is offered: a place as large as the window, or, for maps of many cells, larger, so that a
    /// cell takes `cell` pixels. Far more pixels than any screen has are as good as none.
    pub fn closest(window: (u32, u32), side: usize, cell: u32) -> u32 {
        const MOST: u32 = 1 << 14;
        window.0.min(window.1).max(side as u32 * cell).min(MOST)
    }

    fn most(&self) -> f64 {
        (f64::from(self.closest) / f64::from(self.pitch.max(1))).max(1.0)
    }
}

impl Camera {
    /// How close, from 1.
    pub fn zoom(&self) -> f64 {
        self.zoom
    }

    /// Where the places stand.
    pub fn placement(&self, frame: &Frame) -> Placement {
        let pitch = self.pitch(frame);
        let edge = |places: f64| -(places * f64::from(pitch)).round() as i32;
        let gap = if pitch < 5 { 0 } else { (pitch / 10).clamp(1, 6) };
        Placement { left: edge(self.corner.0), top: edge(self.corner.1), pitch, tile: pitch - gap }
    }

    /// Closer by a factor, with what is at the pixel `at` staying there.
    #[must_use]
    pub fn zoomed(self, factor: f64, at: (f64, f64), frame: &Frame) -> Self {
        let before = f64::from(self.pitch(frame));
        let zoom = (self.zoom * factor).clamp(1.0, frame.most());
        let after = f64::from(Self { zoom, ..self }.pitch(frame));
        let shift = |at: f64| at / before - at / after;
        let corner = (self.corner.0 + shift(at.0), self.corner.1 + shift(at.1));
        Self { zoom, corner }.inside(frame)
    }

    /// Everything moved by that many pixels.
    #[must_use]
    pub fn panned(self, (x, y): (f64, f64), frame: &Frame) -> Self {
        let pitch = f64::from(self.pitch(frame));
        Self { corner: (self.corner.0 - x / pitch, self.corner.1 - y / pitch), ..self }.inside(frame)
    }

    /// Moved as little as needed for a place to be in view whole.
    #[must_use]
    pub fn showing(self, (column, row): (usize, usize), frame: &Frame) -> Self {
        let seen = self.seen(frame);
        let into = |corner: f64, place: usize, seen: f64| {
            let place = place as f64;
            corner.min(place).max((place + 1.0 - seen).min(place))
        };
        let corner = (into(self.corner.0, column, seen.0), into(self.corner.1, row, seen.1));
        Self { corner, ..self }.inside(frame)
    }

    /// The nearest one that shows nothing beyond the edges.
    #[must_use]
    pub fn inside(self, frame: &Frame) -> Self {
        let zoom = self.zoom.clamp(1.0, frame.most());
        let seen = Self { zoom, ..self }.seen(frame);
        let keep = |corner: f64, count: usize, seen: f64| corner.min(count as f64 - seen).max(0.0);
        Self {
            zoom,
            corner: (keep(self.corner.0, frame.columns, seen.0), keep(self.corner.1, frame.rows, seen.1)),
        }
    }

    fn pitch(&self, frame: &Frame) -> u32 {
        ((f64::from(frame.pitch) * self.zoom).round() as u32).max(1)
    }

    /// Places in the window across and down.
    fn seen(&self, frame: &Frame) -> (f64, f64) {
        let pitch = f64::from(self.pitch(frame));
        (f64::from(frame.window.0) / pitch, f64::from(frame.window.1) / pitch)
    }
}

impl Placement {
    /// The place under a pixel, as (column, row), and the pixel within it; none left of or above all places.
    pub fn at(&self, x: f64, y: f64) -> Option<((usize, usize), (u32, u32))> {
        let inside = |pixel: f64, edge: i32| {
            let pixel = pixel.floor() as i64 - i64::from(edge);
            u64::try_from(pixel).ok()
        };
        let (x, y, pitch) = (inside(x, self.left)?, inside(y, self.top)?, u64::from(self.pitch.max(1)));
        let place = ((x / pitch) as usize, (y / pitch) as usize);
        Some((place, ((x % pitch) as u32, (y % pitch) as u32)))
    }

    /// Which of `side` cells a pixel of a map falls into; none in the gap after it. The shader does the same.
    pub fn cell(&self, pixel: u32, side: usize) -> Option<usize> {
        let (side, tile) = (side as u64, u64::from(self.tile));
        (pixel < self.tile).then(|| ((2 * u64::from(pixel) + 1) * side / (2 * tile)) as usize)
    }

    /// Left and top edge of a place.
    pub fn corner(&self, (column, row): (usize, usize)) -> (i32, i32) {
        let edge = |from: i32, count: usize| from + (count as u32 * self.pitch) as i32;
        (edge(self.left, column), edge(self.top, row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame() -> Frame {
        Frame { columns: 24, rows: 16, window: (864, 576), pitch: 36, closest: 576 }
    }

    #[test]
    fn everything_is_in_view_at_first_and_after_too_far_a_pan() {
        let fit = Placement { left: 0, top: 0, pitch: 36, tile: 33 };
        assert_eq!(Camera::default().placement(&frame()), fit);
        let gone = Camera::default().panned((500.0, -900.0), &frame()).zoomed(0.1, (3.0, 4.0), &frame());
        assert_eq!(gone.placement(&frame()), fit);
    }

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let at = (432.0, 288.0);
        let camera = Camera::default().zoomed(2.0, at, &frame());
        let placement = camera.placement(&frame());
        assert_eq!(placement.pitch, 72);
        assert_eq!(placement.at(at.0, at.1), Some(((12, 8), (0, 0))));
        assert_eq!(camera.zoomed(100.0, at, &frame()).placement(&frame()).pitch, 576);
    }

    #[test]
    fn a_place_out_of_view_is_brought_into_it() {
        let close = Camera::default().zoomed(4.0, (0.0, 0.0), &frame());
        let placement = close.showing((23, 0), &frame()).placement(&frame());
        assert_eq!(placement.corner((23, 0)), (864 - 144, 0));
        let seen = close.showing((2, 1), &frame());
        assert_eq!(seen, close);
    }

    #[test]
    fn a_pixel_is_in_one_cell_and_no_cell_is_without_a_pixel() {
        for (tile, side) in [(33, 32), (33, 33), (100, 7), (1024, 1000)] {
            let placement = Placement { left: 0, top: 0, pitch: tile + 3, tile };
            let cells: Vec<usize> = (0..tile).filter_map(|p| placement.cell(p, side)).collect();
            assert_eq!(cells.len(), tile as usize);
            assert!(cells.windows(2).all(|w| w[1] - w[0] <= 1));
            assert_eq!((cells[0], cells[cells.len() - 1]), (0, side - 1));
            assert_eq!(placement.cell(tile, side), None);
        }
    }

    proptest! {
        #[test]
        fn nothing_beyond_the_edges_is_shown(
            steps in prop::collection::vec((0.2_f64..5.0, 0.0_f64..864.0, 0.0_f64..576.0, -900.0_f64..900.0), 1..8)
        ) {
            let frame = frame();
            let mut camera = Camera::default();
            for (factor, x, y, by) in steps {
                camera = camera.zoomed(factor, (x, y), &frame).panned((by, -by), &frame);
                let p = camera.placement(&frame);
                prop_assert!(p.left <= 0 && p.top <= 0);
                let (right, bottom) = p.corner((frame.columns, frame.rows));
                prop_assert!(right >= 863 && bottom >= 575, "{p:?}");
            }
        }
    }
}
