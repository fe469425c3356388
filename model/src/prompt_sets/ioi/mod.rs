//! Indirect object identification (Wang et al. 2022): “Then, Mary and John went to the store. John gave a ring to”.
//!
//! Sentences, places and objects are Redwood's `ioi_dataset`'s, positions those of callummcdougall's `path_patching`:
//! `IO`, `S1`, `S2`, what stands beside the first two, and `starts`, the first token of the text. The draw is another one.

mod flip;
pub(crate) mod words;

use super::random::Random;
use super::sentence::Sentence;
use super::{option, problem, single};
use crate::tokens::Tokens;
use crate::wire::{Ioi, Problem, Prompt, PromptType, SetOption, SetOptionKind};
use flip::{Flip, Names};
use words::{NAMES, OBJECTS, PLACES, SENTENCES};

pub(super) const TITLE: &str = "Indirect objects: who is given it";

/// Names that it takes: two, and three random ones of a flip.
const NAMES_NEEDED: usize = 5;

/// Which of the two people comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// The indirect object.
    Abba,
    /// The subject.
    Baba,
}

pub(super) fn options() -> Vec<SetOption> {
    vec![
        option(
            "prompt_type",
            "Order of names",
            SetOptionKind::Choice,
            "mixed".into(),
            &["mixed", "ABBA", "BABA"],
        ),
        option(
            "flip",
            "Corrupted names",
            SetOptionKind::Text,
            serde_json::Value::Null,
            &["ABB->ABA", "ABB->BAA", "ABB->XYZ", "ABB->ABX", "ABB->AXX", "ABB->XBB", "ABB->BAB"],
        ),
    ]
}

/// # Errors
/// A flip that cannot be read.
pub(super) fn prompts(options: &Ioi, tokens: &Tokens) -> Result<Vec<Prompt>, Problem> {
    let flip = options.flip.as_deref().map(Flip::parse).transpose();
    let flip = flip.map_err(|message| problem("flip", message))?;
    let all: Vec<&str> = NAMES.split_whitespace().collect();
    let names = single(&all, tokens, NAMES_NEEDED);
    let mut random = Random::new(options.seed, "ioi");
    // of its own, so that the prompts are the same whatever their twins are
    let mut for_flip = Random::new(options.seed, options.flip.as_deref().unwrap_or_default());
    let prompt = |i: usize| {
        let order = match options.prompt_type {
            PromptType::Abba => Order::Abba,
            PromptType::Mixed if i.is_multiple_of(2) => Order::Abba,
            PromptType::Baba | PromptType::Mixed => Order::Baba,
        };
        let scene = Scene {
            sentence: random.choose(&SENTENCES),
            place: random.choose(&PLACES),
            object: random.choose(&OBJECTS),
            order,
        };
        let pair = random.some(2, &names);
        let names_of = Names { io: pair[0], s1: pair[1], s2: pair[1] };
        let twin = flip.as_ref().map(|flip| flip.apply(order, names_of, &names, &mut for_flip));
        let Sentence { text, positions } = scene.with(names_of);
        Prompt {
            text,
            answer: Some(format!(" {}", names_of.io)),
            distractor: Some(format!(" {}", names_of.s1)),
            group: Some(if order == Order::Abba { "ABBA" } else { "BABA" }.to_owned()),
            corrupted: twin.map(|names| scene.with(names).text),
            positions,
        }
    };
    Ok((0..options.n).map(prompt).collect())
}

/// A prompt but for the names.
struct Scene {
    sentence: &'static str,
    place: &'static str,
    object: &'static str,
    order: Order,
}

impl Scene {
    /// The sentence with these names in it.
    fn with(&self, names: Names<'_>) -> Sentence {
        let (first, second) = match self.order {
            Order::Abba => (("IO", names.io), ("S1", names.s1)),
            Order::Baba => (("S1", names.s1), ("IO", names.io)),
        };
        let mut sentence = Sentence::default();
        // every `[` begins a slot, up to the next `]`
        for piece in self.sentence.split_inclusive(['[', ']']) {
            sentence = match piece {
                "1]" => beside(sentence, first),
                "2]" => beside(sentence, second),
                "S]" => sentence.named("S2", names.s2),
                "PLACE]" => sentence.then(self.place),
                "OBJECT]" => sentence.then(self.object),
                text => sentence.then(text.trim_end_matches('[')),
            };
        }
        sentence.positions.insert("starts".to_owned(), 0);
        sentence
    }
}

/// Adds one of the first two names: what comes before it ends a token, and the next word begins after a space.
fn beside(sentence: Sentence, (role, name): (&str, &str)) -> Sentence {
    let mut sentence = sentence;
    let before = sentence.characters().saturating_sub(2);
    sentence.positions.insert(format!("{role}-1"), before);
    sentence = sentence.named(role, name);
    let after = sentence.characters() + 1;
    sentence.positions.insert(format!("{role}+1"), after);
    sentence
}
