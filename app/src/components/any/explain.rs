//! What a figure is, in one line, and its unit: for figures that have no component of their own.

use crate::compare::BESIDE;
use model::sides::Side;

/// Unit and caption of the figure `name` of an analysis; both empty for one this page has no words for.
pub fn explain(kind: &str, name: &str) -> (&'static str, String) {
    let (side, name) = match name.strip_prefix(BESIDE) {
        Some(name) => (Side::Difference, name),
        None => Side::of(name),
    };
    // figures of groups say the same as the figure of all
    let (unit, caption) = words(kind, name.split(':').next().unwrap_or_default());
    let whose = match side {
        // only the first model's have buttons
        Side::First if name == "prompt_test" => {
            " A token can become the answer or the distractor of an attribution."
        }
        Side::First => "",
        Side::Other => " Of the other model.",
        Side::Difference => " The difference is the first minus the other.",
    };
    (unit, format!("{caption}{whose}").trim_start().to_owned())
}

fn words(kind: &str, name: &str) -> (&'static str, &'static str) {
    match (kind, name) {
        ("attribution", name) => of_attribution(name),
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
        ("intervene", "effect") => {
            ("", "The answer of the clean runs and of the changed ones, mean over prompts.")
        }
        ("intervene", "top_tokens") => ("", "The likeliest next tokens, before and after."),
        ("prompt_test", "prompt_test") => ("logits", "The likeliest next tokens, by the model’s own logits."),
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
        ("ablation" | "attribution_patching" | "path_patching", name) => of_changes(name),
        ("generate", "text") => (
            "",
            "What the model goes on with. Darker tokens are likelier; both runs get the same draws, so where they differ the change is the reason.",
        ),
        ("generate", _) => (
            "",
            "Token by token, with each token’s probability in the model: at temperature 1, among all tokens.",
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
        ("detect_heads" | "head_circuit" | "composition", name) => of_heads(name),
        ("position_attribution", _) => (
            "logits",
            "What each layer’s attention moves from each token to the last one, as it adds to logit(answer) − logit(distractor).",
        ),
        _ => ("", ""),
    }
}

/// Of attribution, whose figures have views of their own: as they are put side by side.
fn of_attribution(name: &str) -> (&'static str, &'static str) {
    let caption = match name {
        "logit_diff" => "logit(answer) − logit(distractor) at each prompt’s last real token.",
        "logit_lens" => {
            "The same difference, read from the residual stream before each layer with the final norm’s scale."
        }
        "layer_attribution" => "What each layer’s attention and MLP add, with embed and bias.",
        "head_attribution" => "What each head’s output adds to logit(answer) − logit(distractor).",
        "bias_attribution" => "What the attention biases b_O add.",
        "summary" => "The mean over prompts, and its parts, which add up to it.",
        _ => return ("", ""),
    };
    ("logits", caption)
}

/// Of the kinds that change a run, what their maps do not say themselves.
fn of_changes(name: &str) -> (&'static str, &'static str) {
    match name {
        "top_neurons" => (
            "",
            "The neurons without which the answer changes most: its mean, and that less the clean runs’.",
        ),
        "ablated_neuron" => ("", "The answer of the clean run with one neuron of the layer replaced."),
        "agreement" => ("", "Pearson’s correlation of patched and estimated cells, site by site."),
        "ablated_attn_out" | "ablated_mlp_out" => {
            ("", "The answer of the clean run with what one layer writes replaced.")
        }
        name if name.starts_with("path_to_") => (
            "",
            "The answer when the receiver alone hears what one layer has in the corrupted run: as a share, 1 changes nothing and 0 is the corrupted runs’ answer.",
        ),
        name if name.starts_with("compared_") => (
            "",
            "Each cell as activation patching gives it, and as its gradient estimates it: on the diagonal both agree.",
        ),
        _ => ("", ""),
    }
}

/// Of the kinds that say what heads are.
fn of_heads(name: &str) -> (&'static str, &'static str) {
    match name {
        "previous_token_head" => {
            ("", "How much of each head’s attention goes to the token before, mean over prompts.")
        }
        "duplicate_token_head" => (
            "",
            "How much of each head’s attention goes to earlier occurrences of the same token, mean over prompts.",
        ),
        "induction_head" => (
            "",
            "How much of each head’s attention goes to the tokens right after earlier occurrences of the same one, mean over prompts.",
        ),
        "copying_score" => (
            "",
            "By the weights: near 1, a head raises the tokens it looks at; near −1, it lowers them. Σ λ / Σ |λ| over the eigenvalues of W_E W_V W_O W_U.",
        ),
        "summary" => (
            "",
            "Copying: what it looks at, it raises. Matching: tokens look at tokens like themselves. Copied: shares of tokens that it raises most, or among five.",
        ),
        "ov_singular_values" => ("", "Of W_V W_O: how many directions the head moves, and how far."),
        "qk_singular_values" => ("", "Of W_Q W_Kᵀ: how many directions it matches by."),
        "ov_eigenvalues" => ("", "Of W_E W_V W_O W_U, those that are not zero: the ones to the right copy."),
        "ov_top_pairs" => (
            "logits before any norm",
            "The largest entries of W_E W_V W_O W_U: looking at the one token, the head raises the other.",
        ),
        "qk_top_pairs" => (
            "score before 1/√d_head",
            "The largest entries of W_E W_Q W_Kᵀ W_Eᵀ: the one token looks at the other, positions left out.",
        ),
        "q_composition" => {
            ("", "How much of what a later head’s queries read (rows) an earlier head can write (columns).")
        }
        "k_composition" => {
            ("", "How much of what a later head’s keys read (rows) an earlier head can write (columns).")
        }
        "v_composition" => {
            ("", "How much of what a later head’s values read (rows) an earlier head can write (columns).")
        }
        _ => ("", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_has_the_words_of_its_figure_and_says_whose_it_is() {
        let (unit, caption) = explain("attribution", "difference:head_attribution:positive");
        assert_eq!(unit, "logits");
        assert_eq!(
            caption,
            "What each head’s output adds to logit(answer) − logit(distractor). The difference is the first minus the other."
        );
        assert_eq!(explain("attribution", "beside:head_attribution").1, caption);
        assert!(explain("attribution", "compare_with:logit_lens").1.ends_with("Of the other model."));
        assert_eq!(explain("any", "difference:new").1, "The difference is the first minus the other.");
        assert_eq!(explain("any", "new").1, "");
    }
}
