//! Lists of words beside those of the built-in prompt sets.

use crate::prompt_sets::ioi::words::NAMES;

/// Names of women among [`NAMES`].
const WOMEN: &str = "\
    Alice Amy Anna Clara Crystal Diana Elizabeth Emily Emma Eva Fiona Georgia Grace Helen Irene Jane Jennifer Jessica Julia \
    Kate Laura Lisa Madison Maria Mary Michelle Nina Rachel Rose Ruth Sarah Tina Victoria Wendy";

/// Names of either.
const EITHER: &str = "Alex Blake Carter Charlie Jamie Jay Jordan Kelly Morgan Sam Taylor";

/// Where people live.
pub(crate) const CITIES: [&str; 24] = [
    "London", "Paris", "Rome", "Berlin", "Madrid", "Vienna", "Oslo", "Dublin", "Athens", "Cairo", "Tokyo",
    "Delhi", "Lima", "Boston", "Chicago", "Denver", "Seattle", "Dallas", "Moscow", "Prague", "Warsaw",
    "Lisbon", "Geneva", "Sydney",
];

/// What a review speaks of.
pub(super) const ASPECTS: [&str; 16] = [
    "plot",
    "acting",
    "music",
    "dialogue",
    "ending",
    "story",
    "script",
    "direction",
    "lighting",
    "humor",
    "pacing",
    "editing",
    "cast",
    "opening",
    "photography",
    "costume design",
];

/// All people.
pub(crate) fn names() -> Vec<&'static str> {
    NAMES.split_whitespace().collect()
}

/// Those whom one calls he or she, by `feminine`.
pub(super) fn gendered(feminine: bool) -> Vec<&'static str> {
    let is = |list: &str, name: &str| list.split_whitespace().any(|other| other == name);
    let wanted = |name: &&str| {
        if feminine { is(WOMEN, name) } else { !is(WOMEN, name) && !is(EITHER, name) }
    };
    NAMES.split_whitespace().filter(wanted).collect()
}
