//! How a run's answer is measured, from the logits at its last token.

use super::super::chunks;
use super::sweep::Arrived;
use crate::hooks::NoHooks;
use crate::plan::EncodedPrompt;
use crate::transformer::Transformer;
use crate::wire::Metric;
use candle_core::{D, Result, Tensor};

/// What is measured of the runs of one prompt.
pub(super) struct Measure<'a> {
    pub(super) metric: Metric,
    pub(super) prompt: &'a EncodedPrompt,
    /// Of the clean run, `[d_vocab]`: what a divergence is taken from.
    pub(super) clean: &'a Tensor,
}

impl Measure<'_> {
    /// Of each run, from its logits `[runs, d_vocab]`.
    pub(super) fn of(&self, logits: &Tensor) -> Result<Vec<f32>> {
        self.values(logits)?.to_vec1()
    }

    /// The same as a tensor `[runs]`, from operations that all have gradients.
    pub(super) fn values(&self, logits: &Tensor) -> Result<Tensor> {
        Ok(match self.metric {
            Metric::LogitDiff => {
                let baseline = match self.prompt.distractor {
                    Some(id) => column(logits, id)?,
                    None => logits.mean(D::Minus1)?,
                };
                (self.answer(logits)? - baseline)?
            }
            Metric::Probability => self.answer(&log_softmax(logits)?)?.exp()?,
            Metric::ProbabilityDiff => {
                let log_probabilities = log_softmax(logits)?;
                let distractor = column(&log_probabilities, self.prompt.distractor.unwrap_or(0))?;
                (self.answer(&log_probabilities)?.exp()? - distractor.exp()?)?
            }
            Metric::LaterYears => {
                let log_probabilities = log_softmax(logits)?;
                let [later, others] = &self.prompt.years;
                (mass(&log_probabilities, later)? - mass(&log_probabilities, others)?)?
            }
            Metric::Kl => {
                let clean = log_softmax(&self.clean.unsqueeze(0)?)?;
                let ratio = clean.broadcast_sub(&log_softmax(logits)?)?;
                ratio.broadcast_mul(&clean.exp()?)?.sum(D::Minus1)?
            }
        })
    }

    /// Of cells that have gone through all blocks. Of logits no more are computed than it reads.
    pub(super) fn of_arrived(&self, model: &Transformer, arrived: &Arrived) -> Result<Vec<f32>> {
        if let (Metric::LogitDiff, Some(answer), Some(distractor)) =
            (self.metric, self.prompt.answer, self.prompt.distractor)
        {
            let logits = model.finish_at(&arrived.pass, &arrived.last_rows(), &[answer, distractor])?;
            return (column(&logits, 0)? - column(&logits, 1)?)?.to_vec1();
        }
        let mut values = Vec::new();
        for rows in arrived.last_rows().chunks(chunks::unembedded(model)) {
            values.extend(self.of(&model.finish(&arrived.pass, rows, &mut NoHooks)?)?);
        }
        Ok(values)
    }

    /// Planning refuses prompts without an answer for every metric that reads one.
    fn answer(&self, values: &Tensor) -> Result<Tensor> {
        column(values, self.prompt.answer.unwrap_or(0))
    }
}

fn column(values: &Tensor, id: u32) -> Result<Tensor> {
    values.narrow(1, id as usize, 1)?.squeeze(1)
}

/// The probability of all these tokens together, `[runs]`.
fn mass(log_probabilities: &Tensor, ids: &[u32]) -> Result<Tensor> {
    log_probabilities.index_select(&Tensor::new(ids, log_probabilities.device())?, 1)?.exp()?.sum(1)
}

/// Over the last axis, from operations that all have gradients.
fn log_softmax(logits: &Tensor) -> Result<Tensor> {
    let shifted = logits.broadcast_sub(&logits.max_keepdim(D::Minus1)?)?;
    shifted.broadcast_sub(&shifted.exp()?.sum_keepdim(D::Minus1)?.log()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::{Checkpoint, Source};
    use crate::packing::Batch;
    use crate::wire::Processing;
    use candle_core::Device;

    #[test]
    fn a_difference_is_that_of_all_logits() {
        let checkpoint = Checkpoint::open("demo", &Source::Demo).unwrap();
        for variant in [Processing::Folded, Processing::Raw] {
            let model = Transformer::load(&checkpoint, variant, &Device::Cpu).unwrap();
            let batch = Batch::separate(&[&[0, 5, 9, 17], &[0, 300]]);
            let (read, hooks) = (batch.last_rows(), &mut NoHooks);
            let mut pass = model.start(&batch, hooks).unwrap();
            for _ in 0..model.config().n_layers {
                model.advance(&mut pass, hooks).unwrap();
            }
            let all = model.finish(&pass, &read, hooks).unwrap();
            let some = model.finish_at(&pass, &read, &[1999, 3]).unwrap();
            let same = all.index_select(&Tensor::new(&[1999_u32, 3], &Device::Cpu).unwrap(), 1).unwrap();
            // to the last bit: a cell that changes nothing must not seem to
            assert_eq!(some.to_vec2::<f32>().unwrap(), same.to_vec2::<f32>().unwrap());
        }
    }

    #[test]
    fn later_years_are_taken_together() {
        let logits = Tensor::new(&[[0.0_f32, 1.0, -1.0, 2.0, 0.5], [1.0; 5]], &Device::Cpu).unwrap();
        let prompt = EncodedPrompt { years: [vec![1, 3], vec![2]], ..EncodedPrompt::default() };
        let measure = Measure { metric: Metric::LaterYears, prompt: &prompt, clean: &logits.get(0).unwrap() };
        let found = measure.of(&logits).unwrap();
        let total: f32 = [0.0_f32, 1.0, -1.0, 2.0, 0.5].iter().map(|x| x.exp()).sum();
        let first = (1.0_f32.exp() + 2.0_f32.exp() - (-1.0_f32).exp()) / total;
        assert!((found[0] - first).abs() < 1e-6 && (found[1] - 0.2).abs() < 1e-6, "{found:?}");
    }
}
