//! Random numbers that never drift: results are named by the prompts that come of them.

/// `SplitMix64` (Steele, Lea, Flood 2014): one 64-bit state, the same numbers everywhere and for ever.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// A sequence of its own for each pair of a seed and a purpose.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        let mut random = Self(seed);
        for byte in purpose.bytes() {
            random.0 = random.next() ^ u64::from(byte);
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 below `n`, which is not 0. For the few things there are to choose from, each is as likely as another
    /// to 1 in 2⁵⁰.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// A number of the standard normal distribution (Box and Muller 1958).
    #[cfg(feature = "train")]
    pub(crate) fn normal(&mut self) -> f64 {
        let mut uniform = || (self.below(1 << 52) as f64 + 0.5) / (1_u64 << 52) as f64;
        let (radius, angle) = ((-2.0 * uniform().ln()).sqrt(), std::f64::consts::TAU * uniform());
        radius * angle.cos()
    }

    /// One of several.
    pub(crate) fn choose<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// One of several that is none of `but`; of these there are fewer.
    pub(crate) fn choose_but<T: Copy + PartialEq>(&mut self, of: &[T], but: &[T]) -> T {
        loop {
            let chosen = self.choose(of);
            if !but.contains(&chosen) {
                return chosen;
            }
        }
    }

    /// `n` different ones of several, of which there are as many.
    pub(crate) fn some<T: Copy>(&mut self, n: usize, of: &[T]) -> Vec<T> {
        let mut all = of.to_vec();
        (0..n).map(|_| all.swap_remove(self.below(all.len()))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_splitmix64s() {
        // those that its authors' C code gives for the seed 1234567
        let mut random = Random(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| random.next()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[cfg(feature = "train")]
    #[test]
    fn normal_numbers_have_mean_0_and_variance_1() {
        let mut random = Random::new(0, "test");
        let numbers: Vec<f64> = (0..20_000).map(|_| random.normal()).collect();
        let mean = numbers.iter().sum::<f64>() / 20_000.0;
        let variance = numbers.iter().map(|x| x * x).sum::<f64>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
    }

    #[test]
    fn everything_is_chosen() {
        let mut random = Random::new(0, "test");
        let mut seen = [0; 7];
        for _ in 0..700 {
            seen[random.below(7)] += 1;
        }
        assert!(seen.iter().all(|n| *n > 60), "{seen:?}");
        let mut some = random.some(5, &[1, 2, 3, 4, 5]);
        some.sort_unstable();
        assert_eq!(some, [1, 2, 3, 4, 5]);
    }
}
