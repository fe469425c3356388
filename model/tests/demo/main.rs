//! The analyses on the bundled model: what they say, and that their parts add up.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod circuits;

use model::hook_name::{HookName, Site};
use model::hooks::{Hooks, NoHooks, Patch, Recorder, Rows};
use model::packing::Batch;
use model::wire::{Event, EventBody, Experiment, Figure, FigureData, Processing};
use model::{BUNDLED, Checkpoint, Device, Figures, Limits, Plan, Source, Transformer, parse_experiment};
use std::collections::BTreeMap;
use std::sync::Arc;

fn run(experiment: &str) -> BTreeMap<String, Figure> {
    let experiment: Experiment = parse_experiment(experiment.as_bytes()).unwrap();
    let (_, source) = BUNDLED.into_iter().find(|(name, _)| *name == experiment.model).unwrap();
    let checkpoint = Arc::new(Checkpoint::open(&experiment.model, &source).unwrap());
    let plan = Plan::new(&checkpoint, &experiment, &Limits::default(), &Device::Cpu).unwrap();
    let model = Arc::new(Transformer::load(&checkpoint, experiment.processing, &Device::Cpu).unwrap());
    let mut job = plan.job(0, model, &Figures::default()).unwrap();
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
        assert!((mean - 7.00).abs() < 0.01, "{mean}");
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
