//! What two sides have in common, and how they are put beside each other.

use super::table::row;
use super::*;
use model::table::Table;
use model::wire::Cell;

fn figure(name: &str, data: FigureData) -> Arc<Figure> {
    Arc::new(Figure { name: name.into(), prompt: None, title: "Heads".into(), data })
}

fn heads(name: &str, values: [f32; 2]) -> Arc<Figure> {
    let labels = |letter: char, n: usize| (0..n).map(|i| format!("{letter}{i}")).collect();
    let (rows, columns) = (labels('L', 1), labels('H', 2));
    figure(name, FigureData::Heatmap { rows, columns, values: values.to_vec().into() })
}

fn line(series: &[(&str, [f32; 2])]) -> Arc<Figure> {
    let series = series.iter().map(|(name, y)| Series { name: (*name).into(), y: y.to_vec().into() });
    let x = vec!["a".into(), "b".into()];
    figure("logit_lens", FigureData::Line { x, series: series.collect() })
}

fn names() -> Names {
    Names { first: "this".into(), other: "that".into() }
}

#[expect(clippy::needless_pass_by_value, reason = "made for the call")]
fn sides(first: Arc<Figure>, other: Arc<Figure>) -> Sides {
    Sides::new(first, &other)
}

#[test]
fn heads_of_two_sides_make_points_and_differences() {
    let pair = sides(heads("h", [1.0, 2.0]), heads("h", [0.5, 4.0]));
    assert!(matches!(&pair.points(&names()).unwrap().data, FigureData::Scatter { labels, x_title, .. }
        if labels == &["L0H0", "L0H1"] && x_title == "this"));
    assert_eq!(
        pair.table(&names()).to_tsv(),
        "\tthis\tthat\tdifference\nL0H0\t1\t0.5\t0.5\nL0H1\t2\t4\t-2\n"
    );
    assert_eq!(pair.figure().name, "beside:h");
    let unlike = sides(heads("h", [1.0, 2.0]), line(&[("mean", [0.0, 0.0])]));
    assert_eq!((unlike.points(&names()), &unlike.difference), (None, &None));
}

#[test]
fn maps_of_effects_are_shown_as_how_far_they_are_from_changing_nothing() {
    let pair = sides(heads("h", [1.0, 2.0]), heads("h", [0.5, 4.0])).less((1.0, 0.5));
    let values = |figure: &Figure| match &figure.data {
        FigureData::Heatmap { values, .. } => values.to_vec(),
        _ => Vec::new(),
    };
    let found = [&pair.first, &pair.other, pair.difference.as_ref().unwrap()].map(|figure| values(figure));
    assert_eq!(found, [vec![0.0, 1.0], vec![0.0, 3.5], vec![0.0, -2.5]]);
}

#[test]
fn means_stand_for_their_lines_with_the_error_of_the_difference() {
    let prompts = [("prompt:0", [0.0, 4.0]), ("prompt:1", [2.0, 4.0])];
    let first = line(&[&[("stderr", [9.0, 9.0]), ("mean", [1.0, 4.0])], &prompts[..]].concat());
    let zero = [("mean", [0.0, 0.0]), ("prompt:0", [0.0, 0.0]), ("prompt:1", [0.0, 0.0])];
    let pair = sides(first, line(&zero));
    assert_eq!(pair.lines().len(), 1);
    assert_eq!(
        pair.table(&names()).to_tsv(),
        "\tthis\tthat\tdifference\tstandard error\na\t1\t0\t1\t1\nb\t4\t0\t4\t0\n"
    );
}

#[test]
fn prompts_are_numbered_from_one() {
    let of = |value: f32| {
        let y = vec![value, 0.0].into();
        let series = vec![Series { name: "logit_diff".into(), y }];
        figure("logit_diff", FigureData::Line { x: vec!["0".into(), "1".into()], series })
    };
    let pair = sides(of(1.0), of(3.0));
    assert_eq!(pair.labels(), ["1", "2"]);
    assert_eq!(pair.table(&names()).rows[0], row("1", [1.0, 3.0, -2.0]));
}

#[test]
fn without_means_every_line_has_its_counterpart() {
    let pair =
        sides(line(&[("answer", [1.0, 2.0]), ("only_here", [1.0, 1.0])]), line(&[("answer", [0.0, 0.0])]));
    let found: Vec<String> = pair.lines().into_iter().map(|(first, ..)| first.name).collect();
    assert_eq!(found, ["answer"]);
    assert_eq!(pair.table(&names()).columns, ["", "answer this", "answer that", "answer difference"]);
}

#[test]
fn numbers_have_a_difference_but_their_errors_have_none() {
    let scalars = |mean: f64| {
        let values = [("mean".to_owned(), Some(mean)), ("stderr_mean".to_owned(), Some(1.0))];
        figure("summary", FigureData::Scalars { values: values.into() })
    };
    let table = sides(scalars(3.0), scalars(1.0)).table(&names());
    assert_eq!(table.to_tsv(), "\tthis\tthat\tdifference\nmean\t3\t1\t2\nstderr mean\t1\t1\t\n");
}

#[test]
fn what_has_no_values_in_common_stands_one_after_the_other() {
    let tokens = |word: &str| {
        let rows = vec![vec![Cell::Text(word.into()), Cell::Number(1.0)]];
        figure("tokens", FigureData::Table { columns: vec!["token".into(), "logit".into()], rows })
    };
    let table = sides(tokens(" a"), tokens(" b")).table(&names());
    assert_eq!(table.to_tsv(), "\ttoken\tlogit\nthis\t a\t1\nthat\t b\t1\n");
}

#[test]
fn groups_of_one_result_are_compared_like_results() {
    let all = [
        heads("head_attribution", [0.0, 0.0]),
        heads("head_attribution:this", [1.0, 2.0]),
        heads("head_attribution:that", [3.0, 4.0]),
        line(&[("mean", [0.0, 0.0]), ("group:this", [1.0, 2.0]), ("group:that", [3.0, 4.0])]),
    ];
    let found: Vec<(String, Table)> =
        groups(&all, &names()).iter().map(|s| (s.first.name.clone(), s.table(&names()))).collect();
    let [(heads, table), (lens, lines)] = found.as_slice() else { panic!("two figures") };
    assert_eq!((heads.as_str(), lens.as_str()), ("head_attribution", "logit_lens"));
    assert_eq!(table.rows[1], row("L0H1", [2.0, 4.0, -2.0]));
    assert_eq!(lines.rows[0], row("a", [1.0, 3.0, -2.0]));
}
