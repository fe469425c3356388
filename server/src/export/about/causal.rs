//! What the figures of experiments show that change a run and measure the answer.

pub(super) fn paths(name: &str) -> &'static str {
    if name == "summary" || name.ends_with("_stderr") {
        return patching(name);
    }
    "The clean run’s answer when one sender has its corrupted value and only the receiver hears of it: 1 is no effect, 0 the \
     corrupted runs’ answer, unless it is not normalised. Mean over pairs."
}

pub(super) fn intervene(name: &str) -> &'static str {
    match name {
        "top_tokens" => {
            "The likeliest next tokens of the run as it is, and with the chosen activations changed."
        }
        _ => "The answer of the run as it is, and with the chosen activations changed.",
    }
}

pub(super) fn ablation(name: &str) -> &'static str {
    if name == "summary" || name.ends_with("_stderr") {
        return patching(name);
    }
    if name == "top_neurons" {
        return "The neurons without which the answer changes most: its mean over prompts, and that less the clean runs’.";
    }
    "The answer of the clean run when one head, one neuron, or what one layer writes, is replaced. Mean over prompts."
}

pub(super) fn estimated(name: &str) -> &'static str {
    match name.split('_').next() {
        Some("compared") => {
            "Each cell, as activation patching gives it and as attribution patching estimates it."
        }
        Some("agreement") => "Pearson’s correlation of patched and estimated cells, by site.",
        Some("attributed") if !name.ends_with("_stderr") => {
            "The answer when one activation of the one run is put into the other, estimated by its gradient: 0 is the \
             corrupted runs’ answer and 1 the clean runs’, unless it is not normalised. Mean over pairs."
        }
        _ => patching(name),
    }
}

pub(super) fn patching(name: &str) -> &'static str {
    if name == "summary" {
        return "What is measured of the clean and of the corrupted runs, means over pairs.";
    }
    if name.ends_with("_stderr") {
        return "The standard error of each cell over the pairs.";
    }
    "The answer when one activation of the one run is put into the other: 0 is the corrupted runs’ answer and 1 the clean \
     runs’, unless it is not normalised. Mean over pairs."
}
