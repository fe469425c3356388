//! What a causal experiment asks, as far as the page's words and scales follow from it. Read from the experiment as
//! JSON, which is what a link and a script see of it too.

use crate::components::figures::scalar;
use model::wire::{Analysis, Experiment, Figure};
use serde_json::Value;

/// Kinds whose figures say what a change of an activation makes of the answer.
pub const KINDS: [&str; 4] = ["activation_patching", "attribution_patching", "path_patching", "ablation"];

/// A causal analysis and its options.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    kind: &'static str,
    options: Value,
}

impl Asked {
    /// Of an experiment; none for another kind.
    pub fn of(experiment: &Experiment) -> Option<Self> {
        let kind = KINDS.into_iter().find(|kind| *kind == experiment.analysis.kind())?;
        Some(Self { kind, options: serde_json::to_value(&experiment.analysis).ok()? })
    }

    /// The kind, as the contract names it.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// An option that is a word.
    fn word(&self, name: &str) -> Option<&str> {
        self.options.get(name)?.as_str()
    }

    /// Another of the options.
    pub fn option(&self, name: &str) -> Option<&Value> {
        self.options.get(name)
    }

    /// Whether values are shares: 0 the corrupted runs' answer, 1 the clean ones'.
    pub fn normalized(&self) -> bool {
        self.options.get("normalize").and_then(Value::as_bool).unwrap_or(self.kind != "ablation")
    }

    /// Whether activations of the one run are put into the other, or that is estimated: both have a direction.
    pub fn patches(&self) -> bool {
        matches!(self.kind, "activation_patching" | "attribution_patching")
    }

    /// Whether the run that is changed is the clean one.
    pub fn changes_clean(&self) -> bool {
        !self.patches() || self.word("direction") == Some("corrupted_into_clean")
    }

    /// The value of a cell that changes nothing: the maps show how far a cell is from it. None until it is known.
    pub fn neutral(&self, summary: Option<&Figure>) -> Option<f32> {
        match (self.normalized(), self.changes_clean()) {
            (true, false) => Some(0.0),
            (true, true) => Some(1.0),
            (false, false) => scalar(summary?, "corrupted").map(|v| v as f32),
            (false, true) => scalar(summary?, "clean").map(|v| v as f32),
        }
    }

    /// What the metric is called.
    pub fn metric(&self) -> &'static str {
        match self.word("metric") {
            Some("probability") => "the answer’s probability",
            Some("probability_diff") => "the difference of probabilities",
            Some("later_years") => "p(later years) − p(other years)",
            Some("kl") => "the KL divergence from the clean run",
            _ => "logit(answer) − logit(distractor)",
        }
    }

    /// The unit of the metric itself.
    pub fn metric_unit(&self) -> &'static str {
        match self.word("metric") {
            Some("probability" | "probability_diff" | "later_years") => "probability",
            Some("kl") => "nats",
            _ => "logits",
        }
    }

    /// The unit of the maps.
    pub fn unit(&self) -> &'static str {
        if self.normalized() { "share" } else { self.metric_unit() }
    }

    /// What a map shows, in a line.
    pub fn caption(&self, name: &str) -> String {
        let site = name.trim_end_matches("_by_position");
        let site =
            ["patched_", "attributed_"].iter().find_map(|start| site.strip_prefix(start)).unwrap_or(site);
        let act = match self.kind {
            "path_patching" => format!(
                "the corrupted output of one part reaches {} and nothing else does",
                receiver_words(&receiver_name(self.options.get("receiver").unwrap_or(&Value::Null)))
            ),
            "ablation" => format!("{} is replaced by {}", self.ablated_words(), self.method_words()),
            _ if self.changes_clean() => format!("one corrupted {site} replaces the clean one"),
            _ => format!("one clean {site} replaces the corrupted one"),
        };
        let what = match (self.normalized(), self.changes_clean()) {
            (true, false) => {
                format!("Share of the difference that comes back when {act}: 0 corrupted, 1 clean.")
            }
            (true, true) => format!(
                "What is lost of the difference when {act}: the value less 1, so that 0 changes nothing and −1 leaves \
                 the corrupted runs’ answer."
            ),
            (false, false) => {
                format!("What {} gains when {act}: the value less that of the corrupted runs.", self.metric())
            }
            (false, true) => {
                format!("How {} changes when {act}: the value less that of the clean runs.", self.metric())
            }
        };
        if name.starts_with("attributed_") { format!("{what} Estimated by gradients.") } else { what }
    }

    fn ablated_words(&self) -> &'static str {
        match self.word("site") {
            Some("attn_out") => "what one layer’s attention writes",
            Some("mlp_out") => "what one layer’s MLP writes",
            Some("neuron") => "one neuron",
            _ => "one head’s z",
        }
    }

    fn method_words(&self) -> &'static str {
        match self.word("method") {
            Some("mean") => "its mean",
            Some("resample") => "that of another prompt",
            _ => "zero",
        }
    }
}

