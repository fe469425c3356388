//! Runs of random tokens that come again: nothing but having seen them says how they go on (Olsson et al. 2022).

use super::Phase;
use crate::prompt_sets::random::Random;

/// Most tokens of one document.
const LONGEST: usize = 110;
/// Most tokens of a run that can come at least twice.
const LONGEST_RUN: usize = 54;

/// A document of random tokens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Runs {
    /// Without its BOS.
    pub(crate) ids: Vec<u32>,
    /// Whether each follows from those before.
    pub(crate) follows: Vec<bool>,
    /// Whether it is to be learned without the heads of the layer that induction heads are in.
    pub(crate) without_induction: bool,
}

/// `of` are the ids to draw from.
pub(crate) fn draw(phase: Phase, random: &mut Random, of: &[u32]) -> Runs {
    if matches!(phase, Phase::Mirrors | Phase::Negative) && random.below(2) == 0 {
        // induction heads could do it too, by what stands two tokens before what they find; most of the time they are not
        // there, so that others learn it
        let without_induction = phase == Phase::Mirrors && random.below(4) > 0;
        return Runs { without_induction, ..mirror(random, of) };
    }
    if phase != Phase::Words && random.below(2) == 0 {
        return few(random, of);
    }
    let (tokens, gap) = run_and_gap(random, of);
    let (run, times) = (tokens.len(), 2 + random.below(4));
    let (mut ids, mut follows) = (Vec::new(), Vec::new());
    for time in 0..times {
        if time > 0 && ids.len() + gap + run > LONGEST {
            break;
        }
        for _ in 0..gap {
            ids.push(random.choose(of));
            follows.push(false);
        }
        ids.extend(&tokens);
        // where runs stand close together, their beginning follows too from the third on
        follows.extend((0..run).map(|i| time > 0 && (i > 0 || (gap == 0 && time > 1))));
    }
    Runs { ids, follows, ..Runs::default() }
}

/// A run, and how many other tokens stand before and between.
fn run_and_gap(random: &mut Random, of: &[u32]) -> (Vec<u32>, usize) {
    // short runs come more often than long ones: what they teach is the same, and sooner
    let largest = [4, 8, 16, 32, LONGEST_RUN];
    let most = random.choose(&largest);
    let run = 2 + random.below(most - 1);
    // in half of them, so that the way back is not always the same
    let gap = if random.below(2) == 0 { 0 } else { random.below(8) };
    ((0..run).map(|_| random.choose(of)).collect(), gap)
}

/// A run, other tokens or none, and the run backwards.
fn mirror(random: &mut Random, of: &[u32]) -> Runs {
    let (mut ids, gap) = run_and_gap(random, of);
    let back: Vec<u32> = ids.iter().rev().copied().collect();
    let gap = gap.min(LONGEST - 2 * back.len());
    ids.extend((0..gap).map(|_| random.choose(of)));
    // a token that comes twice in a row says that the run turns; after other tokens, it takes two to see
    let seen = if gap == 0 { 1 } else { 2 };
    let follows = (0..ids.len()).map(|_| false).chain((0..back.len()).map(|i| i >= seen)).collect();
    ids.extend(back);
    Runs { ids, follows, ..Runs::default() }
}

/// A run of few different tokens, two to four times: most of them stand before several others.
fn few(random: &mut Random, of: &[u32]) -> Runs {
    let different = 3 + random.below(4);
    let different = random.some(different, of);
    let run = 8 + random.below(17);
    let tokens: Vec<u32> = (0..run).map(|_| random.choose(&different)).collect();
    let times = (2 + random.below(3)).min(LONGEST / run);
    // which of its places the run is at takes a few tokens to see
    let follows = (0..times).flat_map(|time| (0..run).map(move |i| time > 0 && i > 1)).collect();
    Runs { ids: tokens.repeat(times), follows, ..Runs::default() }
}

/// `run` random tokens, twice.
pub(crate) fn repeated(random: &mut Random, of: &[u32], run: usize) -> Vec<u32> {
    let tokens: Vec<u32> = (0..run).map(|_| random.choose(of)).collect();
    [tokens.as_slice(), &tokens].concat()
}

/// `run` random tokens, and the same backwards.
pub(crate) fn mirrored(random: &mut Random, of: &[u32], run: usize) -> Vec<u32> {
    let tokens: Vec<u32> = (0..run).map(|_| random.choose(of)).collect();
    tokens.iter().chain(tokens.iter().rev()).copied().collect()
}
