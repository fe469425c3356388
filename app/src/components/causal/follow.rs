//! What one would ask next of the same prompts, one click away.

use super::asked::{Asked, with_analysis};
use crate::state::{RunState, Session};
use leptos::prelude::*;
use model::wire::Experiment;
use serde_json::{Value, json};

/// A next question: what its button says, and the experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowUp {
    title: &'static str,
    experiment: Experiment,
}

/// The next questions after an experiment. Kinds that the vocabulary does not have are left out.
pub fn follow_ups(experiment: &Experiment) -> Vec<FollowUp> {
    let Some(asked) = Asked::of(experiment) else { return Vec::new() };
    let mut analyses: Vec<(&'static str, Value)> = Vec::new();
    if asked.patches()
        && let Ok(mut turned) = serde_json::to_value(&experiment.analysis)
    {
        if asked.option("compare") != Some(&true.into()) {
            analyses.push(other_way(&asked, turned.clone()));
        }
        let other = if asked.changes_clean() { "clean_into_corrupted" } else { "corrupted_into_clean" };
        turned["direction"] = other.into();
        analyses.push(("Patch in the other direction", turned));
    } else {
        analyses.push(("Activation patching of z", json!({ "kind": "activation_patching", "site": "z" })));
    }
    analyses.push(("Attribution", json!({ "kind": "attribution" })));
    if asked.kind() != "path_patching" {
        let to_logits = json!({ "kind": "path_patching", "receiver": { "site": "logits" } });
        analyses.push(("Paths to the logits", to_logits));
    }
    if asked.kind() != "ablation" {
        analyses.push(("Ablate each head", json!({ "kind": "ablation", "site": "z", "method": "mean" })));
    }
    let follow_up =
        |(title, analysis)| Some(FollowUp { title, experiment: with_analysis(experiment, analysis)? });
    analyses.into_iter().filter_map(follow_up).collect()
}

/// The cells of a patching by gradients; of an estimate by gradients, patched, both beside each other.
fn other_way(asked: &Asked, mut options: Value) -> (&'static str, Value) {
    options["kind"] = "attribution_patching".into();
    if asked.kind() == "activation_patching" {
        return ("Estimate by gradients", options);
    }
    options["compare"] = true.into();
    ("Compare with patching", options)
}

/// The buttons.
#[component]
pub fn FollowUps() -> impl IntoView {
    let (run, session): (RunState, Session) = (expect_context(), expect_context());
    let questions =
        Memo::new(move |_| run.experiment.with(|e| e.as_ref().map(|e| follow_ups(e)).unwrap_or_default()));
    let button = move |FollowUp { title, experiment }: FollowUp| {
        view! {
            <button
                type="button"
                class="line"
                disabled=move || session.asking.get()
                on:click=move |_| session.ask(experiment.clone())
            >
                {title}
            </button>
        }
    };
    view! {
        <span class="row follow-ups" role="group" aria-label="Next, of the same prompts">
            {move || questions.get().into_iter().map(button).collect_view()}
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_direction_keeps_everything_else() {
        let analysis = json!({ "kind": "activation_patching", "site": ["z", "q"], "metric": "kl" });
        let experiment = json!({ "model": "demo", "prompts": [{ "text": "a" }], "analysis": analysis });
        let experiment: Experiment = serde_json::from_value(experiment).unwrap();
        let next = follow_ups(&experiment);
        assert_eq!(next[0].title, "Estimate by gradients");
        let estimate = serde_json::to_value(&next[0].experiment.analysis).unwrap();
        assert_eq!((&estimate["metric"], &estimate["site"]), (&json!("kl"), &json!(["z", "q"])));
        let compared = serde_json::to_value(&follow_ups(&next[0].experiment)[0].experiment.analysis).unwrap();
        assert_eq!((&compared["compare"], &compared["site"]), (&json!(true), &json!(["z", "q"])));
        assert_eq!(next[1].title, "Patch in the other direction");
        let turned = serde_json::to_value(&next[1].experiment.analysis).unwrap();
        assert_eq!(turned["direction"], "corrupted_into_clean");
        assert_eq!((&turned["metric"], &turned["site"]), (&json!("kl"), &json!(["z", "q"])));
        let back = serde_json::to_value(&follow_ups(&next[1].experiment)[1].experiment.analysis).unwrap();
        assert_eq!(back["direction"], "clean_into_corrupted");
        assert!(next.iter().any(|next| next.experiment.analysis.kind() == "attribution"));
    }
}
