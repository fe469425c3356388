//! One head's numbers as figures.

use super::super::lines::ByPrompt;
use super::super::ranking;
use super::inspect::Inspected;
use crate::plan::EncodedPrompt;
use crate::tokens::Tokens;
use crate::wire::{Cell, Figure, FigureData, Head, Series};
use std::cmp::Ordering;

/// Tokens in each of `promoted` and `suppressed`.
const TOP: usize = 10;

/// The figures of the inspected prompt.
pub(super) fn inspected(
    inspected: &Inspected,
    tokens: &Tokens,
    prompt: &EncodedPrompt,
    head: &Head,
) -> Vec<Figure> {
    let labels = tokens.strings(&prompt.ids);
    let figure = |name: &str, title: String, data| Figure {
        name: name.to_owned(),
        prompt: Some(head.prompt),
        title,
        data,
    };
    let name = format!("L{}H{}", head.layer, head.head);
    let map = |values: &[f32]| FigureData::Heatmap {
        rows: labels.clone(),
        columns: labels.clone(),
        values: values.to_vec().into(),
    };
    let sources = FigureData::Line {
        x: labels.clone(),
        series: vec![Series { name: "attribution".to_owned(), y: inspected.sources.clone().into() }],
    };
    vec![
        figure("pattern", format!("{name} attention pattern"), map(&inspected.pattern)),
        figure("value_weighted", format!("{name} value-weighted pattern"), map(&inspected.value_weighted)),
        figure("source_attribution", format!("{name} attribution by source token"), sources),
        figure(
            "promoted",
            format!("Tokens {name} promotes"),
            top(&inspected.logits, tokens, ranking::descending),
        ),
        figure(
            "suppressed",
            format!("Tokens {name} suppresses"),
            top(&inspected.logits, tokens, ranking::ascending),
        ),
    ]
}

/// The first tokens in an order of their logits.
fn top(logits: &[f32], tokens: &Tokens, order: impl Fn(f32, f32) -> Ordering) -> FigureData {
    let row = |id: &u32| vec![Cell::Text(tokens.string(*id)), Cell::Number(f64::from(logits[*id as usize]))];
    FigureData::Table {
        columns: ["token", "logit"].map(str::to_owned).to_vec(),
        rows: ranking::first(logits, TOP, order).iter().map(row).collect(),
    }
}

/// The head's attribution on every prompt, null where not yet known.
pub(super) fn per_prompt(prompts: &[EncodedPrompt], attributions: &[f32]) -> Figure {
    let y = (0..prompts.len()).map(|i| attributions.get(i).copied().unwrap_or(f32::NAN)).collect();
    Figure {
        name: "per_prompt".to_owned(),
        prompt: None,
        title: "This head's attribution per prompt".to_owned(),
        data: FigureData::Line {
            x: (0..prompts.len()).map(|i| i.to_string()).collect(),
            series: vec![Series { name: "attribution".to_owned(), y }],
        },
    }
}

/// This prompt's attribution, and the mean over prompts as far as they are known.
pub(super) fn summary(attribution: Option<f32>, attributions: &[f32]) -> Figure {
    let by_prompt = ByPrompt { prompts: &[], rows: attributions.iter().map(std::slice::from_ref).collect() };
    let (mean, stderr) = by_prompt.mean_and_stderr();
    let number = |value: Option<&f32>| value.filter(|v| v.is_finite()).map(|v| f64::from(*v));
    let values = [
        ("attribution", number(attribution.as_ref())),
        ("mean_attribution", number(mean.first())),
        ("stderr_attribution", number(stderr.first())),
    ];
    Figure {
        name: "summary".to_owned(),
        prompt: None,
        title: "This head's attribution".to_owned(),
        data: FigureData::Scalars {
            values: values.map(|(name, v)| (name.to_owned(), v)).into_iter().collect(),
        },
    }
}
