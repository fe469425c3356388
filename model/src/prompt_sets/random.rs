//! Random numbers that never drift: results are named by the prompts that come of them.

/// `SplitMix64` (Steele, Lea, Flood 2014): one 64-bit state, the same numbers everywhere and for ever.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// A sequence of its own for each pair of a seed and a purpose.
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
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
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// One of several.
    pub(super) fn choose<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// One of several that is none of `but`; of these there are fewer.
    pub(super) fn choose_but<T: Copy + PartialEq>(&mut self, of: &[T], but: &[T]) -> T {
        loop {
            let chosen = self.choose(of);
            if !but.contains(&chosen) {
                return chosen;
            }
        }
    }

    /// `n` different ones of several, of which there are as many.
    pub(super) fn some<T: Copy>(&mut self, n: usize, of: &[T]) -> Vec<T> {
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
