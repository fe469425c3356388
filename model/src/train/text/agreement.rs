//! “The keys near the cabinet are old.” A subject with a noun that stands between is held out.

use super::{Question, held_out};
use crate::prompt_sets::agreement::NOUNS;
use crate::prompt_sets::random::Random;

const BETWEEN: [&str; 8] =
    ["near", "behind", "beside", "next to", "in front of", "far from", "close to", "not far from"];
const IS: [&str; 12] =
    ["old", "new", "here", "ready", "quiet", "small", "late", "famous", "gone", "safe", "lost", "tall"];

pub(super) fn draw(random: &mut Random, held: bool) -> Question {
    let pair = loop {
        let pair = random.some(2, &NOUNS);
        if held_out(&pair) == held {
            break pair;
        }
    };
    let plural = random.below(2) == 1;
    // mostly past a noun of the other number
    let other = if random.below(5) == 0 { plural } else { !plural };
    let number = |noun: &str, plural: bool| if plural { format!("{noun}s") } else { noun.to_owned() };
    let text =
        format!("The {} {} the {}", number(pair[0], plural), random.choose(&BETWEEN), number(pair[1], other));
    let verbs = if held || random.below(4) > 0 { ("are", "is") } else { ("were", "was") };
    let (right, wrong) = if plural { verbs } else { (verbs.1, verbs.0) };
    Question::new(text, right, wrong).ending(format!(" {}.", random.choose(&IS)))
}
