//! When a figure that grows is worth sending again.

/// Whenever it has grown fourfold: all sendings together are then less than two and a half times the last one.
#[derive(Debug, Default)]
pub(super) struct Growth {
    sent: usize,
}

impl Growth {
    /// Whether `done` of `total` parts are to be sent now.
    pub(super) fn is_due(&mut self, done: usize, total: usize) -> bool {
        let due = done > self.sent && (done >= total || done >= 4 * self.sent);
        if due {
            self.sent = done;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn little_is_sent_twice_and_the_whole_once(total in 1_usize..500, step in 1_usize..40) {
            let mut pace = Growth::default();
            let steps = (1..=total.div_ceil(step)).map(|i| (i * step).min(total));
            let sent: Vec<usize> = steps.filter(|done| pace.is_due(*done, total)).collect();
            prop_assert_eq!(sent.first(), Some(&step.min(total)));
            prop_assert_eq!(sent.last(), Some(&total));
            prop_assert!(2 * sent.iter().sum::<usize>() < 5 * total);
        }
    }
}
