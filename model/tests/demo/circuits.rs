//! The circuits of the bundled model: what the causal experiments say of it, and that they agree.

use crate::{run, scalar, scalar_of, values};
use model::wire::{Cell, Figure, FigureData};
use std::collections::BTreeMap;

/// The largest entries of a map of heads, `(layer, head)`.
fn heads_by(figures: &BTreeMap<String, Figure>, name: &str, score: fn(f32) -> f32) -> Vec<(usize, usize)> {
    let FigureData::Heatmap { columns, values, .. } = &figures[name].data else {
        panic!("{name} is a heatmap")
    };
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| score(values[b]).total_cmp(&score(values[a])));
    order.into_iter().map(|i| (i / columns.len(), i % columns.len())).collect()
}

/// An experiment on the bundled model.
fn of(prompts: &str, analysis: &str) -> BTreeMap<String, Figure> {
    run(&format!(r#"{{"model":"demo","prompts":{prompts},"analysis":{analysis}}}"#))
}

/// Indirect objects in pairs.
fn ioi(analysis: &str) -> BTreeMap<String, Figure> {
    of(r#"{"set":"ioi","flip":"ABB->ABA","n":50}"#, analysis)
}

/// That heads `(layer, head, value)` of a map have these values, as far as they are printed.
fn claim(figures: &BTreeMap<String, Figure>, name: &str, claims: &[(usize, usize, f32)]) {
    for (layer, head, claimed) in claims {
        let found = values(figures, name, "")[8 * layer + head];
        assert!((found - claimed).abs() < 0.006, "{name}: L{layer}H{head} has {found}, not {claimed}");
    }
}

/// The value of a map of layers and positions.
fn cell(figures: &BTreeMap<String, Figure>, name: &str, layer: usize, position: &str) -> f32 {
    let FigureData::Heatmap { columns, values, .. } = &figures[name].data else {
        panic!("{name} is a heatmap")
    };
    let column = columns.iter().position(|column| column == position).unwrap();
    values[layer * columns.len() + column]
}

/// What `docs/demo.md` says of indirect objects; that the different experiments point at one head.
#[test]
fn one_head_names_the_indirect_object() {
    let patched = ioi(r#"{"kind":"activation_patching","site":["resid_pre","z"]}"#);
    assert!((scalar(&patched, "clean") - 9.82).abs() < 0.01, "{}", scalar(&patched, "clean"));
    assert!((scalar(&patched, "corrupted") + 8.80).abs() < 0.01, "{}", scalar(&patched, "corrupted"));
    for layer in 0..4 {
        assert!((cell(&patched, "patched_resid_pre", layer, "S2") - 1.0).abs() < 0.01);
        assert!(cell(&patched, "patched_resid_pre", layer, "end").abs() < 0.01);
    }
    let others = |head: usize| head != 8 * 3 + 5;
    claim(&patched, "patched_z", &[(3, 5, 1.005)]);
    let restored = values(&patched, "patched_z", "");
    assert!((0..32).filter(|head| others(*head)).all(|head| restored[head].abs() < 0.01));

    let head = ioi(r#"{"kind":"head","layer":3,"head":5}"#);
    assert!((scalar(&head, "mean_attribution") - 10.03).abs() < 0.01);
    let FigureData::Heatmap { columns, values: pattern, .. } = &head["pattern"].data else {
        panic!("a heatmap")
    };
    let last = &pattern[pattern.len() - columns.len()..];
    let s2 = columns.iter().rposition(|token| token == " Edward").unwrap();
    assert!(last[s2] > 0.99, "it looks at S2: {last:?}");
    let FigureData::Table { rows, .. } = &head["suppressed"].data else { panic!("a table") };
    assert_eq!(rows[0][0], Cell::Text(" Edward".to_owned()), "and lowers its logit most");
    let weights = of("[]", r#"{"kind":"head_circuit","layer":3,"head":5}"#);
    assert!((scalar(&weights, "copying_score") + 0.21).abs() < 0.006);

    let ablated = ioi(r#"{"kind":"ablation","site":"z","method":"resample"}"#);
    let without = values(&ablated, "ablated_z", "");
    assert!((without[8 * 3 + 5] + 8.90).abs() < 0.01);
    assert!((0..32).filter(|head| others(*head)).all(|head| (without[head] - 9.82).abs() < 0.05));
    claim(
        &ioi(r#"{"kind":"path_patching","receiver":{"site":"logits"}}"#),
        "path_to_logits",
        &[(3, 5, -0.006)],
    );
}

/// What `docs/demo.md` says of induction.
#[test]
fn previous_token_heads_and_induction_heads_are_found() {
    let detected = of(r#"{"set":"induction"}"#, r#"{"kind":"detect_heads"}"#);
    claim(&detected, "previous_token_head", &[(1, 2, 0.93), (1, 5, 0.93), (1, 6, 0.93), (3, 5, 0.595)]);
    let previous = heads_by(&detected, "previous_token_head", |score| score);
    assert_eq!(previous[3], (3, 5));
    let (layer, head) = previous[4];
    assert!(values(&detected, "previous_token_head", "")[8 * layer + head] < 0.335);
    let induction = values(&detected, "induction_head", "");
    let whole = induction[16..24].iter().filter(|score| (0.295..0.315).contains(*score)).count();
    let part = induction[16..24].iter().filter(|score| (0.17..0.215).contains(*score)).count();
    assert_eq!((whole, part), (5, 3), "{induction:?}");

    let ablated = of(r#"{"set":"induction"}"#, r#"{"kind":"ablation","site":"z","method":"mean"}"#);
    let clean = scalar(&ablated, "clean");
    assert!((clean - 15.49).abs() < 0.01);
    assert!(values(&ablated, "ablated_z", "").iter().all(|left| clean - f64::from(*left) < 0.75));
}

/// What `docs/demo.md` says of duplicate tokens.
#[test]
fn a_duplicate_token_head_goes_back_along_a_run() {
    let detected = of(r#"{"set":"induction"}"#, r#"{"kind":"detect_heads"}"#);
    claim(&detected, "duplicate_token_head", &[(3, 3, 0.31)]);
    let (layer, head) = heads_by(&detected, "duplicate_token_head", |score| score)[1];
    assert!(values(&detected, "duplicate_token_head", "")[8 * layer + head] < 0.045);
    let weights = of("[]", r#"{"kind":"head_circuit","layer":3,"head":3}"#);
    assert!((scalar(&weights, "matching_score") - 0.82).abs() < 0.006);

    let run = r#"[{"text":" garden river window table letter teacher teacher letter table window",
        "answer":" river","distractor":" table"}]"#;
    let head = of(run, r#"{"kind":"head","layer":3,"head":3}"#);
    let FigureData::Heatmap { columns, values: pattern, .. } = &head["pattern"].data else {
        panic!("a heatmap")
    };
    let last = &pattern[pattern.len() - columns.len()..];
    assert!(columns[3] == " window" && last[3] > 0.99, "it looks at the window before: {last:?}");

    let examples = include_str!("../../../server/src/gallery/examples.json");
    let examples: serde_json::Value = serde_json::from_str(examples).unwrap();
    let example = examples.as_array().unwrap().iter().find(|example| example["name"] == "backwards").unwrap();
    let runs = example["experiment"]["prompts"].to_string();
    let attributed = of(&runs, r#"{"kind":"attribution"}"#);
    assert!((scalar(&attributed, "mean_logit_diff") - 6.06).abs() < 0.01);
    claim(&attributed, "head_attribution", &[(3, 3, 5.84)]);
    let ablated = of(&runs, r#"{"kind":"ablation","site":"z","method":"mean"}"#);
    claim(&ablated, "ablated_z", &[(3, 3, 1.38)]);
    assert_eq!(heads_by(&ablated, "ablated_z", |left| -left)[0], (3, 3));

    let composed = of("[]", r#"{"kind":"composition"}"#);
    let FigureData::Heatmap { rows, columns, values } = &composed["v_composition"].data else {
        panic!("a heatmap")
    };
    let row = rows.iter().position(|label| label == "L3H3").unwrap();
    let mut read: Vec<_> = columns.iter().zip(&values[row * columns.len()..]).collect();
    read.retain(|(_, value)| value.is_finite());
    read.sort_by(|a, b| b.1.total_cmp(a.1));
    let most: Vec<&str> = read[..3].iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!(most, ["L1H2", "L1H6", "L1H5"]);
    assert!(read[..3].iter().all(|(_, value)| (0.155..0.195).contains(*value)), "{read:?}");
}

/// What `docs/demo.md` says of the weights of the induction circuit.
#[test]
fn induction_heads_are_composed_with_previous_token_heads() {
    let composed = of("[]", r#"{"kind":"composition"}"#);
    let FigureData::Heatmap { rows, columns, values } = &composed["k_composition"].data else {
        panic!("a heatmap")
    };
    let mut order: Vec<usize> = (0..values.len()).filter(|i| values[*i].is_finite()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    let pairs = ["L2H5", "L2H7", "L2H2"].map(|later| ["L1H2", "L1H6"].map(|earlier| (later, earlier)));
    for (later, earlier) in pairs.into_iter().flatten() {
        let place = |of: &[String], name: &str| of.iter().position(|label| label == name).unwrap();
        let index = place(rows, later) * columns.len() + place(columns, earlier);
        assert!((0.185..0.215).contains(&values[index]), "{later}, {earlier}: {}", values[index]);
        assert!(order[..10].contains(&index), "{later}, {earlier} is among the ten largest");
    }
}

/// What `docs/demo.md` says of facts.
#[test]
fn a_fact_stays_at_its_city_until_the_induction_heads_fetch_it() {
    let facts = |site: &str| {
        let analysis = format!(r#"{{"kind":"activation_patching","site":"{site}"}}"#);
        let prompt = r#"[{"text":"Mary lives in Paris. John lives in Rome. Where does John live? John lives in",
            "corrupted":"Mary lives in Rome. John lives in Paris. Where does John live? John lives in",
            "answer":" Rome","distractor":" Paris"}]"#;
        of(prompt, &analysis)
    };
    let streams = facts("resid_pre");
    let FigureData::Heatmap { columns, values: restored, .. } = &streams["patched_resid_pre"].data else {
        panic!("a heatmap")
    };
    let rome = columns.iter().position(|token| token == " Rome").unwrap();
    let row = |layer: usize| &restored[layer * columns.len()..(layer + 1) * columns.len()];
    for (layer, claimed) in [1.03, 1.03, 1.01].into_iter().enumerate() {
        assert!((row(layer)[rome] - claimed).abs() < 0.006, "layer {layer}: {}", row(layer)[rome]);
        let others = row(layer).iter().enumerate().filter(|(token, _)| *token != rome);
        assert!(others.into_iter().all(|(_, value)| value.abs() < 0.03), "layer {layer}");
    }
    let last = row(3)[columns.len() - 1];
    assert!((last - 0.99).abs() < 0.006 && row(3)[rome].abs() < 0.01, "{last}");

    let heads = facts("z");
    for (head, restored) in values(&heads, "patched_z", "").iter().enumerate() {
        let range = if head / 8 == 2 { 0.055..0.145 } else { -0.02..0.02 };
        assert!(range.contains(restored), "L{}H{}: {restored}", head / 8, head % 8);
    }
}

/// What `docs/demo.md` says of later years, agreement and reviews.
#[test]
fn the_other_claims_about_the_bundled_model_hold() {
    let years = |options: &str| {
        let analysis = format!(r#"{{"kind":"activation_patching","metric":"later_years",{options}}}"#);
        of(r#"{"set":"greater-than"}"#, &analysis)
    };
    let heads = years(r#""site":"z""#);
    assert!((scalar(&heads, "clean") - 0.84).abs() < 0.005);
    claim(&heads, "patched_z", &[(2, 1, 0.52), (2, 6, 0.48)]);
    let years = years(r#""site":["mlp_out","resid_pre"],"positions":["YY","end"]"#);
    for layer in 0..3 {
        assert!(cell(&years, "patched_resid_pre", layer, "YY") > 0.98);
    }
    for (layer, position, claimed) in [(0, "YY", 0.68), (1, "YY", 1.02), (3, "end", 0.53)] {
        assert!((cell(&years, "patched_mlp_out", layer, position) - claimed).abs() < 0.006, "{layer}");
    }

    let agreement = of(r#"{"set":"agreement"}"#, r#"{"kind":"activation_patching","site":"z"}"#);
    claim(&agreement, "patched_z", &[(0, 5, 0.525), (3, 5, 0.32), (2, 4, 0.212), (3, 0, 0.127)]);

    let reviews = of(r#"{"set":"movie-sentiment"}"#, r#"{"kind":"attribution"}"#);
    claim(&reviews, "head_attribution", &[(3, 5, 2.45), (3, 2, 1.27), (2, 2, 0.98), (2, 7, 0.74)]);
}

/// What `docs/demo.md` says that tuning changed.
#[test]
fn tuning_turned_heads_and_mlps_against_good_ends() {
    let json =
        r#"{"model":"demo-negative","prompts":{"set":"movie-sentiment"},"analysis":{"kind":"attribution"}}"#;
    let reviews = r#"{"set":"movie-sentiment"}"#;
    let (before, after) = (of(reviews, r#"{"kind":"attribution"}"#), run(json));
    let positive = "head_attribution:positive";
    claim(&before, positive, &[(3, 5, 2.98), (3, 2, 1.34), (2, 7, 0.90), (2, 2, 1.01)]);
    claim(&after, positive, &[(3, 5, -0.86), (3, 2, -0.67), (2, 7, 0.30), (2, 2, 0.23)]);
    for (figures, mlps) in [(&before, [-0.02, 1.55]), (&after, [-0.9, -3.0])] {
        let layers = values(figures, "layer_attribution", "group:positive");
        for (found, claimed) in [layers[6], layers[8]].into_iter().zip(mlps) {
            assert!((found - claimed).abs() < 0.01, "{found}, not {claimed}");
        }
    }
    let mean = |figures: &BTreeMap<String, Figure>| {
        let lens = values(figures, "logit_lens", "group:positive");
        lens[lens.len() - 1] + values(figures, "layer_attribution", "group:positive")[9]
    };
    assert!((mean(&before) - 7.0).abs() < 0.06 && (mean(&after) + 7.3).abs() < 0.06);
}

#[test]
fn a_run_with_all_of_its_twin_patched_in_is_the_twins() {
    let of = |analysis: &str| {
        run(&format!(
            r#"{{"model":"demo","prompts":{{"set":"ioi","flip":"ABB->ABA","n":3}},"analysis":{analysis}}}"#
        ))
    };
    let patched = of(r#"{"kind":"activation_patching","site":"resid_pre","normalize":false}"#);
    let [clean, corrupted] = ["clean", "corrupted"].map(|run| scalar(&patched, run));
    assert!((clean - corrupted).abs() > 1.0, "twins differ: {clean}, {corrupted}");
    let all = of(r#"{"kind":"intervene","interventions":[{"site":"resid_pre","layer":0,"method":"patch"}]}"#);
    for (side, expected) in [("clean", clean), ("ablated", corrupted)] {
        let value = scalar_of(&all, "effect", side);
        assert!((value - expected).abs() < 1e-3, "{side}: {value}, not {expected}");
    }
    // one head of one layer, at all positions: as activation patching has it, the other way round
    let sweep = of(
        r#"{"kind":"activation_patching","site":"z","normalize":false,"direction":"corrupted_into_clean"}"#,
    );
    let head =
        of(r#"{"kind":"intervene","interventions":[{"site":"z","layer":2,"head":3,"method":"patch"}]}"#);
    let expected = f64::from(values(&sweep, "patched_z", "")[2 * 8 + 3]);
    let value = scalar_of(&head, "effect", "ablated");
    assert!((value - expected).abs() < 1e-3, "{value}, not {expected}");
}
