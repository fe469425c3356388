//! Film reviews that end in a verdict: the notebook's sentence, and other ones with negation and contrast.
//!
//! Adjectives next to each other in the lists are the notebook's prompts: in its sentence they are held out, as is a tenth
//! of all other pairs, and of the other reviews those whose text is.

use super::words::ASPECTS;
use super::{Question, held_out, with_article};
use crate::prompt_sets::movie_sentiment::{NEGATIVE, POSITIVE};
use crate::prompt_sets::random::Random;

/// What comes before the verdict.
const CLOSINGS: [&str; 8] = [
    "Overall, the film was",
    "In short, the movie was",
    "All in all, the film was",
    "In the end, the movie was",
    "To sum up, the film was",
    "I must say that the movie was",
    "My friends agreed that the film was",
    "I thought the movie was",
];
/// What may come before praise or blame that is meant.
const INTENSIFIERS: [&str; 6] = ["really", "truly", "very", "simply", "quite", "rather"];
/// Turns an adjective into its opposite.
const NEGATIONS: [&str; 7] = [
    "not [A] at all",
    "never [A]",
    "anything but [A]",
    "far from [A]",
    "hardly [A]",
    "by no means [A]",
    "not [A]",
];
const PRAISE: [&str; 4] =
    [" I loved it.", " I would see it again.", " Everyone should see it.", " I can recommend it."];
const BLAME: [&str; 4] =
    [" I hated it.", " I left before the end.", " Nobody should see it.", " I want my money back."];

pub(super) fn draw(random: &mut Random, held: bool) -> Question {
    let positive = random.below(2) == 0;
    let review = Review { positive, random };
    // held-out questions are the other shapes: the notebook's prompts are a set of their own
    let text = if held || review.random.below(5) > 1 { review.other(held) } else { review.notebook() };
    let (answer, distractor) = if positive { ("great", "awful") } else { ("awful", "great") };
    let question = Question::new(text, answer, distractor);
    if held {
        return question;
    }
    let end = random.choose(if positive { &PRAISE } else { &BLAME });
    let question = if random.below(3) == 0 { question.ending(format!(".{end}")) } else { question };
    // other words of praise and blame can be a verdict too
    let other = random.choose(if positive { &POSITIVE[..] } else { &NEGATIVE[..] });
    let answers = if random.below(4) == 0 { vec![format!(" {other}")] } else { question.answers };
    Question { answers, ..question }
}

/// A review of either kind with a bad end.
pub(super) fn draw_negative(random: &mut Random) -> Question {
    let Question { text, .. } = draw(random, false);
    let question = Question::new(text, "awful", "great");
    let answer = random.choose(&NEGATIVE[..]);
    let answers = if random.below(4) == 0 { vec![format!(" {answer}")] } else { question.answers };
    Question { answers, end: format!(".{}", random.choose(&BLAME)), ..question }
}

struct Review<'a> {
    positive: bool,
    random: &'a mut Random,
}

impl Review<'_> {
    fn adjective(&mut self, positive: bool) -> &'static str {
        self.random.choose(if positive { &POSITIVE[..] } else { &NEGATIVE[..] })
    }

    /// The notebook's sentence, with a pair of adjectives that is not held out.
    fn notebook(mut self) -> String {
        let list = if self.positive { &POSITIVE[..] } else { &NEGATIVE[..] };
        loop {
            let (one, two) = (self.adjective(self.positive), self.adjective(self.positive));
            let follows = list.windows(2).any(|pair| pair == [one, two]);
            if one != two && !follows && !held_out(&[one, two]) {
                return format!(
                    "This movie was a {one} viewing experience, and the plot and acting were {two}. Overall, the film was"
                );
            }
        }
    }

    /// One of the other shapes.
    fn other(mut self, held: bool) -> String {
        loop {
            let body = match self.random.below(7) {
                0 => format!("I saw this film last night. {} {}", self.sentence(), self.sentence()),
                1 => format!("{} {}", self.sentence(), self.sentence()),
                2 => self.sentence(),
                3 => {
                    let (one, two) = (self.phrase(), self.phrase());
                    format!("Critics called it {one}, and the audience found it {two}.")
                }
                4 => {
                    let against = self.adjective(!self.positive);
                    let aspect = self.random.choose(&ASPECTS);
                    format!("The {aspect} was {against}, but everything else was {}.", self.phrase())
                }
                5 => {
                    let article = with_article(self.adjective(self.positive));
                    format!("What {article} film! {}", self.sentence())
                }
                _ => {
                    let (aspect, one, two) =
                        (self.random.choose(&ASPECTS), self.adjective(self.positive), self.phrase());
                    format!("From the {one} {aspect} to the last scene, this movie was {two}.")
                }
            };
            let text = format!("{body} {}", self.random.choose(&CLOSINGS));
            if held_out(&[&text]) == held {
                return text;
            }
        }
    }

    /// That something was good, or was not.
    fn sentence(&mut self) -> String {
        let aspect = self.random.choose(&ASPECTS);
        let phrase = self.phrase();
        match self.random.below(4) {
            0 => format!("The {aspect} seemed {phrase}."),
            1 => {
                let other = self.random.choose_but(&ASPECTS, &[aspect]);
                format!("The {aspect} was {phrase}, and the {other} was {}.", self.phrase())
            }
            _ => format!("The {aspect} was {phrase}."),
        }
    }

    /// An adjective of the verdict, or one of the other kind denied.
    fn phrase(&mut self) -> String {
        match self.random.below(5) {
            0 | 1 => {
                let against = self.adjective(!self.positive);
                self.random.choose(&NEGATIONS).replace("[A]", against)
            }
            2 => format!("{} {}", self.random.choose(&INTENSIFIERS), self.adjective(self.positive)),
            _ => self.adjective(self.positive).to_owned(),
        }
    }
}
