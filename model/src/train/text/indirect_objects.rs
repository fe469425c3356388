//! “Then, Mary and John went to the store. John gave a ring to Mary.” Pairs of names are held out.

use super::words::names;
use super::{Question, together};
use crate::prompt_sets::ioi::words::{OBJECTS, PLACES, SENTENCES};
use crate::prompt_sets::random::Random;

pub(super) fn draw(random: &mut Random, held: bool) -> Question {
    let pair = together(2, &names(), held, random);
    let (subject, object) = (pair[0], pair[1]);
    // either may come first
    let (first, second) = if random.below(2) == 0 { (subject, object) } else { (object, subject) };
    let text = random.choose(&SENTENCES);
    let text = [
        ("[1]", first),
        ("[2]", second),
        ("[S]", subject),
        ("[PLACE]", random.choose(&PLACES)),
        ("[OBJECT]", random.choose(&OBJECTS)),
    ]
    .iter()
    .fold(text.to_owned(), |text, (slot, word)| text.replace(slot, word));
    Question::new(text, object, subject)
}
