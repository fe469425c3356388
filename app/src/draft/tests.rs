//! Drafts become experiments and come back; pasted lines become rows; prompts are told apart.

use super::*;
use model::wire::PromptTokens;
use proptest::prelude::*;

fn row4(text: &str, answer: &str, distractor: &str, group: &str) -> Row {
    Row {
        text: text.into(),
        answer: answer.into(),
        distractor: distractor.into(),
        group: group.into(),
        ..Row::default()
    }
}

fn tokens(text: &[&str]) -> PromptTokens {
    PromptTokens { tokens: text.iter().map(|t| (*t).to_owned()).collect(), ..PromptTokens::default() }
}

fn own(rows: Vec<Row>) -> Draft {
    Draft { source: Source::Own, rows, ..Draft::default() }
}

#[test]
fn spaces_of_pasted_fields_are_kept_and_the_header_is_not_a_prompt() {
    let pasted = "text\tanswer\tdistractor\r\nThe film was\t great\t awful\tpositive\r\n\r\n  Two\n";
    assert_eq!(
        read_rows(pasted),
        [row4("The film was", " great", " awful", "positive"), row4("  Two", "", "", "")]
    );
}

#[test]
fn a_prompt_that_begins_with_the_word_text_is_not_a_header() {
    assert_eq!(read_rows("text\t is"), [row4("text", " is", "", "")]);
    assert_eq!(read_rows("text"), [row4("text", "", "", "")]);
}

#[test]
fn the_other_model_comes_and_goes_with_the_experiment() {
    let mut draft = Draft { compare_with: Some("other".into()), ..Draft::default() };
    let asked = draft.experiment().unwrap();
    assert_eq!(asked.compare_with.as_deref(), Some("other"));
    draft.choose_model("other".into());
    assert_eq!((draft.model.as_str(), &draft.compare_with), ("other", &None), "not with itself");
    draft.adopt(&asked);
    assert_eq!((draft.model.as_str(), draft.compare_with.as_deref()), ("demo", Some("other")));
}

#[test]
fn blank_rows_are_no_prompts() {
    let draft = own(vec![Row::default(), row4("A", " b", "", ""), Row::default()]);
    assert_eq!(draft.filled(), [1]);
    let Some(Experiment { prompts: Prompts::List(prompts), .. }) = draft.experiment() else {
        panic!("a list")
    };
    assert_eq!((prompts.len(), prompts[0].answer.as_deref(), &prompts[0].distractor), (1, Some(" b"), &None));
    assert_eq!(own(vec![Row::default()]).experiment(), None);
}

#[test]
fn own_prompts_are_kept_when_a_result_is_opened() {
    let typed = vec![row4("mine", " a", " b", "")];
    let mut draft = own(typed.clone());
    let opened = own(vec![row4("theirs", " a", " b", "")]).experiment().unwrap();
    draft.adopt(&opened);
    assert_eq!((draft.rows[0].text.as_str(), &draft.earlier), ("theirs", &typed));
    draft.swap_earlier();
    assert_eq!(draft.rows, typed);
    draft.adopt(&Draft::default().experiment().unwrap());
    assert_eq!((draft.source, draft.rows), (Source::Set("movie-sentiment".into()), typed));
}

#[test]
fn an_unknown_set_is_no_experiment() {
    assert_eq!(Draft { source: Source::Set("no-such-set".into()), ..Draft::default() }.experiment(), None);
}

#[test]
fn each_set_keeps_its_options_and_they_come_back_from_a_link() {
    let mut draft = Draft { source: Source::Set("ioi".into()), ..Draft::default() };
    draft.set_option("ioi", "flip", "ABB->XYZ".into());
    draft.set_option("ioi", "n", 8.into());
    draft.set_option("induction", "n", 3.into());
    let experiment = draft.experiment().unwrap();
    let Prompts::Set(PromptSet::Ioi(options)) = &experiment.prompts else { panic!("ioi") };
    assert_eq!((options.n, options.flip.as_deref(), options.seed), (8, Some("ABB->XYZ"), 0));
    let mut other = Draft::default();
    other.adopt(&experiment);
    assert_eq!(other.experiment(), Some(experiment));
    draft.set_option("ioi", "flip", Value::Null);
    assert_eq!(draft.set_options("ioi").keys().collect::<Vec<_>>(), ["n"]);
    draft.set_option("ioi", "n", "many".into());
    assert_eq!(draft.experiment(), None, "a value that the set does not take");
}

