//! Where accepted runs wait for an engine.
//!
//! [`Queue`] is a seam: today's [`Embedded`] keeps the runs of this process in memory; a queue shared by several
//! machines would implement the same trait.

use parking_lot::Mutex;
use std::collections::VecDeque;

/// Which runs a run waits behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// A few short steps, with someone watching: a click on a head.
    Short,
    /// Everything else.
    Long,
}

/// What a queue has to know of what waits in it.
pub trait Queued: Clone + Send + Sync {
    /// The lane it waits in.
    fn lane(&self) -> Lane;
    /// Whether it need not be done any more.
    fn is_cancelled(&self) -> bool;
}

/// There are as many runs waiting as may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// First in, first out, by lane.
pub trait Queue<R>: Send + Sync {
    /// Adds a run at the end of its lane.
    fn push(&self, run: R) -> Result<(), Full>;
    /// Takes the first run of a lane.
    fn pop(&self, lane: Lane) -> Option<R>;
    /// Takes out the cancelled runs.
    fn take_cancelled(&self) -> Vec<R>;
    /// The runs waiting in a lane, first first.
    fn waiting(&self, lane: Lane) -> Vec<R>;
}

/// A queue in this process's memory.
#[derive(Debug)]
pub struct Embedded<R> {
    runs: Mutex<VecDeque<R>>,
    bound: usize,
}

impl<R> Embedded<R> {
    /// An empty queue where at most `bound` runs wait.
    pub fn new(bound: usize) -> Self {
        Self { runs: Mutex::default(), bound }
    }
}

impl<R: Queued> Queue<R> for Embedded<R> {
    fn push(&self, run: R) -> Result<(), Full> {
        let mut runs = self.runs.lock();
        if runs.len() >= self.bound {
            return Err(Full);
        }
        runs.push_back(run);
        Ok(())
    }

    fn pop(&self, lane: Lane) -> Option<R> {
        let mut runs = self.runs.lock();
        let first = runs.iter().position(|run| run.lane() == lane)?;
        runs.remove(first)
    }

    fn take_cancelled(&self) -> Vec<R> {
        let mut runs = self.runs.lock();
        let (cancelled, kept) = runs.drain(..).partition(Queued::is_cancelled);
        *runs = kept;
        Vec::from_iter::<VecDeque<R>>(cancelled)
    }

    fn waiting(&self, lane: Lane) -> Vec<R> {
        self.runs.lock().iter().filter(|run| run.lane() == lane).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Item(Lane, bool, u8);

    impl Queued for Item {
        fn lane(&self) -> Lane {
            self.0
        }

        fn is_cancelled(&self) -> bool {
            self.1
        }
    }

    #[test]
    fn lanes_keep_their_order() {
        let queue = Embedded::new(9);
        let [a, b, c] = [Item(Lane::Long, false, 1), Item(Lane::Short, false, 2), Item(Lane::Long, false, 3)];
        for item in [&a, &b, &c] {
            queue.push(item.clone()).unwrap();
        }
        assert_eq!(queue.waiting(Lane::Long), [a.clone(), c.clone()]);
        assert_eq!(queue.pop(Lane::Short), Some(b));
        assert_eq!(queue.pop(Lane::Short), None);
        assert_eq!(queue.pop(Lane::Long), Some(a));
        assert_eq!(queue.pop(Lane::Long), Some(c));
    }

    #[test]
    fn a_full_queue_refuses() {
        let queue = Embedded::new(1);
        queue.push(Item(Lane::Long, false, 1)).unwrap();
        assert_eq!(queue.push(Item(Lane::Short, false, 2)), Err(Full));
        queue.pop(Lane::Long).unwrap();
        assert_eq!(queue.push(Item(Lane::Short, false, 2)), Ok(()));
    }

    #[test]
    fn cancelled_runs_are_taken_out() {
        let queue = Embedded::new(9);
        queue.push(Item(Lane::Long, true, 1)).unwrap();
        queue.push(Item(Lane::Long, false, 2)).unwrap();
        assert_eq!(queue.take_cancelled(), [Item(Lane::Long, true, 1)]);
        assert_eq!(queue.waiting(Lane::Long).len(), 1);
    }
}
