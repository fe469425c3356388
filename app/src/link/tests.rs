//! What goes into an address comes out of it again, and nothing that comes in can break the page.

use super::*;
use model::wire::{Analysis, Attribution, Precision, Processing, Prompt, Prompts};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn experiment(prompts: Vec<Prompt>) -> Experiment {
    Experiment {
        model: "demo".into(),
        compare_with: None,
        prompts: Prompts::List(prompts),
        prepend_bos: true,
        processing: Processing::Folded,
        precision: Precision::F32,
        analysis: Analysis::Attribution(Attribution { per_prompt: true, ..Attribution::default() }),
    }
}

fn parse(address: &str) -> Place {
    let (rest, hash) = address.split_once('#').unwrap_or((address, ""));
    let (path, search) = rest.split_once('?').unwrap_or((rest, ""));
    Place::parse(path, &format!("?{search}"), &format!("#{hash}"))
}

prop_compose! {
    fn any_prompt()(
        text in ".{0,40}", answer in proptest::option::of(".{0,8}"), group in proptest::option::of("[a-z]{1,8}"),
    ) -> Prompt {
        Prompt { text, answer, group, ..Prompt::default() }
    }
}

prop_compose! {
    fn any_arrangement()(
        score in proptest::option::of("[a-z_]{1,20}"), sorted in any::<bool>(), hundredths in proptest::option::of(-999..999i32),
    ) -> Arrangement {
        Arrangement { score, sorted, least: hundredths.map(|n| f64::from(n) / 100.0) }
    }
}

prop_compose! {
    fn any_causal()(
        cell in proptest::option::of((0..200usize, 0..200usize)),
        trail in proptest::collection::vec(("[a-zA-Z0-9_+@,% ]{0,12}", 0..9usize), 0..4),
        ablated in proptest::collection::btree_set((0..200usize, 0..200usize), 0..4),
        [to_mean, one_pair] in any::<[bool; 2]>(),
    ) -> Causal {
        let trail = trail.into_iter().map(|(receiver, from)| Hop { receiver, from }).collect();
        Causal { one_pair, cell, trail, ablated, to_mean }
    }
}

prop_compose! {
    fn any_view()(
        head in proptest::option::of((0..200usize, 0..200usize)),
        prompt in 0..1000usize,
        switches in any::<[bool; 4]>(),
        thousandths in proptest::option::of(1..10_000_000u32),
        tables in proptest::collection::btree_set("[a-z_:,&=%# ]{1,12}", 0..3),
        maximised in proptest::option::of("[a-z_:,&=%# é]{1,12}"),
        with in proptest::option::of("[a-z0-9]{1,12}"),
        beside in proptest::option::of("[a-z_:,&=%# é]{1,12}"),
        heads in any_arrangement(),
        query in proptest::option::of(0..5000usize),
        causal in any_causal(),
    ) -> View {
        let [weighted, transposed, orange, common] = switches;
        let scale = thousandths.map(|n| f64::from(n) / 1000.0);
        let palette = if orange { Palette::OrangePurple } else { Palette::RedBlue };
        View {
            head, prompt, weighted, transposed, palette, scale, tables, maximised, with, beside, heads, common, query,
            causal,
        }
    }
}

proptest! {
    #[test]
    fn an_address_reads_back_as_what_it_was_made_of(
        id in "[0-9a-f]{8,64}", view in any_view(), prompts in proptest::collection::vec(any_prompt(), 0..6),
    ) {
        let experiment = experiment(prompts);
        let expected = Link { id: id.clone(), view: view.clone(), experiment: Some(Ok(experiment.clone())) };
        prop_assert_eq!(parse(&address(&id, &view, Some(&fragment(&experiment)))), Place::Result(expected));
    }

    #[test]
    fn whatever_is_typed_as_an_address_is_read_without_a_panic(path in ".*", search in ".*", hash in ".*") {
        Place::parse(&path, &search, &hash);
        Place::parse("/r/0af3", &search, &hash);
    }
}

#[test]
fn defaults_leave_no_query() {
    assert_eq!(address("0af3", &View::default(), None), "/r/0af3");
}

#[test]
fn a_query_is_readable() {
    let view = View {
        head: Some((2, 5)),
        prompt: 2,
        tables: BTreeSet::from(["head_attribution:positive".to_owned()]),
        ..View::default()
    };
    assert_eq!(view.to_query(), "head=L2H5&prompt=3&tables=head_attribution:positive");
}

#[test]
fn commas_that_a_script_escaped_are_commas() {
    let tables = BTreeSet::from(["logit_diff".to_owned(), "logit_lens".to_owned()]);
    assert_eq!(View::from_query("tables=logit_diff%2Clogit_lens").tables, tables);
}

#[test]
fn what_does_not_parse_stays_at_its_default() {
    assert_eq!(
        View::from_query("head=L2&prompt=x&scale=-1&palette=pink&from=x&query=0&order=up&else=1&&="),
        View::default()
    );
}

#[test]
fn other_paths_are_the_start_page() {
    for path in ["/", "", "/r/", "/r/../etc", "/docs", "/r/a b"] {
        assert_eq!(Place::parse(path, "", ""), Place::Start, "{path}");
    }
}

#[test]
fn a_cut_fragment_is_said_to_be_broken() {
    let whole = address("0af3", &View::default(), Some(&fragment(&experiment(vec![Prompt::default()]))));
    let Place::Result(link) = parse(&whole[..whole.len() - 4]) else { panic!("a result's path") };
    assert_eq!(link.experiment, Some(Err(BrokenLink)));
}

#[test]
fn fifty_prompts_fit_into_an_address() {
    let prompt = |i: usize| Prompt {
        text: format!("This movie was a number {i} viewing experience, and the plot was good"),
        answer: Some(" great".into()),
        distractor: Some(" awful".into()),
        ..Prompt::default()
    };
    let fragment = fragment(&experiment((0..50).map(prompt).collect()));
    assert!(fragment.len() < 2000, "{} characters", fragment.len());
}
