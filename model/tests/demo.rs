//! The analyses on the bundled model: what they say, and that their parts add up.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use model::hook_name::{HookName, Site};
use model::hooks::{Hooks, NoHooks, Patch, Recorder, Rows};
use model::packing::Batch;
use model::wire::{Event, EventBody, Experiment, Figure, FigureData, Processing};
use model::{Checkpoint, Device, Limits, Plan, Source, Transformer, parse_experiment};
use std::collections::BTreeMap;
use std::sync::Arc;

fn run(experiment: &str) -> BTreeMap<String, Figure> {
    let experiment: Experiment = parse_experiment(experiment.as_bytes()).unwrap();
    let checkpoint = Arc::new(Checkpoint::open("demo", &Source::Demo).unwrap());
    let plan = Plan::new(&checkpoint, &experiment, &Limits::default(), &Device::Cpu).unwrap();
    let model = Arc::new(Transformer::load(&checkpoint, experiment.processing, &Device::Cpu).unwrap());
    let mut job = plan.job(model).unwrap();
    let mut figures = BTreeMap::new();
    loop {
        let step = job.step().unwrap();
        for body in step.events {
            let event = Event { seq: 0, body };
            let json = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event, "events survive JSON");
            if let EventBody::Figure(figure) = event.body {
                figures.insert(figure.name.clone(), figure);
            }
        }
        if step.finished {
            return figures;
        }
    }
}

fn scalar(figures: &BTreeMap<String, Figure>, name: &str) -> f64 {
    scalar_of(figures, "summary", name)
}

fn scalar_of(figures: &BTreeMap<String, Figure>, figure: &str, name: &str) -> f64 {
    let FigureData::Scalars { values } = &figures[figure].data else { panic!("{figure} is scalars") };
    values[name].unwrap()
}

fn values<'a>(figures: &'a BTreeMap<String, Figure>, name: &str, series: &str) -> &'a [f32] {
    match &figures[name].data {
        FigureData::Line { series: all, .. } => &all.iter().find(|s| s.name == series).unwrap().y,
        FigureData::Heatmap { values, .. } => values,
        other => panic!("{name} is {other:?}"),
    }
}

fn sum(values: &[f32]) -> f64 {
    values.iter().map(|v| f64::from(*v)).sum()
}

#[test]
fn film_reviews_are_told_apart_and_the_parts_add_up() {
    for processing in ["folded", "raw"] {
        let figures = run(&format!(
            r#"{{"model":"demo","prompts":{{"set":"movie-sentiment"}},"processing":"{processing}",
                "analysis":{{"kind":"attribution"}}}}"#
        ));
        let differences = values(&figures, "logit_diff", "logit_diff");
        assert_eq!(differences.len(), 51);
        assert!(differences.iter().all(|d| *d > 0.0), "every review is judged rightly");
        let mean = scalar(&figures, "mean_logit_diff");
        assert!((mean - 6.38).abs() < 0.01, "{mean}");
        assert!(scalar(&figures, "residual_error") < 1e-4);
        assert!((scalar(&figures, "attributed") - mean).abs() < 1e-4);

        let layers = values(&figures, "layer_attribution", "mean");
        assert!((sum(layers) - mean).abs() < 1e-4, "layers and bias add up");
        let lens = values(&figures, "logit_lens", "mean");
        assert!((f64::from(lens[lens.len() - 1] + layers[layers.len() - 1]) - mean).abs() < 1e-4);
        let heads = values(&figures, "head_attribution", "");
        let biases = values(&figures, "bias_attribution", "mean");
        for layer in 0..4 {
            let attn_out = f64::from(layers[1 + 2 * layer]);
            let parts = sum(&heads[8 * layer..8 * (layer + 1)]) + f64::from(biases[layer]);
            assert!((attn_out - parts).abs() < 1e-4, "heads and b_O are attn_out");
        }
        let (positive, negative) = (
            values(&figures, "head_attribution:positive", ""),
            values(&figures, "head_attribution:negative", ""),
        );
        for head in 0..32 {
            let mean = (26.0 * positive[head] + 25.0 * negative[head]) / 51.0;
            assert!((mean - heads[head]).abs() < 1e-4, "groups average to the whole");
        }
    }
}

