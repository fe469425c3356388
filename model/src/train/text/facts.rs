//! “Mary lives in Paris. John lives in Rome. Where does John live? John lives in Rome.” Of two to four people; a name with
//! a city is held out.

use super::words::{CITIES, names};
use super::{Phase, Question, Text, held_out, together};
use crate::prompt_sets::random::Random;

/// What is said of everybody in a text, and how it is asked after.
type Relation = (&'static str, &'static str);
const RELATIONS: [Relation; 3] = [
    ("lives in", "Where does [N] live?"),
    ("works in", "Where does [N] work?"),
    ("comes from", "Where is [N] from?"),
];
/// Of one word, which brings the name nearer to the city: a step on the way to the others.
const SHORT: [Relation; 4] = [
    ("liked", "As everyone knows,"),
    ("saw", "As everyone knows,"),
    ("left", "As everyone knows,"),
    ("remembered", "As everyone knows,"),
];

struct Facts {
    relation: Relation,
    /// Who is where, in the order of the text.
    people: Vec<(&'static str, &'static str)>,
}

impl Facts {
    fn draw(relations: &[Relation], random: &mut Random, held: bool) -> Self {
        loop {
            let n = 2 + random.below(3);
            let names = together(n, &names(), false, random);
            let people: Vec<_> = names.into_iter().zip(random.some(n, &CITIES)).collect();
            if people.iter().all(|(name, city)| held_out(&[name, city]) == held) {
                return Self { relation: random.choose(relations), people };
            }
        }
    }

    fn statements(&self) -> String {
        let sentence = |(name, city): &(&str, &str)| format!("{name} {} {city}.", self.relation.0);
        self.people.iter().map(sentence).collect::<Vec<_>>().join(" ")
    }

    /// What is asked of a person, up to the city.
    fn asked(&self, name: &str, random: &mut Random) -> String {
        let (verb, question) = self.relation;
        let lead = match random.below(4) {
            0 => String::new(),
            1 => "As we know, ".to_owned(),
            _ => format!("{} ", question.replace("[N]", name)),
        };
        format!(" {lead}{name} {verb}")
    }
}

/// Everyone is asked after, in another order.
pub(super) fn document(phase: Phase, random: &mut Random) -> Text {
    let short = phase == Phase::Answers && random.below(2) == 0;
    let facts = Facts::draw(if short { &SHORT } else { &RELATIONS }, random, false);
    let order = random.some(facts.people.len(), &facts.people);
    order.into_iter().fold(Text::default().then(facts.statements()), |text, (name, city)| {
        let asked = facts.asked(name, random);
        text.then(asked).answer(format!(" {city}")).then(".")
    })
}

/// One of them is asked after; the distractor is where another one is.
pub(super) fn question(random: &mut Random) -> Question {
    let facts = Facts::draw(&RELATIONS, random, true);
    let two = random.some(2, &facts.people);
    let text = facts.statements() + &facts.asked(two[0].0, random);
    Question::new(text, two[0].1, two[1].1)
}
