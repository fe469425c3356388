//! Sentences about nothing in particular, so that the model has seen words in other places than in questions.
//!
//! Some of the words are rare: a vocabulary of 2,048 has no room for them, and they fall into pieces.

use super::words::{gendered, names};
use super::{Text, together, with_article};
use crate::prompt_sets::agreement;
use crate::prompt_sets::greater_than;
use crate::prompt_sets::induction::POOL;
use crate::prompt_sets::ioi::words::PLACES;
use crate::prompt_sets::random::Random;

const COMMON: &str = "\
    apple letter river lamp chair bread coat bottle ticket map bell stone flower bridge train boat horse kitchen village road \
    market morning evening summer winter story photo paper lesson concert";
const RARE: &str = "\
    umbrella lighthouse violin cupboard mushroom blanket compass telescope pumpkin staircase orchard ferry harbour chimney \
    accordion parachute encyclopedia hedgehog waterfall marmalade saxophone wheelbarrow dragonfly thermometer sandcastle \
    tambourine rucksack porcupine gingerbread windmill crocodile microscope cinnamon pineapple candlestick drawbridge \
    eiderdown flamingo gondola haystack icicle jellyfish kaleidoscope lemonade mandolin nutcracker omelette pancake quilt \
    raspberry scarecrow trampoline unicorn vinegar walnut xylophone yoghurt zeppelin \
    archipelago barnacle caterpillar dandelion escalator firework grasshopper hammock inkwell jigsaw kerosene labyrinth \
    magnifier nightingale observatory periscope quicksand rhinoceros shipwreck tangerine upholstery ventriloquist weathervane \
    artichoke blacksmith chandelier dominoes embroidery fountain gramophone horseradish ironwork juniper knapsack limestone \
    metronome nasturtium oyster pomegranate reservoir sundial turnstile velvet waistcoat yardstick zinnia";
const DESCRIBED: [&str; 20] = [
    "old", "new", "small", "large", "red", "green", "blue", "quiet", "bright", "heavy", "empty", "warm",
    "cold", "little", "strange", "clean", "broken", "simple", "round", "soft",
];
const VERBS: [&str; 18] = [
    "found",
    "bought",
    "carried",
    "lost",
    "saw",
    "wanted",
    "made",
    "opened",
    "painted",
    "cleaned",
    "sold",
    "kept",
    "liked",
    "took",
    "brought",
    "needed",
    "borrowed",
    "remembered",
];
const TIMES: [&str; 10] = [
    "One morning",
    "In the evening",
    "Last week",
    "After lunch",
    "On Monday",
    "At night",
    "In the summer",
    "Before breakfast",
    "A year later",
    "That day",
];
const WEATHER: [&str; 8] = [
    "It was raining.",
    "The sun was shining.",
    "It was cold outside.",
    "Snow fell all day.",
    "There was a strong wind.",
    "The sky was blue.",
    "It was already dark.",
    "Nobody was there.",
];

/// Two to six sentences.
pub(super) fn draw(random: &mut Random) -> Text {
    let n = 2 + random.below(5);
    let feminine = random.below(2) == 0;
    let hero = random.choose(&gendered(feminine));
    let mut sentences = vec![format!("{}, {hero} {}.", random.choose(&TIMES), action(random))];
    for _ in 1..n {
        sentences.push(sentence(hero, feminine, random));
    }
    Text::default().then(sentences.join(" "))
}

fn sentence(hero: &str, feminine: bool, random: &mut Random) -> String {
    let pronoun = if feminine { "She" } else { "He" };
    match random.below(8) {
        0 => random.choose(&WEATHER).to_owned(),
        1 => format!("The {} was {}.", thing(random), random.choose(&DESCRIBED)),
        2 => format!("The {}s were {}.", random.choose(&agreement::NOUNS), random.choose(&DESCRIBED)),
        3 => {
            format!("{} {} and the {} were in the {}.", pronoun, action(random), thing(random), place(random))
        }
        4 => format!("{hero} went to the {} and {}.", place(random), action(random)),
        5 => company(random),
        6 => format!("There was {} in the {}.", with_article(thing(random)), place(random)),
        _ => format!("{pronoun} {}.", action(random)),
    }
}

/// Something that two people did together.
fn company(random: &mut Random) -> String {
    let pair = together(2, &names(), false, random);
    let what = match random.below(3) {
        0 => format!("talked about the {}", random.choose(&greater_than::NOUNS)),
        1 => format!("went to the {}", place(random)),
        _ => format!("had {}", with_article(thing(random))),
    };
    format!("{} and {} {what}.", pair[0], pair[1])
}

fn action(random: &mut Random) -> String {
    let (verb, described, thing) = (random.choose(&VERBS), random.choose(&DESCRIBED), thing(random));
    match random.below(3) {
        0 => format!("{verb} the {thing}"),
        1 => format!("{verb} {} {thing}", with_article(described)),
        _ => format!("{verb} {} in the {}", with_article(thing), place(random)),
    }
}

fn place(random: &mut Random) -> &'static str {
    let mut places = PLACES.to_vec();
    places.extend(["market", "kitchen", "village", "park", "library"]);
    random.choose(&places)
}

fn thing(random: &mut Random) -> &'static str {
    let list = |words: &'static str| words.split_whitespace().collect::<Vec<_>>();
    let words = match random.below(12) {
        0 => list(RARE),
        1 | 2 => list(POOL),
        3 | 4 => agreement::NOUNS.to_vec(),
        _ => list(COMMON),
    };
    random.choose(&words)
}
