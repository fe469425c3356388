//! Questions a first visitor can open: each an ordinary experiment on the bundled model, run or looked up like any other.

use crate::heatmap::{Colors, Ground, Map, css};
use crate::state::{Palette, Theme, ViewState};
use leptos::prelude::*;
use model::wire::{
    ActivationPatching, Analysis, Attribution, Direction, Experiment, Figure, FigureData, Ioi, Metric,
    MovieSentiment, PatchSite, Processing, Prompt, PromptSet, Prompts,
};

/// One question.
pub struct Example {
    /// As a person would ask it.
    pub question: &'static str,
    what: &'static str,
    prompts: fn() -> Prompts,
    analysis: fn() -> Analysis,
    /// The map of layers × heads that its card shows in small.
    pub figure: &'static str,
}

fn attribution() -> Analysis {
    Analysis::Attribution(Attribution::default())
}

/// Every head's z of the clean run, put into the corrupted one.
fn patching() -> Analysis {
    Analysis::ActivationPatching(ActivationPatching {
        site: PatchSite::Z.into(),
        direction: Direction::default(),
        metric: Metric::default(),
        normalize: true,
        by_position: false,
        positions: None,
    })
}

/// The questions, the main job first.
pub const EXAMPLES: &[Example] = &[
    Example {
        question: "Which words make it call the film great?",
        what: "film reviews",
        prompts: || Prompts::Set(PromptSet::MovieSentiment(MovieSentiment {})),
        analysis: attribution,
        figure: "head_attribution",
    },
    Example {
        question: "How does it know who is given the drink?",
        what: "sentences with two names",
        prompts: two_names,
        analysis: attribution,
        figure: "head_attribution",
    },
    Example {
        question: "Which heads carry the name to the end?",
        what: "pairs with the names changed places · patching",
        prompts: || {
            Prompts::Set(PromptSet::Ioi(Ioi { n: 12, flip: Some("ABB->ABA".to_owned()), ..Ioi::default() }))
        },
        analysis: patching,
        figure: "patched_z",
    },
    Example {
        question: "The keys near the cat: is, or are?",
        what: "subjects and a noun in between",
        prompts: agreement,
        analysis: attribution,
        figure: "head_attribution",
    },
];

impl Example {
    /// What is run.
    pub fn experiment(&self) -> Experiment {
        Experiment {
            model: "demo".to_owned(),
            prompts: (self.prompts)(),
            prepend_bos: true,
            processing: Processing::Folded,
            analysis: (self.analysis)(),
        }
    }

    /// What the prompts are.
    pub fn about(&self) -> &'static str {
        self.what
    }
}

/// Indirect objects: of two people, the one who does not give gets; each pair in both roles and both orders.
fn two_names() -> Prompts {
    const PAIRS: [(&str, &str, &str, &str); 6] = [
        ("Mary", "John", "store", "drink"),
        ("Tom", "James", "park", "book"),
        ("Anna", "Paul", "school", "ring"),
        ("Kate", "Mark", "garden", "bone"),
        ("Sarah", "Martin", "station", "letter"),
        ("Alice", "Frank", "house", "kiss"),
    ];
    let prompt = |first: &str, second: &str, giver: &str, taker: &str, place: &str, thing: &str| Prompt {
        text: format!("Then, {first} and {second} went to the {place}. {giver} gave a {thing} to"),
        answer: Some(format!(" {taker}")),
        distractor: Some(format!(" {giver}")),
        group: Some(if giver == first { "first gives" } else { "second gives" }.to_owned()),
        ..Prompt::default()
    };
    let both = |(a, b, place, thing): (&str, &str, &str, &str)| {
        [prompt(a, b, b, a, place, thing), prompt(a, b, a, b, place, thing)]
    };
    Prompts::List(PAIRS.into_iter().flat_map(both).collect())
}

/// Subject and verb, with a noun of the other number between them.
fn agreement() -> Prompts {
    const NOUNS: [(&str, &str); 6] = [
        ("key", "keys"),
        ("dog", "dogs"),
        ("teacher", "teachers"),
        ("pilot", "pilots"),
        ("painter", "painters"),
        ("doctor", "doctors"),
    ];
    let prompt = |subject: &str, between: &str, plural: bool| Prompt {
        text: format!("The {subject} near the {between}"),
        answer: Some(if plural { " are" } else { " is" }.to_owned()),
        distractor: Some(if plural { " is" } else { " are" }.to_owned()),
        group: Some(if plural { "plural" } else { "singular" }.to_owned()),
        ..Prompt::default()
    };
    let singular = NOUNS.iter().map(|(one, _)| prompt(one, "cats", false));
    let plural = NOUNS.iter().map(|(_, many)| prompt(many, "cat", true));
    Prompts::List(singular.chain(plural).collect())
}

/// Pixels of a cell of a thumbnail, gap included.
const CELL: usize = 10;

/// A head map in small: layers left to right, heads down, in the page's colours.
pub fn thumbnail(figure: &Figure) -> Option<impl IntoView + use<>> {
    let FigureData::Heatmap { rows, columns, values } = &figure.data else { return None };
    let (theme, view): (Theme, ViewState) = (expect_context(), expect_context());
    let ground = if theme.is_dark() { Ground::Dark } else { Ground::Light };
    let map = if view.palette.get() == Palette::RedBlue { Map::RedBlue } else { Map::OrangePurple };
    let colors = Colors::of(map, ground);
    let largest = values.iter().filter(|v| v.is_finite()).fold(f32::MIN_POSITIVE, |m, v| m.max(v.abs()));
    let cell = |(i, value): (usize, &f32)| {
        let (layer, head) = (i / columns.len(), i % columns.len());
        let step = (f32::midpoint(value / largest, 1.0) * f32::from(Colors::LAST)).round() as u8;
        let fill = css(colors.at(step));
        view! { <rect x=layer * 2 * CELL y=head * CELL width=2 * CELL - 1 height=CELL - 1 fill=fill /> }
    };
    let (width, height) = (rows.len() * 2 * CELL, columns.len() * CELL);
    Some(view! {
        <svg viewBox=format!("0 0 {width} {height}") preserveAspectRatio="none" shape-rendering="crispEdges">
            {values.iter().enumerate().map(cell).collect_view()}
        </svg>
    })
}
