//! What a figure is, in one line, and its unit: for figures that have no component of their own.

/// Unit and caption of the figure `name` of an analysis; both empty for one this page has no words for.
pub fn explain(kind: &str, name: &str) -> (&'static str, &'static str) {
    // figures of groups say the same as the figure of all
    let name = name.split(':').next().unwrap_or_default();
    match (kind, name) {
        (_, "scatter") => {
            ("", "Each point is a cell of the two maps: its value in the one against its value in the other.")
        }
        (_, "difference") => ("", "The first minus the second."),
        (_, "two_lines") => ("", "The means of both, over each other."),

        ("head", "pattern") => ("", "Where the head looks: queries down, keys across."),
        ("head", "value_weighted") => {
            ("", "The pattern times the norm of what each key’s value writes, ‖v W_O‖.")
        }
        ("head", "source_attribution") => {
            ("logits", "What the head adds to logit(answer) − logit(distractor), by the token it comes from.")
        }
        ("head", "promoted") => ("logits", "The tokens whose logits the head’s output raises most."),
        ("head", "suppressed") => ("logits", "The tokens whose logits the head’s output lowers most."),
        ("head", "per_prompt") => ("logits", "The head’s attribution on every prompt."),
        ("head", "summary") => ("logits", "The head’s attribution on this prompt, and its mean over all."),
        ("prompt_test", "prompt_test") => (
            "logits",
            "The likeliest next tokens, by the model’s own logits. A token can become the answer or the distractor of an attribution.",
        ),
        ("prompt_test", "answer" | "distractor") => (
            "",
            "Rank among all tokens (0 is the likeliest), logit and probability of its first token; joint probability of all its tokens in turn.",
        ),
        ("prompt_test", "answer_tokens" | "distractor_tokens") => {
            ("logits", "Token by token, each read with the ones before it given.")
        }
        ("logit_lens", "top_probability") => (
            "probability",
            "The likeliest next token at every layer and position, as if the model ended there; colour is its probability.",
        ),
        ("logit_lens", "top_tokens") => ("logits", "The likeliest tokens at every layer and position."),
        ("logit_lens", "answer_rank") => {
            ("rank", "Where the answer stands among all tokens; 0 is the likeliest.")
        }
        ("logit_lens", "answer_logit") => ("logits", "At the last token, through the layers."),
        ("logit_lens", "answer_probability") => ("probability", "At the last token, through the layers."),
        ("attention", "attention_scores") => (
            "",
            "Share of each head’s attention that goes where a head of that name looks, mean over queries; entropy in nats.",
        ),
        ("neurons", "neuron_attribution") => {
            ("logits", "Every neuron of the layer; with b_out they sum to mlp_out.")
        }
        ("neurons", "promoted") => (
            "logits",
            "The tokens whose logits one unit of the neuron raises most, before the final norm’s scale.",
        ),
        ("neurons", "suppressed") => ("logits", "The tokens whose logits it lowers most."),
        ("neurons", "summary") => ("logits", "mlp_out = neurons + b_out; the rest is the residual error."),
        ("position_attribution", "source_attribution") => {
            ("logits", "What comes from each token: the sums of the columns.")
        }
        ("position_attribution", "head_position_attribution") => {
            ("logits", "The same for each head by itself.")
        }
        ("position_attribution", "bias_attribution") => {
            ("logits", "The biases b_O, which belong to no token.")
        }
        ("position_attribution", "summary") => {
            ("logits", "All cells and all biases add up to the difference; the rest is the residual error.")
        }
        ("neurons", "neurons") => (
            "logits",
            "What a neuron’s output adds to logit(answer) − logit(distractor): its activation times its output’s part in that direction.",
        ),
        ("position_attribution", _) => (
            "logits",
            "What each layer’s attention moves from each token to the last one, as it adds to logit(answer) − logit(distractor).",
        ),
        _ => ("", ""),
    }
}
