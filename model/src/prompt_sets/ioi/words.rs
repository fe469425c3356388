//! The sentences and words of Redwood's `ioi_dataset` (Wang et al. 2022, “Interpretability in the Wild”).

/// The 15 sentences. `[1]` and `[2]` are the two people as they come first, `[S]` the one who acts; the indirect object
/// would be the next word.
pub(crate) const SENTENCES: [&str; 15] = [
    "Then, [1] and [2] went to the [PLACE]. [S] gave a [OBJECT] to",
    "Then, [1] and [2] had a lot of fun at the [PLACE]. [S] gave a [OBJECT] to",
    "Then, [1] and [2] were working at the [PLACE]. [S] decided to give a [OBJECT] to",
    "Then, [1] and [2] were thinking about going to the [PLACE]. [S] wanted to give a [OBJECT] to",
    "Then, [1] and [2] had a long argument, and afterwards [S] said to",
    "After [1] and [2] went to the [PLACE], [S] gave a [OBJECT] to",
    "When [1] and [2] got a [OBJECT] at the [PLACE], [S] decided to give it to",
    "When [1] and [2] got a [OBJECT] at the [PLACE], [S] decided to give the [OBJECT] to",
    "While [1] and [2] were working at the [PLACE], [S] gave a [OBJECT] to",
    "While [1] and [2] were commuting to the [PLACE], [S] gave a [OBJECT] to",
    "After the lunch, [1] and [2] went to the [PLACE]. [S] gave a [OBJECT] to",
    "Afterwards, [1] and [2] went to the [PLACE]. [S] gave a [OBJECT] to",
    "Then, [1] and [2] had a long argument. Afterwards [S] said to",
    "The [PLACE] [1] and [2] went to had a [OBJECT]. [S] gave it to",
    "Friends [1] and [2] found a [OBJECT] at the [PLACE]. [S] gave it to",
];

/// Where they go.
pub(crate) const PLACES: [&str; 8] =
    ["store", "garden", "restaurant", "school", "hospital", "office", "house", "station"];

/// What is given.
pub(crate) const OBJECTS: [&str; 8] =
    ["ring", "kiss", "bone", "basketball", "computer", "necklace", "drink", "snack"];

/// First names, most of them one token for GPT-2 and its kin. Prompts are drawn from it in this order.
pub(crate) const NAMES: &str = "\
    Aaron Adam Alan Alex Alice Amy Andrew Andy Anna Anthony Arthur Austin Blake Bob Brandon Brian Carl Carter \
    Charles Charlie Christian Christopher Clara Clark Cole Connor Crystal Dan Daniel Dave David Dean Diana Edward \
    Elizabeth Emily Emma Eric Eva Fiona Frank George Georgia Grace Graham Grant Helen Henry Ian Irene Ivan Jack \
    Jacob Jake James Jamie Jane Jason Jay Jennifer Jeremy Jessica John Jonathan Jordan Joseph Joshua Julia Justin \
    Kate Kelly Kevin Kyle Laura Leon Lewis Lisa Louis Luke Madison Marcus Maria Mark Martin Mary Matthew Max Michael \
    Michelle Mike Morgan Nina Oscar Patrick Paul Peter Rachel Richard Robert Roman Rose Russell Ruth Ryan Sam Sarah \
    Scott Sean Simon Stephen Steven Taylor Thomas Tina Tom Tyler Victor Victoria Wendy William";
