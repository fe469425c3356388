//! How large the places are, and where their labels stand. Pure geometry; CSS pixels unless said otherwise.

use crate::heatmap::atlas::{Frame, Placement};

/// Width left of the canvas for the labels of rows, and height below it for those of columns.
const LEFT: f64 = 34.0;
const BELOW: f64 = 18.0;
/// The largest place while all are in view, and the smallest.
const LARGEST: f64 = 132.0;
const SMALLEST: f64 = 4.0;
/// What a cell can be seen at, at the closest look.
const CELL: f64 = 10.0;

/// The geometry of the grid.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Layout {
    /// The canvas and its places, in device pixels.
    pub frame: Frame,
    /// Device pixels in a CSS pixel.
    pub ratio: f64,
    /// Where the canvas begins.
    pub left: f64,
    /// Width and height of the canvas.
    pub size: (f64, f64),
    /// Height of canvas and labels.
    pub height: f64,
}

/// What there is to lay out, and in how much room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// Width in all.
    pub width: f64,
    /// Height that the canvas may take.
    pub height: f64,
    /// Cells a side of a map.
    pub side: usize,
    /// Device pixels in a CSS pixel.
    pub ratio: f64,
}

impl Layout {
    /// Rows and columns of a fixed number, with labels at the left and below.
    pub fn grid(columns: usize, rows: usize, room: Room) -> Self {
        let width = (room.width - LEFT).max(SMALLEST);
        let wide = (width / columns.max(1) as f64).min(room.height / rows.max(1) as f64);
        Self::new(columns, rows, wide, LEFT, room)
    }

    /// As many columns as make the places largest; no labels around.
    pub fn rows(count: usize, room: Room) -> Self {
        let count = count.max(1);
        let fits = |columns: usize| {
            let rows = count.div_ceil(columns);
            (room.width / columns as f64).min(room.height / rows as f64).min(LARGEST)
        };
        // more columns than the first best one only leave room at the right
        let best = (1..=count).fold((1, fits(1)), |best, columns| {
            let fit = fits(columns);
            if fit > best.1 { (columns, fit) } else { best }
        });
        let columns = best.0.max(((room.width / best.1) as usize).min(count));
        Self::new(columns, count.div_ceil(columns), best.1, 0.0, room)
    }

    fn new(columns: usize, rows: usize, wide: f64, left: f64, room: Room) -> Self {
        let Room { ratio, side, .. } = room;
        let device = |css: f64| (css * ratio).floor() as u32;
        let pitch = device(wide.clamp(SMALLEST, LARGEST)).max(1);
        // the width that places leave is there to zoom into; more rows than fit are panned to
        let window =
            (device(room.width - left).max(1), (rows as u32 * pitch).min(device(room.height)).max(1));
        let closest = Frame::closest(window, side, device(CELL));
        let size = (f64::from(window.0) / ratio, f64::from(window.1) / ratio);
        let below = if left > 0.0 { BELOW } else { 0.0 };
        let frame = Frame { columns, rows, window, pitch, closest };
        Self { frame, ratio, left, size, height: size.1 + below }
    }

    /// Left and top of a place within the canvas, and its map's size.
    pub fn place(&self, placement: &Placement, at: (usize, usize)) -> (f64, f64, f64) {
        let (left, top) = placement.corner(at);
        (f64::from(left) / self.ratio, f64::from(top) / self.ratio, f64::from(placement.tile) / self.ratio)
    }

    /// Which columns (or rows) have their label shown, and the middle of each along the canvas: those in view, and of
    /// these every second or third where there is no room for more.
    pub fn labels(&self, placement: &Placement, columns: bool, room: f64) -> Vec<(usize, f64)> {
        let (count, end) =
            if columns { (self.frame.columns, self.size.0) } else { (self.frame.rows, self.size.1) };
        let every = (room * self.ratio / f64::from(placement.pitch.max(1))).ceil().max(1.0) as usize;
        let middle = |i: usize| {
            let at = if columns { (i, 0) } else { (0, i) };
            let (left, top, tile) = self.place(placement, at);
            (i, if columns { left } else { top } + tile / 2.0)
        };
        (0..count).step_by(every).map(middle).filter(|(_, at)| (0.0..=end).contains(at)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heatmap::atlas::Camera;

    fn room(width: f64, height: f64) -> Room {
        Room { width, height, side: 64, ratio: 1.0 }
    }

    #[test]
    fn all_places_are_in_view_at_first() {
        for (columns, rows) in [(24, 16), (16, 24), (4, 8), (1, 1), (48, 25)] {
            let layout = Layout::grid(columns, rows, room(900.0, 600.0));
            let (frame, placement) = (layout.frame, Camera::default().placement(&layout.frame));
            let (right, bottom) = placement.corner((columns, rows));
            assert!(right <= frame.window.0 as i32 && bottom <= frame.window.1 as i32, "{layout:?}");
        }
        assert_eq!(Layout::grid(24, 16, room(900.0, 600.0)).frame.pitch, 36);
    }

    #[test]
    fn a_narrow_screen_has_small_places_that_one_can_zoom_into() {
        let layout = Layout::grid(24, 16, Room { ratio: 3.0, ..room(328.0, 600.0) });
        assert_eq!(layout.frame.pitch, 36);
        assert!(layout.frame.closest > 500);
    }

    #[test]
    fn rows_are_filled_so_that_places_are_large() {
        let layout = Layout::rows(384, room(900.0, 600.0));
        assert!(layout.frame.columns * layout.frame.rows >= 384 && layout.frame.pitch >= 36, "{layout:?}");
        let few = Layout::rows(3, room(900.0, 600.0));
        assert_eq!((few.frame.columns, few.frame.rows, few.frame.pitch), (3, 1, 132));
        let none = Layout::rows(0, room(0.0, 600.0));
        assert!(none.frame.pitch >= 1);
    }

    #[test]
    fn labels_are_thinned_out_where_there_is_no_room() {
        let layout = Layout::grid(24, 16, room(900.0, 600.0));
        let fit = Camera::default().placement(&layout.frame);
        assert_eq!(layout.labels(&fit, true, 16.0).len(), 24);
        assert_eq!(layout.labels(&fit, true, 40.0).len(), 12);
        let close = Camera::default().zoomed(6.0, (0.0, 0.0), &layout.frame).placement(&layout.frame);
        let rows: Vec<usize> = layout.labels(&close, false, 14.0).iter().map(|label| label.0).collect();
        assert_eq!(rows, [0, 1, 2]);
    }
}
