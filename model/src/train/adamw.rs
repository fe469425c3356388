//! AdamW (Loshchilov and Hutter, arXiv:1711.05101), after clipping the gradients' norm.

use super::parameters::{Parameter, Parameters};
use candle_core::{Result, Tensor};
use rayon::prelude::*;

/// What does not change from step to step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Settings {
    /// Decay of the mean of gradients, and of that of their squares.
    pub(crate) betas: (f64, f64),
    /// Added to the root of the latter.
    pub(crate) eps: f64,
    /// Of matrices, times the learning rate.
    pub(crate) weight_decay: f64,
    /// The largest norm that all gradients have together.
    pub(crate) clip: f64,
}

/// The means of one parameter's gradients and of their squares.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Moments {
    pub(crate) first: Vec<f32>,
    pub(crate) second: Vec<f32>,
}

/// The optimizer's state.
#[derive(Debug)]
pub(crate) struct AdamW {
    pub(crate) settings: Settings,
    /// One a parameter.
    pub(crate) moments: Vec<Moments>,
    /// Steps so far.
    pub(crate) steps: usize,
}

impl AdamW {
    pub(crate) fn new(settings: Settings, parameters: &Parameters) -> Self {
        let zeros = |parameter: &Parameter| {
            let zeros = vec![0.0; parameter.var.elem_count()];
            Moments { first: zeros.clone(), second: zeros }
        };
        Self { settings, moments: parameters.all.iter().map(zeros).collect(), steps: 0 }
    }

    /// Takes one step along the sum of several gradients, `[part][parameter]`, and gives its norm before clipping.
    ///
    /// # Errors
    /// Where a gradient has another shape than its parameter.
    pub(crate) fn step(&mut self, parameters: &Parameters, parts: &[Vec<Tensor>], rate: f64) -> Result<f64> {
        let sum = |i: usize| -> Result<Vec<f32>> {
            let mut total: Vec<f32> = parts[0][i].flatten_all()?.to_vec1()?;
            for part in &parts[1..] {
                let part: Vec<f32> = part[i].flatten_all()?.to_vec1()?;
                total.iter_mut().zip(part).for_each(|(total, part)| *total += part);
            }
            Ok(total)
        };
        let all = 0..parameters.all.len();
        let gradients = all.into_par_iter().map(sum).collect::<Result<Vec<_>>>()?;
        let square = |gradient: &Vec<f32>| gradient.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>();
        let norm = gradients.par_iter().map(square).collect::<Vec<_>>().iter().sum::<f64>().sqrt();
        let scale = (self.settings.clip / norm.max(f64::MIN_POSITIVE)).min(1.0) as f32;
        self.steps += 1;
        let update = Update::new(self.settings, self.steps, rate, scale);
        let each = parameters.all.par_iter().zip(&mut self.moments).zip(&gradients);
        each.try_for_each(|((parameter, moments), gradient)| update.apply(parameter, moments, gradient))?;
        Ok(norm)
    }
}

/// One step's numbers.
struct Update {
    betas: (f32, f32),
    /// What makes up for the moments' start at zero.
    corrections: (f32, f32),
    eps: f32,
    rate: f32,
    decay: f32,
    /// Of the gradients.
    scale: f32,
}

impl Update {
    fn new(settings: Settings, step: usize, rate: f64, scale: f32) -> Self {
        let (first, second) = settings.betas;
        let correction = |beta: f64| (1.0 / (1.0 - beta.powi(step as i32))) as f32;
        Self {
            betas: (first as f32, second as f32),
            corrections: (correction(first), correction(second)),
            eps: settings.eps as f32,
            rate: rate as f32,
            decay: (rate * settings.weight_decay) as f32,
            scale,
        }
    }

    fn apply(&self, parameter: &Parameter, moments: &mut Moments, gradient: &[f32]) -> Result<()> {
        let mut values: Vec<f32> = parameter.var.flatten_all()?.to_vec1()?;
        let decay = if parameter.decays { self.decay } else { 0.0 };
        let (beta_1, beta_2) = self.betas;
        let moments = moments.first.iter_mut().zip(&mut moments.second);
        for ((value, (first, second)), gradient) in values.iter_mut().zip(moments).zip(gradient) {
            let g = gradient * self.scale;
            *first = beta_1 * *first + (1.0 - beta_1) * g;
            *second = beta_2 * *second + (1.0 - beta_2) * g * g;
            let step = *first * self.corrections.0 / ((*second * self.corrections.1).sqrt() + self.eps);
            *value -= decay * *value + self.rate * step;
        }
        parameter.var.set(&Tensor::from_vec(values, parameter.var.shape(), parameter.var.device())?)
    }
}
