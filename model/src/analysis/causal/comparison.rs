//! Estimates of attribution patching beside activation patching itself.

use super::super::{Job, Step, figure};
use super::activation_patching::{ActivationPatchingJob, Grid};
use crate::error::Result;
use crate::wire::{EventBody, Figure, FigureData};

/// Runs activation patching, then puts both beside each other.
pub(super) struct Comparison {
    job: ActivationPatchingJob,
    /// Its figures of cells so far, the last of each name.
    patched: Vec<Figure>,
    /// Its cells that are computed.
    cells: usize,
    done: bool,
}

impl Comparison {
    pub(super) fn new(job: ActivationPatchingJob) -> Self {
        Self { job, patched: Vec::new(), cells: 0, done: false }
    }

    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// How many cells have been patched.
    pub(super) fn patched(&self) -> usize {
        self.cells
    }

    /// One step of the patching: its figures, and at the end what both say of each cell of `grids`.
    pub(super) fn step(&mut self, estimated: &[EventBody], grids: &[Grid]) -> Result<Step> {
        let step = self.job.step()?;
        let mut events = Vec::new();
        for event in step.events {
            match event {
                EventBody::Progress(progress) => self.cells = progress.done,
                EventBody::Figure(figure) if figure.name != "summary" => {
                    self.patched.retain(|old| old.name != figure.name);
                    self.patched.push(figure.clone());
                    events.push(EventBody::Figure(figure));
                }
                _ => {}
            }
        }
        if step.finished {
            self.done = true;
            events.extend(self.beside(estimated, grids).into_iter().map(EventBody::Figure));
        }
        Ok(Step { events, ..Step::default() })
    }

    /// A scatter of each grid, and how well the two agree.
    fn beside(&self, estimated: &[EventBody], grids: &[Grid]) -> Vec<Figure> {
        let (mut figures, mut correlations) = (Vec::new(), Vec::new());
        for grid in grids {
            let find = |name: &str| self.patched.iter().find(|figure| figure.name == name).and_then(values);
            let estimate = |name: &str| {
                let named = |event: &EventBody| match event {
                    EventBody::Figure(figure) if figure.name == name => values(figure),
                    _ => None,
                };
                estimated.iter().find_map(named)
            };
            let (Some(x), Some(y)) = (find(&grid.name("patched")), estimate(&grid.name("attributed"))) else {
                continue;
            };
            correlations.push((grid.name("correlation"), correlation(&x, &y)));
            let data = FigureData::Scatter {
                x: x.into(),
                y: y.into(),
                labels: grid.labels(),
                x_title: "activation patching".to_owned(),
                y_title: "attribution patching".to_owned(),
            };
            let title = format!("Estimated and patched: {}", grid.site.name());
            figures.push(figure(&grid.name("compared"), None, &title, data));
        }
        let values = correlations.into_iter().collect();
        figures.push(figure("agreement", None, "Correlation of the two", FigureData::Scalars { values }));
        figures
    }
}

fn values(figure: &Figure) -> Option<Vec<f32>> {
    match &figure.data {
        FigureData::Heatmap { values, .. } | FigureData::Tensor { values, .. } => Some(values.to_vec()),
        _ => None,
    }
}

/// Pearson's; none where one of the two does not vary.
fn correlation(x: &[f32], y: &[f32]) -> Option<f64> {
    let n = x.len() as f64;
    let mean = |values: &[f32]| values.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
    let (mean_x, mean_y) = (mean(x), mean(y));
    let sum = |of: &dyn Fn(f64, f64) -> f64| {
        x.iter().zip(y).map(|(x, y)| of(f64::from(*x) - mean_x, f64::from(*y) - mean_y)).sum::<f64>()
    };
    let r = sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt();
    r.is_finite().then_some(r)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_correlation_is_pearsons() {
        let r = correlation(&[1.0, 2.0, 4.0], &[-1.0, -2.0, -4.0]).unwrap();
        assert!((r + 1.0).abs() < 1e-12);
        let r = correlation(&[1.0, 2.0, 3.0, 4.0], &[1.0, 3.0, 2.0, 4.0]).unwrap();
        assert!((r - 0.8).abs() < 1e-12);
        assert_eq!(correlation(&[1.0, 1.0], &[1.0, 2.0]), None);
    }
}
