//! “The war lasted from the year 1732 to the year 1755.” A noun with a first year is held out.

use super::{Question, held_out};
use crate::prompt_sets::greater_than::{CENTURIES, NOUNS};
use crate::prompt_sets::random::Random;

/// First years: a later one must be left, and an earlier one for the distractor.
const FIRST: std::ops::RangeInclusive<usize> = 2..=97;

pub(super) fn draw(random: &mut Random, held: bool) -> Question {
    loop {
        let noun = random.choose(&NOUNS);
        let century = *CENTURIES.start() as usize + random.below(CENTURIES.count());
        let year = FIRST.start() + random.below(FIRST.count());
        if held_out(&[noun, &format!("{century}{year:02}")]) != held {
            continue;
        }
        let years = |range: std::ops::Range<usize>| range.map(|year| format!("{year:02}")).collect();
        let text = format!("The {noun} lasted from the year {century}{year:02} to the year {century}");
        return Question::with(text, years(year + 1..100), years(0..year + 1));
    }
}
