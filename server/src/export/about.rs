//! What a figure shows, in a sentence or two: under its picture in everything that leaves hooklens.

mod causal;

use causal::{ablation, estimated, intervene, patching, paths};
use model::sides::Side;
use model::wire::{Analysis, DetectHeads, ErrorMeasure, Figure};

/// What the figure shows, and the unit of its numbers; of two models, whose it is.
pub fn figure(analysis: &Analysis, figure: &Figure) -> String {
    let (side, name) = Side::of(&figure.name);
    let whose = match side {
        Side::First => "",
        Side::Other => "Of the model that it is compared with. ",
        Side::Difference => "The first model’s minus the other’s. ",
    };
    format!("{whose}{}", of(analysis, name))
}

fn of(analysis: &Analysis, name: &str) -> &'static str {
    match analysis {
        Analysis::Attribution(_) => attribution(name),
        Analysis::Head(_) => head(name),
        Analysis::Neurons(_) => neurons(name),
        Analysis::PositionAttribution(_) => position_attribution(name),
        Analysis::Attention(_) => attention(name),
        Analysis::LogitLens(_) => logit_lens(name),
        Analysis::PromptTest(_) => prompt_test(name),
        Analysis::DetectHeads(options) => detect_heads(options, name),
        Analysis::HeadCircuit(_) => head_circuit(name),
        Analysis::Composition(_) => composition(name),
        Analysis::Generate(_) => generate(name),
        Analysis::Activations(_) => "The tensors in the file, one a prompt and site, with their shapes.",
        Analysis::ActivationPatching(_) => patching(name),
        Analysis::PathPatching(_) => paths(name),
        Analysis::Ablation(_) => ablation(name),
        Analysis::Intervene(_) => intervene(name),
        Analysis::AttributionPatching(_) => estimated(name),
    }
}

/// The unit of the figure's values, where they have one.
pub fn unit(analysis: &Analysis, figure: &Figure) -> &'static str {
    match (analysis, Side::of(&figure.name).1) {
        (Analysis::Attribution(_) | Analysis::PositionAttribution(_), _)
        | (Analysis::Neurons(_), "neuron_attribution")
        | (Analysis::Head(_), "source_attribution" | "per_prompt") => "logits",
        (Analysis::LogitLens(_), "answer_logit") => "logit",
        (Analysis::LogitLens(_), "answer_probability" | "top_probability") => "probability",
        (Analysis::LogitLens(_), "answer_rank") => "rank",
        (Analysis::DetectHeads(options), name)
            if options.error_measure == ErrorMeasure::Mul && name != "copying_score" =>
        {
            "share of attention"
        }
        _ => "",
    }
}

/// What the rows and columns of a map are, where their labels do not say it.
pub fn axes(name: &str) -> Option<(&'static str, &'static str)> {
    match Side::of(name).1 {
        "pattern" | "value_weighted" => Some(("query", "key")),
        "q_composition" | "k_composition" | "v_composition" => Some(("later head", "earlier head")),
        _ => None,
    }
}

fn attribution(name: &str) -> &'static str {
    match name {
        "logit_diff" => "logit(answer) − logit(distractor) at each prompt’s last real token, in logits.",
        "summary" => {
            "The mean logit difference, what the components add up to (embed + heads + mlps + biases), and the largest \
             difference between the two among the prompts. In logits."
        }
        "logit_lens" => {
            "The logit difference read from the residual stream before each layer, with the final norm’s scale, without \
             the unembedding’s bias. In logits, mean over prompts."
        }
        "layer_attribution" => {
            "What the embedding, each layer’s attention and MLP, and the unembedding’s bias add to the logit difference; \
             together they are the whole of it. In logits, mean over prompts."
        }
        "bias_attribution" => {
            "What each layer’s attention bias b_O (with the value biases folded in) adds to the logit difference: the heads \
             of a layer and its b_O are its attn_out. In logits, mean over prompts."
        }
        _ => {
            "What each head’s output adds to the logit difference at the last token, in logits, mean over prompts."
        }
    }
}

fn head(name: &str) -> &'static str {
    match name {
        "pattern" => {
            "Where the head looks: a row is a query token, a column a key token, and rows add up to 1."
        }
        "value_weighted" => {
            "The pattern weighted by how much is moved: attention times the length of v W_O of the key (Kobayashi et al., \
             arXiv:2004.10102)."
        }
        "source_attribution" => {
            "What the head moves from each token to the last one’s logit difference, in logits; it adds up to the head’s \
             attribution."
        }
        "promoted" => {
            "The tokens whose logits the head raises most at the last token, directly; logits are centred."
        }
        "suppressed" => {
            "The tokens whose logits the head lowers most at the last token, directly; logits are centred."
        }
        "per_prompt" => "What the head adds to the logit difference of every prompt, in logits.",
        _ => "What the head adds to the logit difference of this prompt, and its mean over all, in logits.",
    }
}

fn attention(name: &str) -> &'static str {
    match name {
        "attention" => {
            "Where every head looks: a row of a map is a query token, a column a key token. In reduced maps a cell is the \
             largest attention among its tokens."
        }
        _ => {
            "What each head’s full pattern is like, as means over queries: shares of attention that go where such a head \
             looks (TransformerLens’s detect_head by mul), entropy in nats, distance in tokens."
        }
    }
}