#[test]
fn a_pair_with_named_tokens_comes_back() {
    let row = Row {
        corrupted: "Mary and John. Mary gave it to".into(),
        positions: BTreeMap::from([("S2".to_owned(), 18)]),
        ..row4("Mary and John. John gave it to", " Mary", " John", "")
    };
    let draft = own(vec![row.clone()]);
    let Some(Experiment { prompts: Prompts::List(prompts), .. }) = draft.experiment() else {
        panic!("a list")
    };
    assert_eq!(prompts[0].corrupted.as_deref(), Some("Mary and John. Mary gave it to"));
    assert_eq!(from_prompt(&prompts[0]), row);
    let stored = serde_json::to_string(&draft).unwrap();
    assert_eq!(serde_json::from_str::<Draft>(&stored).unwrap(), draft);
}

#[test]
fn a_token_of_a_prompt_test_becomes_the_answer_of_an_attribution() {
    let mut draft =
        Draft { kind: "other".into(), ..own(vec![row4("One", "", "", ""), row4("Two", " x", "", "")]) };
    draft.ask_about(row4("Two", "", "", ""), " y", Role::Distractor);
    assert_eq!((draft.kind.as_str(), &draft.rows[1]), ("attribution", &row4("Two", " x", " y", "")));

    let mut draft = Draft::default();
    draft.ask_about(row4("The film was", " great", " awful", ""), " good", Role::Answer);
    assert_eq!(
        (&draft.source, &draft.rows),
        (&Source::Own, &vec![row4("The film was", " good", " awful", "")])
    );
}

#[test]
fn a_prompt_is_named_by_the_words_that_differ() {
    let prompts = [
        tokens(&["<|endoftext|>", "It", " was", " per", "fect", " and", " good", "."]),
        tokens(&["<|endoftext|>", "It", " was", " bad", " and", " dull", "."]),
        tokens(&["<|endoftext|>", "It", " was", " poor", " and", " sad", "."]),
    ];
    let compared = compare(&prompts);
    assert_eq!(compared[0].short, "perfect … good");
    assert_eq!(compared[1].differs, [false, false, false, true, false, true, false]);
    assert_eq!(compared.iter().map(|c| c.usual_length).collect::<Vec<_>>(), [Some(7), None, None]);
}

#[test]
fn a_prompt_unlike_the_others_is_named_by_its_text() {
    let compared =
        compare(&[tokens(&["<|endoftext|>", "One", " thing"]), tokens(&["<|endoftext|>", "Else"])]);
    assert_eq!((compared[0].short.as_str(), compared[0].usual_length), ("One thing", None));
}

proptest! {
    #[test]
    fn written_rows_read_back(fields in proptest::collection::vec(("[ -~é]{1,20}", "[ -~]{0,6}", "[a-z]{0,4}"), 0..6)) {
        let rows: Vec<Row> = fields.iter().map(|(text, answer, group)| row4(&format!("x{text}"), answer, "", group)).collect();
        prop_assert_eq!(read_rows(&write_rows(&rows)), rows);
    }

    #[test]
    fn a_draft_survives_storage(text in ".*", answer in ".*", per_prompt: bool) {
        let mut draft = own(vec![row4(&text, &answer, "", "")]);
        draft.set("per_prompt", per_prompt.into());
        let json = serde_json::to_string(&draft).unwrap();
        prop_assert_eq!(serde_json::from_str::<Draft>(&json).unwrap(), draft);
    }
}
