//! The learning rate: up in a line, then down along half a cosine.

/// A learning rate for each step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Schedule {
    /// The highest rate.
    pub(crate) peak: f64,
    /// Steps that it takes to get there.
    pub(crate) warm_up: usize,
    /// All steps; after the last the rate is a hundredth of the peak.
    pub(crate) steps: usize,
}

impl Schedule {
    /// Of step `step`, from 0.
    pub(crate) fn rate(self, step: usize) -> f64 {
        if step < self.warm_up {
            return self.peak * (step + 1) as f64 / self.warm_up as f64;
        }
        let left = self.steps.saturating_sub(self.warm_up).max(1);
        let way = ((step - self.warm_up) as f64 / left as f64).min(1.0);
        let lowest = 0.01;
        self.peak * (lowest + (1.0 - lowest) * 0.5 * (1.0 + (std::f64::consts::PI * way).cos()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_warms_up_and_cools_down() {
        let schedule = Schedule { peak: 1e-3, warm_up: 10, steps: 110 };
        let rates: Vec<f64> = (0..110).map(|step| schedule.rate(step)).collect();
        assert!((rates[0] - 1e-4).abs() < 1e-12 && (rates[9] - 1e-3).abs() < 1e-12);
        assert!(rates[9..].windows(2).all(|pair| pair[1] <= pair[0]), "it falls after warming up");
        assert!((rates[60] - 0.505e-3).abs() < 1e-9 && rates[109] < 1.1e-5);
    }
}
