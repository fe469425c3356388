//! “Mary went to the store because she was hungry.” A name with a sentence is held out.

use super::words::gendered;
use super::{Question, held_out};
use crate::prompt_sets::ioi::words::{OBJECTS, PLACES};
use crate::prompt_sets::random::Random;

const SENTENCES: [&str; 10] = [
    "[N] went to the [PLACE] because",
    "[N] bought a [OBJECT] because",
    "[N] stayed at the [PLACE] because",
    "[N] said that",
    "When [N] came home from the [PLACE],",
    "[N] was tired, so",
    "[N] lost a [OBJECT], and then",
    "After [N] left the [PLACE],",
    "[N] smiled because",
    "Everyone at the [PLACE] liked [N] because",
];
const THEN: [&str; 10] = [
    "was hungry",
    "was happy",
    "was late",
    "needed some help",
    "had a plan",
    "wanted to rest",
    "was very kind",
    "had to go home",
    "felt better",
    "had nothing else to do",
];

pub(super) fn draw(random: &mut Random, held: bool) -> Question {
    let feminine = random.below(2) == 0;
    let names = gendered(feminine);
    let (name, sentence) = loop {
        let (name, sentence) = (random.choose(&names), random.choose(&SENTENCES));
        if held_out(&[name, sentence]) == held {
            break (name, sentence);
        }
    };
    let text = sentence
        .replace("[N]", name)
        .replace("[PLACE]", random.choose(&PLACES))
        .replace("[OBJECT]", random.choose(&OBJECTS));
    let (right, wrong) = if feminine { ("she", "he") } else { ("he", "she") };
    Question::new(text, right, wrong).ending(format!(" {}.", random.choose(&THEN)))
}
