//! What every set must keep for a tokenizer: single-token answers, twins of as many tokens, and the same prompts for ever.

use super::*;
use crate::demo;
use crate::wire::{Ioi, PromptType};
use serde_json::json;
use std::collections::BTreeSet;

fn demo_tokens() -> Tokens {
    let json = |bytes| serde_json::from_slice(bytes).unwrap();
    let settings = json(demo::TOKENIZER_CONFIG);
    Tokens::load(&json(demo::TOKENIZER), Some(&settings), &Value::Null).unwrap()
}

/// Letters and pairs of digits, each with the space before it: as GPT-2 spells years.
fn pairs_of_digits() -> Tokens {
    let mut vocabulary = serde_json::Map::new();
    let words = ["The", " lasted", " from", " the", " year", " to", " war", " siege"].map(str::to_owned);
    let numbers = (0..100).flat_map(|n| [format!(" {n:02}"), format!("{n:02}")]);
    for (id, word) in words.into_iter().chain(numbers).chain(["?".to_owned()]).enumerate() {
        vocabulary.insert(word, id.into());
    }
    let tokenizer = json!({
        "pre_tokenizer": {"type": "Split", "pattern": {"Regex": " ?[A-Za-z]+| ?\\d{2}"}, "behavior": "Isolated", "invert": false},
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "?"},
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "post_processor": null, "decoder": null,
    });
    Tokens::load(&tokenizer, None, &Value::Null).unwrap()
}

fn set(json: &Value) -> PromptSet {
    serde_json::from_value(json.clone()).unwrap()
}

fn drawn_sets() -> [PromptSet; 6] {
    [
        json!({"set": "ioi", "n": 200, "flip": "ABB->ABA"}),
        json!({"set": "ioi", "n": 200, "flip": "ABB->XYZ", "seed": 7}),
        json!({"set": "ioi", "n": 200, "flip": "BAB->BAX", "prompt_type": "BABA"}),
        json!({"set": "greater-than", "n": 200}),
        json!({"set": "agreement", "n": 200}),
        json!({"set": "induction", "n": 200}),
    ]
    .map(|json| set(&json))
}

fn prompts(set: &PromptSet) -> Vec<Prompt> {
    expand(set, &demo_tokens(), 2048).unwrap()
}

/// The token of a named position.
fn at(tokens: &Tokens, prompt: &Prompt, name: &str) -> usize {
    tokens.tokens_at(&prompt.text, &[prompt.positions[name]]).unwrap()[0]
}

#[test]
fn answers_are_single_tokens_and_twins_have_as_many_tokens() {
    let tokens = demo_tokens();
    for set in drawn_sets() {
        for prompt in prompts(&set) {
            let (answer, distractor) = (prompt.answer.as_ref().unwrap(), prompt.distractor.as_ref().unwrap());
            let (answer_id, distractor_id) =
                (tokens.single(answer).unwrap(), tokens.single(distractor).unwrap());
            assert_ne!(answer_id, distractor_id, "{prompt:?}");
            assert!(!prompt.text.ends_with(' '), "{prompt:?}");
            // a century can be a year of the answers too
            assert!(!prompt.text.ends_with(&**answer) || prompt.positions.contains_key("XX2"), "{prompt:?}");
            let twin = prompt.corrupted.as_ref().unwrap();
            let (clean, corrupted) = (tokens.encode(&prompt.text).unwrap(), tokens.encode(twin).unwrap());
            assert_eq!(clean.len(), corrupted.len(), "{prompt:?}");
            assert_ne!(clean, corrupted, "{prompt:?}");
            for name in prompt.positions.keys() {
                assert!(at(&tokens, &prompt, name) < clean.len(), "{name} of {prompt:?}");
            }
        }
    }
}

#[test]
fn the_names_of_ioi_stand_at_their_positions() {
    let tokens = demo_tokens();
    let single = |text: &Option<String>| tokens.single(text.as_ref().unwrap()).unwrap();
    let set = set(&json!({"set": "ioi", "n": 200, "flip": "ABB->XYZ"}));
    let mut orders = BTreeSet::new();
    for prompt in prompts(&set) {
        let (ids, at) = (tokens.encode(&prompt.text).unwrap(), |name: &str| at(&tokens, &prompt, name));
        let (io, s1, s2) = (at("IO"), at("S1"), at("S2"));
        assert_eq!(ids[io], single(&prompt.answer), "{prompt:?}");
        assert_eq!([ids[s1], ids[s2]], [single(&prompt.distractor); 2], "{prompt:?}");
        assert_eq!([at("IO-1"), at("IO+1"), at("S1-1"), at("S1+1")], [io - 1, io + 1, s1 - 1, s1 + 1]);
        assert_eq!(at("starts"), 0);
        assert!(s2 > io.max(s1));
        let order = if io < s1 { "ABBA" } else { "BABA" };
        assert_eq!(prompt.group.as_deref(), Some(order));
        orders.insert(order);
        let twin = tokens.encode(prompt.corrupted.as_ref().unwrap()).unwrap();
        let differing: Vec<usize> = (0..ids.len()).filter(|i| ids[*i] != twin[*i]).collect();
        let mut names = [io, s1, s2];
        names.sort_unstable();
        assert_eq!(differing, names, "{prompt:?}");
    }
    assert_eq!(orders.len(), 2);
}