/// A receiver as figures name it: `logits`, `L9H6_q`, several joined by `+`.
pub fn receiver_name(receiver: &Value) -> String {
    let one = |receiver: &Value| {
        let site = receiver["site"].as_str().unwrap_or_default();
        match (receiver["layer"].as_u64(), receiver["head"].as_u64()) {
            (Some(layer), Some(head)) => format!("L{layer}H{head}_{site}"),
            (Some(layer), None) => format!("L{layer}_{site}"),
            _ => site.to_owned(),
        }
    };
    match receiver {
        Value::Array(several) => several.iter().map(one).collect::<Vec<_>>().join("+"),
        receiver => one(receiver),
    }
}

/// The inverse of [`receiver_name`]; none for what is no name.
pub fn receiver_of(name: &str) -> Option<Value> {
    let one = |name: &str| {
        let Some(rest) = name.strip_prefix('L').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        else {
            return (!name.is_empty()).then(|| serde_json::json!({ "site": name }));
        };
        let (place, site) = rest.split_once('_')?;
        let mut value = serde_json::json!({ "site": site });
        let (layer, head) = match place.split_once('H') {
            Some((layer, head)) => (layer, Some(head)),
            None => (place, None),
        };
        value["layer"] = layer.parse::<usize>().ok()?.into();
        if let Some(head) = head {
            value["head"] = head.parse::<usize>().ok()?.into();
        }
        Some(value)
    };
    let all = name.split('+').map(one).collect::<Option<Vec<_>>>()?;
    match &all[..] {
        [only] => Some(only.clone()),
        _ => Some(all.into()),
    }
}

/// A receiver in words: `the logits`, `L9H6’s q`.
pub fn receiver_words(name: &str) -> String {
    let one = |name: &str| match name.split_once('_') {
        Some((head, site)) if head.starts_with('L') => format!("{head}’s {site}"),
        _ if name == "logits" => "the logits".to_owned(),
        _ => name.to_owned(),
    };
    name.split('+').map(one).collect::<Vec<_>>().join(", ")
}

/// An experiment on the same prompts with another analysis, given as JSON; none where the vocabulary does not have it.
pub fn with_analysis(experiment: &Experiment, analysis: Value) -> Option<Experiment> {
    let analysis = serde_json::from_value::<Analysis>(analysis).ok()?;
    Some(Experiment { analysis, ..experiment.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(options: &Value) -> Asked {
        let experiment = json!({ "model": "demo", "prompts": [], "analysis": options });
        Asked::of(&serde_json::from_value(experiment).unwrap()).unwrap()
    }

    #[test]
    fn what_changes_nothing_follows_from_the_direction() {
        let restore = json!({ "kind": "activation_patching", "site": "z" });
        assert_eq!(asked(&restore).neutral(None), Some(0.0));
        let destroy =
            json!({ "kind": "activation_patching", "site": "z", "direction": "corrupted_into_clean" });
        assert_eq!(asked(&destroy).neutral(None), Some(1.0));
        assert!(asked(&destroy).caption("patched_z").contains("one corrupted z replaces the clean one"));
        let estimate = json!({ "kind": "attribution_patching", "site": "z" });
        assert_eq!(asked(&estimate).neutral(None), Some(0.0));
        let caption = asked(&estimate).caption("attributed_z_by_position");
        assert!(caption.contains("one clean z replaces") && caption.ends_with("Estimated by gradients."));
    }

    #[test]
    fn without_shares_it_is_the_base_runs_own_metric() {
        let raw =
            asked(&json!({ "kind": "activation_patching", "site": "z", "normalize": false, "metric": "kl" }));
        assert_eq!((raw.neutral(None), raw.unit()), (None, "nats"));
        let values = [("clean".to_owned(), Some(3.0)), ("corrupted".to_owned(), Some(-2.0))].into();
        let data = model::wire::FigureData::Scalars { values };
        let summary = Figure { name: "summary".into(), prompt: None, title: String::new(), data };
        assert_eq!(raw.neutral(Some(&summary)), Some(-2.0));
    }

    #[test]
    fn receivers_have_names_that_read_back() {
        for name in ["logits", "L9H6_q", "L9H6_q+L9H9_k", "L3_mlp_in"] {
            assert_eq!(receiver_name(&receiver_of(name).unwrap()), name);
        }
        assert_eq!(receiver_of("L9H6"), None);
        assert_eq!(receiver_words("L9H6_q+logits"), "L9H6’s q, the logits");
    }
}
