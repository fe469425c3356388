//! The circuits of the bundled model: what the causal experiments say of it, and that they agree.

use crate::{run, scalar, scalar_of, values};
use model::wire::{Figure, FigureData};
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

/// Indirect object identification: who is to be named again moves from its second mention to the end, and the heads that the
/// different experiments point at are the same.
#[test]
fn causal_experiments_agree_on_the_circuit_of_indirect_objects() {
    let ioi = |flip: &str, analysis: &str| {
        run(&format!(
            r#"{{"model":"demo","prompts":{{"set":"ioi","flip":"{flip}","n":10}},"analysis":{analysis}}}"#
        ))
    };
    let patched = ioi("ABB->ABA", r#"{"kind":"activation_patching","site":["resid_pre","z"]}"#);
    let FigureData::Heatmap { rows, columns, values } = &patched["patched_resid_pre"].data else {
        panic!("a heatmap")
    };
    let column = |name: &str| columns.iter().position(|column| column == name).unwrap();
    let at = |layer: usize, name: &str| values[layer * columns.len() + column(name)];
    assert_eq!(rows.len(), 4);
    assert!((at(0, "S2") - 1.0).abs() < 1e-4 && at(0, "end").abs() < 1e-4, "first all of it is at S2");
    assert!(
        at(3, "S2").abs() < 0.1 && (at(3, "end") - 1.0).abs() < 0.1,
        "in the end all of it is at the end"
    );

    let paths = ioi("ABB->ABA", r#"{"kind":"path_patching","receiver":{"site":"logits"}}"#);
    let ablated = ioi("ABB->ABA", r#"{"kind":"ablation","site":"z","method":"resample"}"#);
    let by_patching = heads_by(&patched, "patched_z", |effect| effect);
    let by_path = heads_by(&paths, "path_to_logits", |effect| -effect);
    let by_ablation = heads_by(&ablated, "ablated_z", |metric| -metric);
    assert_eq!(by_patching[0], by_ablation[0], "what restores the answer is what it cannot do without");
    assert!(by_path[..2].iter().any(|head| by_patching[..4].contains(head)), "{by_path:?} {by_patching:?}");
}

/// What `docs/demo.md` says of the model.
#[test]
fn the_claims_about_the_bundled_model_hold() {
    let of = |prompts: &str, analysis: &str| {
        run(&format!(r#"{{"model":"demo","prompts":{prompts},"analysis":{analysis}}}"#))
    };
    let ioi = |analysis: &str| of(r#"{"set":"ioi","flip":"ABB->ABA","n":50}"#, analysis);
    let head = |figures: &BTreeMap<String, Figure>, name: &str, claims: &[(usize, usize, f32)]| {
        for (layer, head, claimed) in claims {
            let found = values(figures, name, "")[8 * layer + head];
            assert!((found - claimed).abs() < 0.006, "{name}: L{layer}H{head} has {found}, not {claimed}");
        }
    };

    let patched = ioi(r#"{"kind":"activation_patching","site":["resid_pre","z"]}"#);
    assert!(
        (scalar(&patched, "clean") - 5.69).abs() < 0.01
            && (scalar(&patched, "corrupted") + 5.17).abs() < 0.01
    );
    let FigureData::Heatmap { columns, values: resid_pre, .. } = &patched["patched_resid_pre"].data else {
        panic!("a heatmap")
    };
    for (layer, name, claimed) in [(0, "S2", 1.0), (1, "S2", 0.2), (1, "end", 0.82), (2, "end", 1.0)] {
        let column = columns.iter().position(|column| column == name).unwrap();
        let found = resid_pre[layer * columns.len() + column];
        assert!((found - claimed).abs() < 0.015, "layer {layer}, {name}: {found}, not {claimed}");
    }
    head(&patched, "patched_z", &[(0, 3, 0.76), (1, 7, 0.24), (2, 5, 0.18), (2, 3, 0.13)]);

    let writers = [(0, 3), (2, 5), (2, 3), (2, 6)];
    let paths = ioi(r#"{"kind":"path_patching","receiver":{"site":"logits"}}"#);
    assert_eq!(heads_by(&paths, "path_to_logits", |left| -left)[..4], writers);
    head(&paths, "path_to_logits", &[(0, 3, 0.78), (2, 5, 0.8), (2, 3, 0.86), (2, 6, 0.91)]);
    let attribution = ioi(r#"{"kind":"attribution"}"#);
    let largest = &heads_by(&attribution, "head_attribution", |logits| logits)[..4];
    assert!(writers.iter().all(|head| largest.contains(head)), "{largest:?}");

    let detected = of(r#"{"set":"induction"}"#, r#"{"kind":"detect_heads"}"#);
    assert_eq!(heads_by(&detected, "previous_token_head", |score| score)[0], (0, 7));
    let mut induction = heads_by(&detected, "induction_head", |score| score)[..5].to_vec();
    induction.sort_unstable();
    assert_eq!(induction, [(1, 0), (1, 1), (1, 2), (1, 4), (1, 5)]);
    assert!(values(&detected, "duplicate_token_head", "").iter().all(|score| *score < 0.06));

    let reviews = of(r#"{"set":"movie-sentiment"}"#, r#"{"kind":"attribution"}"#);
    head(&reviews, "head_attribution", &[(2, 3, 0.93), (2, 5, 0.76)]);
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
