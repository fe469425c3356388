//! An attribution as the equation it is, with this run's numbers.

use super::Report;
use super::svg::{magnitude, signed};
use model::wire::{Analysis, Figure, FigureData, Prompts};
use std::collections::BTreeMap;

/// The equation of an `attribution`; `None` for other kinds.
pub fn of(report: &Report) -> Option<String> {
    if !matches!(report.experiment.analysis, Analysis::Attribution(_)) {
        return None;
    }
    let values = scalars(&report.figures, "summary")?;
    let number = |name: &str| values.get(name).copied().flatten().unwrap_or(f64::NAN);
    let parts = [("heads", "heads"), ("mlps", "MLPs"), ("biases", "biases"), ("embed", "embeddings")];
    let parts = parts.map(|(name, word)| format!("{word} ({})", signed(number(name), 4)));
    let count = report.started.prompts.len();
    let over = if count == 1 { String::new() } else { format!(", mean over {count} prompts,") };
    Some(format!(
        "{}{over} = {} = {}; {} of it is left unexplained by rounding.",
        question(&report.experiment.prompts),
        signed(number("mean_logit_diff"), 4),
        parts.join(" + "),
        magnitude(number("residual_error")),
    ))
}

/// `logit( great) − logit( awful)` where all prompts ask the same.
fn question(prompts: &Prompts) -> String {
    let Prompts::List(list) = prompts else { return "logit(answer) − logit(distractor)".to_owned() };
    let asked = |prompt: &model::wire::Prompt| (prompt.answer.clone(), prompt.distractor.clone());
    let first = list.first().map(asked);
    let same = list.iter().all(|prompt| Some(asked(prompt)) == first);
    match first {
        Some((Some(answer), Some(distractor))) if same => {
            format!("logit(“{answer}”) − logit(“{distractor}”)")
        }
        Some((Some(answer), None)) if same => format!("logit(“{answer}”) − mean logit"),
        _ => "logit(answer) − logit(distractor)".to_owned(),
    }
}

/// The numbers of a figure of scalars.
pub fn scalars<'a>(figures: &'a [Figure], name: &str) -> Option<&'a BTreeMap<String, Option<f64>>> {
    match &figures.iter().find(|figure| figure.name == name)?.data {
        FigureData::Scalars { values } => Some(values),
        _ => None,
    }
}