#[test]
fn a_heads_attribution_splits_over_its_sources() {
    let figures = run(
        r#"{"model":"demo","prompts":{"set":"movie-sentiment"},"analysis":{"kind":"head","layer":2,"head":3,"prompt":4}}"#,
    );
    let all =
        run(r#"{"model":"demo","prompts":{"set":"movie-sentiment"},"analysis":{"kind":"attribution"}}"#);
    let sources = sum(values(&figures, "source_attribution", "attribution"));
    assert!((sources - scalar(&figures, "attribution")).abs() < 1e-4);
    let per_prompt = values(&figures, "per_prompt", "attribution");
    assert!((f64::from(per_prompt[4]) - scalar(&figures, "attribution")).abs() < 1e-4);
    let in_map = values(&all, "head_attribution", "")[2 * 8 + 3];
    assert!((scalar(&figures, "mean_attribution") - f64::from(in_map)).abs() < 1e-4);
    let FigureData::Heatmap { rows, values, .. } = &figures["pattern"].data else { panic!() };
    for (query, row) in values.chunks(rows.len()).enumerate() {
        assert!((sum(&row[..=query]) - 1.0).abs() < 1e-5, "a pattern's rows sum to 1");
        assert!(row[query + 1..].iter().all(|v| v.is_nan()), "keys after the query are masked");
    }
}

#[test]
fn finer_parts_add_up_to_the_coarser_ones() {
    let review = r#"{"text":"This movie was a perfect viewing experience, and the plot was dull. Overall, the film was",
        "answer":" great","distractor":" awful"}"#;
    for processing in ["folded", "raw"] {
        let of = |analysis: &str| {
            run(&format!(
                r#"{{"model":"demo","prompts":[{review}],"processing":"{processing}","analysis":{{{analysis}}}}}"#
            ))
        };
        let all = of(r#""kind":"attribution""#);
        let layers = values(&all, "layer_attribution", "mean");
        let neurons = of(r#""kind":"neurons","layer":2"#);
        assert!(scalar(&neurons, "residual_error") < 1e-4);
        let parts = sum(values(&neurons, "neuron_attribution", "mean")) + scalar(&neurons, "b_out");
        assert!((parts - f64::from(layers[6])).abs() < 1e-4, "neurons and b_out are 2_mlp_out");

        let positions = of(r#""kind":"position_attribution""#);
        assert!(scalar(&positions, "residual_error") < 1e-4);
        let difference = scalar(&all, "mean_logit_diff");
        let parts = scalar(&positions, "by_position") + scalar(&positions, "biases");
        assert!((parts - difference).abs() < 1e-4, "positions and biases are the difference");
        let sources = sum(values(&positions, "source_attribution", "attribution"));
        assert!((sources - scalar(&positions, "by_position")).abs() < 1e-4);
        let FigureData::Tensor { values: by_head, .. } = &positions["head_position_attribution"].data else {
            panic!()
        };
        let heads = values(&all, "head_attribution", "");
        for (head, sources) in by_head.chunks_exact(by_head.len() / 32).enumerate() {
            assert!((sum(sources) - f64::from(heads[head])).abs() < 1e-4, "sources add up to heads");
        }
    }
}

#[test]
fn without_a_distractor_the_answer_is_compared_with_the_mean() {
    for processing in ["folded", "raw"] {
        let figures = run(&format!(
            r#"{{"model":"demo","prompts":[{{"text":"This movie was","answer":" great"}},{{"text":"This film was bad","answer":" great","distractor":" awful"}}],"processing":"{processing}",
                "analysis":{{"kind":"attribution","per_prompt":true}}}}"#
        ));
        assert!(scalar(&figures, "residual_error") < 1e-4);
        let layers = values(&figures, "layer_attribution", "prompt:0");
        let difference = values(&figures, "logit_diff", "logit_diff")[0];
        assert!((sum(layers) - f64::from(difference)).abs() < 1e-4);
    }
}

#[test]
fn a_replaced_residual_stream_is_the_other_prompts_run() {
    let checkpoint = Checkpoint::open("demo", &Source::Demo).unwrap();
    let model = Transformer::load(&checkpoint, Processing::Folded, &Device::Cpu).unwrap();
    let encode = |text| checkpoint.tokens().encode(text).unwrap();
    let (clean, corrupted) = (encode("This film was great"), encode("This film was awful"));
    let (clean, corrupted) = (Batch::separate(&[&clean]), Batch::separate(&[&corrupted]));
    assert_eq!(clean.rows(), corrupted.rows());
    let (last, name) = (clean.last_rows(), HookName::block(1, Site::ResidPre));
    let logits = |batch: &Batch, hooks: &mut dyn Hooks| {
        model.forward(batch, &last, hooks).unwrap().squeeze(0).unwrap().to_vec1::<f32>().unwrap()
    };
    let mut recorder = Recorder::new([name], &Rows::All);
    let expected = logits(&clean, &mut recorder);
    let rows: Vec<u32> = (0..clean.rows() as u32).collect();
    let values = recorder.into_cache().get(name, &rows).unwrap();

    let far = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(far(&logits(&corrupted, &mut NoHooks), &expected) > 0.1, "the prompts differ");
    // beside a recorder of one row, so that both kinds of hook look at the same site
    let watched = Recorder::new([name], &Rows::Only(last.clone()));
    let mut both = (Patch::default().with(name, rows, values.clone()), watched);
    assert!(far(&logits(&corrupted, &mut both), &expected) < 1e-4);
    let seen = both.1.into_cache().get(name, &last).unwrap();
    assert_eq!(seen.to_vec2::<f32>().unwrap()[0], values.to_vec2::<f32>().unwrap()[last[0] as usize]);
}

#[test]
fn maps_over_the_limit_are_refused_with_the_size_that_fits() {
    let checkpoint = Arc::new(Checkpoint::open("demo", &Source::Demo).unwrap());
    let plan = |values: usize, size: &str| {
        let json = format!(
            r#"{{"model":"demo","prompts":[{{"text":"This film was great"}}],
                "analysis":{{"kind":"attention"{size}}}}}"#
        );
        let experiment = parse_experiment(json.as_bytes()).unwrap();
        let limits = Limits { figure_values: values, ..Limits::default() };
        Plan::new(&checkpoint, &experiment, &limits, &Device::Cpu)
    };
    // 4 layers of 8 heads, and five tokens with the BOS
    let values = 4 * 8 * 5 * 5;
    assert!(plan(values, "").is_ok());
    let message = plan(values - 1, "").unwrap_err().to_string();
    assert!(message.contains("analysis.size") && message.contains("at most 4"), "{message}");
    assert!(plan(values - 1, r#","size":4"#).is_ok());
}

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
fn the_last_block_computes_what_is_read_as_if_it_computed_everything() {
    let checkpoint = Checkpoint::open("demo", &Source::Demo).unwrap();
    let model = Transformer::load(&checkpoint, Processing::Folded, &Device::Cpu).unwrap();
    let prompts: [&[u32]; 3] = [&[0, 5, 6, 7, 8], &[0, 5, 6, 9], &[0, 4]];
    let batch = Batch::shared(&prompts);
    let (read, last) = (batch.last_rows(), model.config().n_layers - 1);
    let wanted = Rows::Only(vec![1, 3]);
    for site in
        [Site::Z, Site::Result, Site::AttnOut, Site::MlpPre, Site::MlpPost, Site::MlpOut, Site::ResidPost]
    {
        let name = HookName::block(last, site);
        let run = |rows: &Rows| {
            let mut recorder = Recorder::new([name], rows);
            let logits = model.forward(&batch, &read, &mut recorder).unwrap();
            (logits, recorder.into_cache().get(name, &[1, 3]).unwrap())
        };
        let ((some_logits, some), (all_logits, all)) = (run(&wanted), run(&Rows::All));
        for (some, all) in [(some_logits, all_logits), (some, all)] {
            let distance =
                (some - all).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
            assert!(distance < 1e-4, "{name}: {distance}");
        }
    }
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
