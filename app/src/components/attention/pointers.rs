//! Fingers and mouse on the surface: one drags, two pinch.

/// Pixels that a press may move and still be a click.
const SLACK: f64 = 6.0;

type Point = (f64, f64);

/// What is pressed now.
#[derive(Clone, Debug, Default)]
pub struct Pointers {
    pressed: Vec<(i32, Point)>,
    /// Where the first of them began.
    start: Point,
    dragged: bool,
}

/// A step of a drag or of a pinch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Motion {
    /// How much closer.
    pub factor: f64,
    /// Around which pixel.
    pub about: Point,
    /// And moved by how many pixels after that.
    pub by: Point,
}

impl Pointers {
    /// A pointer is put down.
    pub fn pressed(&mut self, id: i32, at: Point) {
        self.pressed.retain(|pointer| pointer.0 != id);
        if self.pressed.is_empty() {
            (self.start, self.dragged) = (at, false);
        }
        self.pressed.push((id, at));
    }

    /// A pointer moves: what that does, unless it is not pressed or has not left its place yet.
    pub fn moved(&mut self, id: i32, at: Point) -> Option<Motion> {
        let index = self.pressed.iter().position(|pointer| pointer.0 == id)?;
        self.dragged |= self.pressed.len() > 1 || distance(self.start, at) > SLACK;
        if !self.dragged {
            return None;
        }
        let before = self.pressed[index].1;
        self.pressed[index].1 = at;
        let Some(other) = self.pressed.iter().find(|pointer| pointer.0 != id).map(|pointer| pointer.1) else {
            return Some(Motion { factor: 1.0, about: at, by: (at.0 - before.0, at.1 - before.1) });
        };
        let factor = distance(at, other) / distance(before, other).max(1.0);
        let (about, to) = (middle(before, other), middle(at, other));
        Some(Motion { factor: factor.max(0.01), about, by: (to.0 - about.0, to.1 - about.1) })
    }

    /// A pointer is lifted.
    pub fn released(&mut self, id: i32) {
        self.pressed.retain(|pointer| pointer.0 != id);
    }

    /// Whether the click that comes now ends a drag; asked once.
    pub fn take_dragged(&mut self) -> bool {
        std::mem::take(&mut self.dragged)
    }
}

fn distance(a: Point, b: Point) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

fn middle(a: Point, b: Point) -> Point {
    (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_that_hardly_moves_is_a_click() {
        let mut pointers = Pointers::default();
        pointers.pressed(1, (10.0, 10.0));
        assert_eq!(pointers.moved(1, (12.0, 13.0)), None);
        pointers.released(1);
        assert!(!pointers.take_dragged());
    }

    #[test]
    fn one_pointer_drags() {
        let mut pointers = Pointers::default();
        assert_eq!(pointers.moved(1, (0.0, 0.0)), None);
        pointers.pressed(1, (10.0, 10.0));
        let motion = pointers.moved(1, (30.0, 5.0)).unwrap();
        assert_eq!((motion.factor, motion.by), (1.0, (20.0, -5.0)));
        pointers.released(1);
        assert_eq!((pointers.take_dragged(), pointers.take_dragged()), (true, false));
    }

    #[test]
    fn two_pointers_pinch_around_their_middle() {
        let mut pointers = Pointers::default();
        pointers.pressed(1, (0.0, 0.0));
        pointers.pressed(2, (100.0, 0.0));
        let motion = pointers.moved(2, (200.0, 0.0)).unwrap();
        assert_eq!(motion, Motion { factor: 2.0, about: (50.0, 0.0), by: (50.0, 0.0) });
        pointers.released(1);
        let about = (201.0, 0.0);
        assert_eq!(pointers.moved(2, about), Some(Motion { factor: 1.0, about, by: (1.0, 0.0) }));
    }
}