fn logit_lens(name: &str) -> &'static str {
    match name {
        "top_probability" => {
            "The probability of the likeliest token, were the model to end after each layer."
        }
        "top_tokens" => {
            "The likeliest tokens at each layer and position, with their logits (the original model’s, not centred) and \
             probabilities."
        }
        "answer_rank" => {
            "How many tokens come before the answer at each layer and position: 0 is the likeliest."
        }
        "answer_logit" => {
            "The logit at the last token, not centred over the vocabulary, were the model to end after each layer."
        }
        _ => "The probability at the last token, were the model to end after each layer.",
    }
}

fn prompt_test(name: &str) -> &'static str {
    match name {
        "prompt_test" => {
            "The likeliest next tokens, with the original model’s logits and their probabilities."
        }
        "answer_tokens" | "distractor_tokens" => {
            "Each token of it, read with the ones before it given. Ranks begin at 0."
        }
        _ => {
            "Rank (from 0), logit and probability of its first token, and the probability of all its tokens in turn."
        }
    }
}

fn generate(name: &str) -> &'static str {
    match name {
        "text" => "What the model goes on with after the prompt, as it is and with the changes.",
        _ => "Token by token, each with its probability in the model: at temperature 1, among all tokens.",
    }
}

fn neurons(name: &str) -> &'static str {
    match name {
        "summary" => {
            "What the layer’s MLP adds to the logit difference, and its parts: neurons and bias. `shown` are the neurons in the \
             table. In logits."
        }
        "neuron_attribution" => "What each neuron adds to the logit difference at the last token, in logits.",
        "neurons" => {
            "The neurons with the largest attribution of either sign, in logits, and their activations."
        }
        "promoted" => {
            "The tokens whose logits one unit of each neuron raises most, before the final norm’s scale."
        }
        _ => "The tokens whose logits one unit of each neuron lowers most, before the final norm’s scale.",
    }
}

fn position_attribution(name: &str) -> &'static str {
    match name {
        "summary" => "The logit difference, what tokens and biases add to it, and what is left. In logits.",
        "position_attribution" => {
            "What each layer’s heads move from each token, and what embeddings and MLPs write at the last one, in logits."
        }
        "source_attribution" => "What comes from each token, all components together, in logits.",
        "head_position_attribution" => {
            "What each head moves from each token to the last one’s logit difference, in logits."
        }
        _ => "What each layer’s attention bias b_O adds, which is no token’s, in logits.",
    }
}

fn detect_heads(options: &DetectHeads, name: &str) -> &'static str {
    match (name, options.error_measure) {
        ("copying_score", _) => {
            "How far the eigenvalues of each head’s OV circuit between tokens, W_E W_V W_O W_U, point forwards: near 1 a head \
             raises the tokens it looks at, near −1 it lowers them. By the weights alone."
        }
        ("previous_token_head", ErrorMeasure::Mul) => {
            "Share of each head’s attention that goes to the token before, mean over prompts (TransformerLens’s detect_head by \
             mul)."
        }
        ("duplicate_token_head", ErrorMeasure::Mul) => {
            "Share of each head’s attention that goes to earlier occurrences of the same token, mean over prompts \
             (TransformerLens’s detect_head by mul)."
        }
        (_, ErrorMeasure::Mul) => {
            "Share of each head’s attention that goes to the tokens right after earlier occurrences of the same token, mean over \
             prompts (TransformerLens’s detect_head by mul)."
        }
        (_, ErrorMeasure::Abs) => {
            "One less the mean absolute difference, a query, between each head’s attention and that of such a head, mean over \
             prompts (TransformerLens’s detect_head by abs)."
        }
    }
}

fn head_circuit(name: &str) -> &'static str {
    match name {
        "summary" => {
            "Copying score (eigenvalues of W_E W_V W_O W_U) and matching score (of W_E W_Q W_Kᵀ W_Eᵀ), the circuits’ lengths, and \
             shares of tokens that the head raises most, or among the five it raises most, when it looks at them."
        }
        "ov_singular_values" => {
            "The singular values of W_V W_O: how many directions the head moves, and how far."
        }
        "qk_singular_values" => "The singular values of W_Q W_Kᵀ: how many directions the head matches by.",
        "ov_eigenvalues" => "The eigenvalues of W_E W_V W_O W_U that are not zero; those to the right copy.",
        "ov_top_pairs" => {
            "The largest entries of W_E W_V W_O W_U: what the head adds to a token’s logit when it looks at another, before any \
             norm."
        }
        _ => {
            "The largest entries of W_E W_Q W_Kᵀ W_Eᵀ: which query looks at which key, before any norm, without positions and the \
             scale 1/√d_head."
        }
    }
}

fn composition(name: &str) -> &'static str {
    match name {
        "q_composition" => {
            "How much of what a later head’s queries read an earlier head can write: ‖W_OV W_QK‖ / (‖W_OV‖ ‖W_QK‖)."
        }
        "k_composition" => {
            "How much of what a later head’s keys read an earlier head can write: ‖W_OV W_QKᵀ‖ / (‖W_OV‖ ‖W_QK‖)."
        }
        _ => {
            "How much of what a later head’s values read an earlier head can write: ‖W_OV W_OV′‖ / (‖W_OV‖ ‖W_OV′‖)."
        }
    }
}
