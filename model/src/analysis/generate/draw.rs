//! Choosing the next token.
//!
//! A draw is a number in [0, 1) that depends on the seed, the prompt and the step alone: SHA-256 of their text, so that
//! every machine and a few lines of Python draw the same, and the original and the changed run get the same draws. What
//! differs between them then comes from the change.

use super::super::ranking::Prediction;
use crate::wire::Generate;
use sha2::{Digest, Sha256};

/// A token that was chosen, and its probability in the model (at temperature 1, among all tokens).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Chosen {
    pub(super) id: u32,
    pub(super) probability: f64,
}

/// The next token of a prompt, `step` tokens after it, from its logits `[d_vocab]`.
pub(super) fn next(logits: &[f32], options: &Generate, prompt: usize, step: usize) -> Chosen {
    let prediction = Prediction::new(logits);
    let id = if options.temperature > 0.0 {
        let likeliest = prediction.top(options.top_k.unwrap_or(logits.len()));
        at(draw(options.seed, prompt, step), options.temperature, logits, &likeliest)
    } else {
        prediction.top(1).first().copied().unwrap_or(0)
    };
    Chosen { id, probability: prediction.probability(id) }
}

/// The first of `ids`, likeliest first, up to which the probabilities at `temperature` exceed `draw` of their sum.
fn at(draw: f64, temperature: f64, logits: &[f32], ids: &[u32]) -> u32 {
    let logit = |id: &u32| f64::from(logits[*id as usize]);
    let largest = ids.first().map_or(0.0, logit);
    let weights: Vec<f64> = ids.iter().map(|id| ((logit(id) - largest) / temperature).exp()).collect();
    let limit = draw * weights.iter().sum::<f64>();
    let mut sum = 0.0;
    let exceeds = |weight: &f64| {
        sum += weight;
        sum > limit
    };
    // rounding may leave the sum a hair under the limit
    let place = weights.iter().position(exceeds).unwrap_or(ids.len().saturating_sub(1));
    ids.get(place).copied().unwrap_or(0)
}

/// A number in [0, 1): the first 53 bits of SHA-256 of `seed/prompt/step`.
fn draw(seed: u64, prompt: usize, step: usize) -> f64 {
    let digest: [u8; 32] = Sha256::digest(format!("{seed}/{prompt}/{step}")).into();
    let bits = digest.iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_temperature_the_likeliest_is_taken() {
        let chosen = next(&[0.0, 2.0, 2.0, -1.0], &Generate::default(), 3, 5);
        assert_eq!(chosen.id, 1);
        let total = 1.0 + 2.0 * 2_f64.exp() + (-1_f64).exp();
        assert!((chosen.probability - 2_f64.exp() / total).abs() < 1e-12);
    }

    #[test]
    fn tokens_come_as_often_as_they_are_likely() {
        let logits = [0.0, 3_f32.ln() * 0.5, -50.0, 0.0];
        let options = Generate { temperature: 0.5, top_k: Some(3), seed: 7, ..Generate::default() };
        let mut counts = [0_usize; 4];
        for step in 0..3_000 {
            counts[next(&logits, &options, 1, step).id as usize] += 1;
        }
        // 3 : 1 : 0 : 1 at half the temperature
        assert_eq!(counts[2], 0);
        for (count, share) in counts.into_iter().zip([0.2, 0.6, 0.0, 0.2]) {
            assert!((count as f64 / 3_000.0 - share).abs() < 0.03, "{counts:?}");
        }
    }

    #[test]
    fn a_draw_is_what_python_makes_of_it() {
        // (int.from_bytes(hashlib.sha256(b"7/1/12").digest()[:8], "big") >> 11) / 2**53
        assert_eq!(draw(0, 0, 0).to_string(), "0.3308910750352404");
        assert_eq!(draw(7, 1, 12).to_string(), "0.5083892710585014");
    }
}
