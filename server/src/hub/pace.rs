//! How a download is told: in megabytes, and not too often.

use model::wire::Progress;

/// Reports of one download, so that hours of it leave no thousands of events.
const REPORTS: u64 = 100;

/// Bytes of a unit of progress. Whole megabytes, as a reader on a 32-bit machine (the page is one) counts them too.
const MEGABYTE: u64 = 1_000_000;

/// Makes events of bytes.
#[derive(Debug, Default)]
pub struct Pace {
    /// Bytes at which the next report is due.
    due: u64,
}

impl Pace {
    /// The report that is due when `done` of `total` bytes are there.
    pub fn report(&mut self, done: u64, total: u64) -> Option<Progress> {
        if done < self.due {
            return None;
        }
        let next = done + (total / REPORTS).max(MEGABYTE);
        self.due = if done < total { next.min(total) } else { u64::MAX };
        let whole = if done < total { done / MEGABYTE } else { done.div_ceil(MEGABYTE) };
        let total = total.div_ceil(MEGABYTE) as usize;
        Some(Progress { done: whole as usize, total, unit: "MB downloaded".to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_are_told_and_not_many_between() {
        let mut pace = Pace::default();
        let total = 1_630_500_000;
        let told: Vec<_> = (0..=total).step_by(100_000).filter_map(|done| pace.report(done, total)).collect();
        assert!((90..=102).contains(&told.len()), "{}", told.len());
        assert_eq!((told[0].done, told[0].total), (0, 1631));
        assert_eq!(told.last().unwrap().done, 1631);
        assert_eq!(Pace::default().report(300, 300).map(|p| (p.done, p.total)), Some((1, 1)));
    }
}
