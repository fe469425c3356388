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
    assert!((scalar(&patched, "clean") - 8.96).abs() < 0.01, "{}", scalar(&patched, "clean"));
    assert!((scalar(&patched, "corrupted") + 8.74).abs() < 0.01, "{}", scalar(&patched, "corrupted"));
    for layer in 0..4 {
        assert!((cell(&patched, "patched_resid_pre", layer, "S2") - 1.0).abs() < 0.01);
        assert!(cell(&patched, "patched_resid_pre", layer, "end").abs() < 0.01);
    }
    let others = |head: usize| head != 8 * 3 + 5;
    claim(&patched, "patched_z", &[(3, 5, 1.0)]);
    let restored = values(&patched, "patched_z", "");
    assert!((0..32).filter(|head| others(*head)).all(|head| restored[head].abs() < 0.01));

    let head = ioi(r#"{"kind":"head","layer":3,"head":5}"#);
    assert!((scalar(&head, "mean_attribution") - 9.16).abs() < 0.01);
    let FigureData::Heatmap { columns, values: pattern, .. } = &head["pattern"].data else {
        panic!("a heatmap")
    };
    let last = &pattern[pattern.len() - columns.len()..];
    let s2 = columns.iter().rposition(|token| token == " Edward").unwrap();
    assert!(last[s2] > 0.99, "it looks at S2: {last:?}");
    let FigureData::Table { rows, .. } = &head["suppressed"].data else { panic!("a table") };
    assert_eq!(rows[0][0], Cell::Text(" Edward".to_owned()), "and lowers its logit most");
    let weights = of("[]", r#"{"kind":"head_circuit","layer":3,"head":5}"#);
    assert!((scalar(&weights, "copying_score") + 0.27).abs() < 0.006);

    let ablated = ioi(r#"{"kind":"ablation","site":"z","method":"resample"}"#);
    let without = values(&ablated, "ablated_z", "");
    assert!((without[8 * 3 + 5] + 8.80).abs() < 0.01);
    assert!((0..32).filter(|head| others(*head)).all(|head| (without[head] - 8.96).abs() < 0.05));
    claim(&ioi(r#"{"kind":"path_patching","receiver":{"site":"logits"}}"#), "path_to_logits", &[(3, 5, 0.0)]);
}

/// What `docs/demo.md` says of induction.
#[test]
fn previous_token_heads_and_induction_heads_are_found() {
    let detected = of(r#"{"set":"induction"}"#, r#"{"kind":"detect_heads"}"#);
    claim(&detected, "previous_token_head", &[(1, 2, 0.93), (1, 5, 0.93), (1, 6, 0.93), (1, 0, 0.77)]);
    let previous = heads_by(&detected, "previous_token_head", |score| score);
    assert_eq!(previous[3], (1, 0));
    let (layer, head) = previous[4];
    assert!(values(&detected, "previous_token_head", "")[8 * layer + head] < 0.27);
    let induction = values(&detected, "induction_head", "");
    assert!(induction[16..24].iter().all(|score| (0.285..0.315).contains(score)), "{induction:?}");
    assert!(values(&detected, "duplicate_token_head", "").iter().all(|score| *score < 0.03));

    let ablated = of(r#"{"set":"induction"}"#, r#"{"kind":"ablation","site":"z","method":"mean"}"#);
    let clean = scalar(&ablated, "clean");
    assert!((clean - 13.24).abs() < 0.01);
    assert!(values(&ablated, "ablated_z", "").iter().all(|left| clean - f64::from(*left) < 0.65));
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
    for (later, earlier) in [("L2H5", "L1H2"), ("L2H5", "L1H6"), ("L2H6", "L1H2"), ("L2H6", "L1H6")] {
        let place = |of: &[String], name: &str| of.iter().position(|label| label == name).unwrap();
        let index = place(rows, later) * columns.len() + place(columns, earlier);
        assert!((0.185..0.205).contains(&values[index]), "{later}, {earlier}: {}", values[index]);
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
    for (layer, claimed) in [1.05, 1.05, 1.0].into_iter().enumerate() {
        assert!((row(layer)[rome] - claimed).abs() < 0.006, "layer {layer}: {}", row(layer)[rome]);
        let others = row(layer).iter().enumerate().filter(|(token, _)| *token != rome);
        assert!(others.into_iter().all(|(_, value)| value.abs() < 0.02), "layer {layer}");
    }
    let last = row(3)[columns.len() - 1];
    assert!((last - 1.0).abs() < 0.006 && row(3)[rome].abs() < 0.01, "{last}");

    let heads = facts("z");
    for (head, restored) in values(&heads, "patched_z", "").iter().enumerate() {
        let range = if head / 8 == 2 { 0.04..0.115 } else { -0.015..0.015 };
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
    assert!((scalar(&heads, "clean") - 0.86).abs() < 0.005);
    claim(&heads, "patched_z", &[(2, 1, 0.53), (2, 6, 0.49)]);
    let years = years(r#""site":["mlp_out","resid_pre"],"positions":["YY","end"]"#);
    for layer in 0..3 {
        assert!(cell(&years, "patched_resid_pre", layer, "YY") > 0.98);
    }
    assert!((cell(&years, "patched_mlp_out", 1, "YY") - 0.89).abs() < 0.006);
    assert!((cell(&years, "patched_mlp_out", 3, "end") - 0.52).abs() < 0.006);

    let agreement = of(r#"{"set":"agreement"}"#, r#"{"kind":"activation_patching","site":"z"}"#);
    claim(&agreement, "patched_z", &[(0, 5, 0.27), (2, 4, 0.26), (2, 0, 0.24), (3, 5, 0.18)]);

    let reviews = of(r#"{"set":"movie-sentiment"}"#, r#"{"kind":"attribution"}"#);
    claim(&reviews, "head_attribution", &[(3, 5, 1.73), (2, 2, 1.42), (3, 2, 1.26), (2, 7, 0.95)]);
}

/// What `docs/demo.md` says that tuning changed.
#[test]
fn tuning_turned_heads_and_mlps_against_good_ends() {
    let json =
        r#"{"model":"demo-negative","prompts":{"set":"movie-sentiment"},"analysis":{"kind":"attribution"}}"#;
    let reviews = r#"{"set":"movie-sentiment"}"#;
    let (before, after) = (of(reviews, r#"{"kind":"attribution"}"#), run(json));
    let positive = "head_attribution:positive";
    claim(&before, positive, &[(3, 5, 2.39), (3, 2, 1.29), (2, 7, 1.14), (2, 2, 1.72)]);
    claim(&after, positive, &[(3, 5, 0.65), (3, 2, -0.84), (2, 7, -0.24), (2, 2, 0.87)]);
    for (figures, mlps) in [(&before, [-0.27, 1.7]), (&after, [-2.01, -2.26])] {
        let layers = values(figures, "layer_attribution", "group:positive");
        for (found, claimed) in [layers[6], layers[8]].into_iter().zip(mlps) {
            assert!((found - claimed).abs() < 0.01, "{found}, not {claimed}");
        }
    }
    let mean = |figures: &BTreeMap<String, Figure>| {
        let lens = values(figures, "logit_lens", "group:positive");
        lens[lens.len() - 1] + values(figures, "layer_attribution", "group:positive")[9]
    };
    assert!((mean(&before) - 6.9).abs() < 0.15 && (mean(&after) + 7.5).abs() < 0.15);
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