#[test]
fn all_sentences_are_used_in_both_orders() {
    for prompt_type in [PromptType::Abba, PromptType::Baba] {
        let set = PromptSet::Ioi(Ioi { n: 300, prompt_type, ..Ioi::default() });
        let strip = |prompt: Prompt| {
            let names = [prompt.answer, prompt.distractor].map(Option::unwrap);
            names.iter().fold(prompt.text, |text, name| text.replace(name, " *"))
        };
        let words = |text: String| text.split(' ').take(6).collect::<Vec<_>>().join(" ");
        let beginnings: BTreeSet<String> = prompts(&set).into_iter().map(strip).map(words).collect();
        assert!(beginnings.len() >= 15, "{beginnings:?}");
    }
}

#[test]
fn a_flip_and_a_larger_number_leave_the_prompts_as_they_are() {
    let ioi = |n: usize, flip: Option<&str>| {
        let flip = flip.map(str::to_owned);
        let clean = |prompt: Prompt| Prompt { corrupted: None, ..prompt };
        prompts(&PromptSet::Ioi(Ioi { n, flip, ..Ioi::default() })).into_iter().map(clean).collect::<Vec<_>>()
    };
    assert_eq!(ioi(20, None), ioi(20, Some("ABB->XYZ")));
    assert_eq!(ioi(20, None), ioi(60, Some("ABB->ABA"))[..20]);
    let other = prompts(&set(&json!({"set": "ioi", "n": 20, "seed": 1})));
    assert_ne!(ioi(20, None), other);
}

#[test]
fn years_are_spelled_as_the_tokenizer_takes_them() {
    let tokens = pairs_of_digits();
    let set = set(&json!({"set": "greater-than", "n": 200}));
    for prompt in expand(&set, &tokens, 2048).unwrap() {
        let ids = tokens.encode(&prompt.text).unwrap();
        assert_eq!(ids.len(), 12, "{prompt:?}");
        let year = |text: &str| text.trim().parse::<u32>().unwrap();
        let [xx1, yy, xx2] = ["XX1", "YY", "XX2"].map(|name| at(&tokens, &prompt, name));
        let first = year(&tokens.string(ids[yy]));
        assert_eq!((ids[xx1], xx2), (ids[xx2], ids.len() - 1));
        assert_eq!(at(&tokens, &prompt, "NOUN"), 1);
        let (later, earlier) =
            (year(prompt.answer.as_ref().unwrap()), year(prompt.distractor.as_ref().unwrap()));
        assert!(later > first && first > earlier && later - first == first - earlier, "{prompt:?}");
        let twin = tokens.encode(prompt.corrupted.as_ref().unwrap()).unwrap();
        assert_eq!(tokens.string(twin[yy]), "01");
    }
    // the bundled model knows years without a space in them
    let of_demo = &prompts(&set)[0];
    assert!(
        !of_demo.answer.as_ref().unwrap().starts_with(' ') && of_demo.text.split(' ').count() == 11,
        "{of_demo:?}"
    );
}

#[test]
fn induction_asks_for_what_followed_before() {
    let tokens = demo_tokens();
    for prompt in prompts(&set(&json!({"set": "induction", "n": 200}))) {
        let ids = tokens.encode(&prompt.text).unwrap();
        let (a1, b1) = (at(&tokens, &prompt, "A1"), at(&tokens, &prompt, "B1"));
        assert_eq!((ids.len(), b1, ids[a1]), (14, a1 + 1, ids[13]));
        assert_eq!(ids[b1], tokens.single(prompt.answer.as_ref().unwrap()).unwrap());
        let twin = tokens.encode(prompt.corrupted.as_ref().unwrap()).unwrap();
        assert!(!twin[..13].contains(&twin[13]), "nothing has come before in {prompt:?}");
        assert!(ids.contains(&tokens.single(prompt.distractor.as_ref().unwrap()).unwrap()));
    }
}

#[test]
fn the_same_options_make_the_same_prompts_for_ever() {
    let hash = |set: &PromptSet| {
        let json = serde_json::to_vec(&prompts(set)).unwrap();
        blake3::hash(&json).to_hex()[..16].to_owned()
    };
    let hashes = drawn_sets().map(|set| hash(&set));
    assert_eq!(
        hashes,
        [
            "d500167981063be8",
            "3fe9cb8a99da9ca5",
            "73aa7fc5aaa854a5",
            "0fd797f088cfe46b",
            "8ace7f9612b2ab0f",
            "c9ef970008b5015c"
        ]
    );
}

#[test]
fn options_out_of_range_are_refused_before_anything_is_drawn() {
    let tokens = demo_tokens();
    for (json, field) in [
        (json!({"set": "ioi", "n": 0}), "prompts.n"),
        (json!({"set": "ioi", "n": 1_000_000_000_000_u64}), "prompts.n"),
        (json!({"set": "induction", "n": 2049}), "prompts.n"),
        (json!({"set": "ioi", "flip": "ABB"}), "prompts.flip"),
    ] {
        let problem = expand(&set(&json), &tokens, 2048).unwrap_err();
        assert_eq!(problem.field, field, "{problem:?}");
    }
}

#[test]
fn listings_say_what_the_sets_take() {
    for listing in listings() {
        let mut json = json!({"set": listing.name});
        for option in &listing.options {
            if !option.default.is_null() {
                json[&option.name] = option.default.clone();
            }
        }
        let prompts = prompts(&set(&json));
        assert_eq!(prompts.len(), listing.prompts, "{}", listing.name);
        assert_eq!(
            prompts,
            self::prompts(&set(&json!({"set": listing.name}))),
            "defaults of {}",
            listing.name
        );
        let flips = listing.options.iter().filter(|option| option.name == "flip").flat_map(|o| &o.choices);
        for flip in flips {
            let set = set(&json!({"set": listing.name, "flip": flip}));
            assert!(self::prompts(&set).iter().all(|prompt| prompt.corrupted.is_some()));
        }
    }
}
