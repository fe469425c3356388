//! The analyses the form offers, in the order they are offered: one entry here puts a kind on the page.

use super::super::changes;
use super::{Input, Kind, Setting};

const NORM: Setting = Setting {
    name: "norm",
    title: "Final norm",
    input: Input::Choice(&[("cached", "scale of the whole run"), ("recomputed", "scale of each layer")]),
};
const DIRECTION: Setting = Setting {
    name: "direction",
    title: "Put",
    input: Input::Choice(&[
        ("clean_into_corrupted", "clean into corrupted"),
        ("corrupted_into_clean", "corrupted into clean"),
    ]),
};
const METRIC: Setting = Setting {
    name: "metric",
    title: "Measured by",
    input: Input::Choice(&[
        ("logit_diff", "logit difference"),
        ("probability", "probability"),
        ("probability_diff", "difference of probabilities"),
        ("later_years", "later years’ probability"),
        ("kl", "KL divergence from clean"),
    ]),
};
const PATCHED: Setting = Setting {
    name: "site",
    title: "What is put in",
    input: Input::AnyOf(&[
        ("resid_pre", "resid_pre"),
        ("resid_mid", "resid_mid"),
        ("attn_out", "attn_out"),
        ("mlp_out", "mlp_out"),
        ("z", "head z"),
        ("q", "head q"),
        ("k", "head k"),
        ("v", "head v"),
        ("pattern", "head pattern"),
    ]),
};
const HEADS_BY_POSITION: Setting =
    Setting { name: "by_position", title: "Heads one position at a time", input: Input::Flag };
const POSITIONS: Setting =
    Setting { name: "positions", title: "At positions (empty: all)", input: Input::Names("S1, S2, end") };
const NORMALIZE: Setting = Setting { name: "normalize", title: "0 corrupted, 1 clean", input: Input::FlagOn };
const PROMPT: Setting = Setting { name: "prompt", title: "Prompt", input: Input::Prompt };

/// All of them, in the order they are offered.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "attribution",
        title: "Attribution",
        hint: "layers, heads",
        needs_pairs: false,
        settings: &[
            NORM,
            Setting { name: "per_prompt", title: "A line for each prompt", input: Input::Flag },
        ],
    },
    Kind {
        name: "prompt_test",
        title: "Prompt test",
        hint: "next tokens, ranks",
        needs_pairs: false,
        settings: &[Setting { name: "top_k", title: "Tokens listed", input: Input::Count(1, 10) }],
    },
    Kind {
        name: "logit_lens",
        title: "Logit lens",
        hint: "every layer and token",
        needs_pairs: false,
        settings: &[
            PROMPT,
            NORM,
            Setting { name: "top_k", title: "Tokens listed", input: Input::Count(1, 5) },
        ],
    },
    Kind {
        name: "attention",
        title: "Attention",
        hint: "all heads’ patterns",
        needs_pairs: false,
        settings: &[
            PROMPT,
            Setting { name: "size", title: "Cells a side, at most", input: Input::Count(8, 64) },
        ],
    },
    Kind {
        name: "position_attribution",
        title: "Source tokens",
        hint: "which words it comes from",
        needs_pairs: false,
        settings: &[PROMPT],
    },
    Kind {
        name: "generate",
        title: "Generation",
        hint: "what comes next, ablated or steered",
        needs_pairs: false,
        settings: &[
            Setting { name: "max_tokens", title: "Tokens", input: Input::Count(1, 20) },
            Setting { name: "temperature", title: "Temperature", input: Input::Number(0.0, 0.1) },
            Setting { name: "top_k", title: "Among the likeliest (0: all)", input: Input::Count(0, 0) },
            Setting { name: "seed", title: "Seed", input: Input::Count(0, 0) },
            Setting {
                name: changes::ABLATE,
                title: "Ablate or patch",
                input: Input::Text("L1H2, L3N17, 0_mlp_out", changes::problem),
            },
            Setting {
                name: changes::METHOD,
                title: "Replaced by",
                input: Input::Choice(&[
                    ("zero", "zeros"),
                    ("mean", "means over the prompts"),
                    ("patch", "what the corrupted twin has"),
                ]),
            },
            Setting {
                name: "steer_positive",
                title: "Steer towards",
                input: Input::Text(" great", anything),
            },
            Setting {
                name: "steer_negative",
                title: "Steer away from",
                input: Input::Text(" awful", anything),
            },
            Setting {
                name: "steer_site",
                title: "Steered",
                input: Input::Choice(&[
                    ("resid_pre", "residual stream before the layer"),
                    ("resid_post", "residual stream after it"),
                    ("attn_out", "what attention writes"),
                    ("mlp_out", "what the MLP writes"),
                ]),
            },
            Setting { name: "steer_layer", title: "At layer", input: Input::Count(0, 0) },
            Setting { name: "steer_scale", title: "How many times", input: Input::Number(1.0, 0.5) },
            Setting {
                name: "steer_positions",
                title: "Where",
                input: Input::Choice(&[
                    ("every", "every token"),
                    ("generated", "generated tokens"),
                    ("front", "first tokens, one by one"),
                ]),
            },
        ],
    },
    Kind {
        name: "neurons",
        title: "Neurons",
        hint: "of one layer",
        needs_pairs: false,
        settings: &[
            Setting { name: "layer", title: "Layer", input: Input::Count(0, 0) },
            Setting { name: "top_k", title: "Neurons listed", input: Input::Count(1, 10) },
        ],
    },
    Kind {
        name: "detect_heads",
        title: "Head detection",
        hint: "previous, duplicate, induction",
        needs_pairs: false,
        settings: &[
            Setting {
                name: "pattern",
                title: "Heads",
                input: Input::Choice(&[
                    ("", "of all kinds"),
                    ("previous_token_head", "previous token"),
                    ("duplicate_token_head", "duplicate token"),
                    ("induction_head", "induction"),
                ]),
            },
            Setting {
                name: "error_measure",
                title: "Measure",
                input: Input::Choice(&[("mul", "share of attention"), ("abs", "mean difference")]),
            },
            Setting { name: "exclude_bos", title: "Leave the first token out", input: Input::Flag },
            Setting {
                name: "exclude_current_token",
                title: "Leave each token itself out",
                input: Input::Flag,
            },
            Setting { name: "copying_score", title: "Copying scores, by weights", input: Input::Flag },
        ],
    },
    Kind {
        name: "head_circuit",
        title: "Head circuit",
        hint: "one head’s weights",
        needs_pairs: false,
        settings: &[
            Setting { name: "layer", title: "Layer", input: Input::Count(0, 0) },
            Setting { name: "head", title: "Head", input: Input::Count(0, 0) },
            Setting { name: "top_k", title: "Token pairs listed", input: Input::Count(1, 10) },
        ],
    },
    Kind {
        name: "composition",
        title: "Composition",
        hint: "head by head, weights",
        needs_pairs: false,
        settings: &[],
    },
    Kind {
        name: "activation_patching",
        title: "Activation patching",
        hint: "layer × position, heads",
        needs_pairs: true,
        settings: &[PATCHED, DIRECTION, METRIC, NORMALIZE, HEADS_BY_POSITION, POSITIONS],
    },
    Kind {
        name: "attribution_patching",
        title: "Attribution patching",
        hint: "the same, by gradients",
        needs_pairs: true,
        settings: &[
            PATCHED,
            DIRECTION,
            METRIC,
            NORMALIZE,
            HEADS_BY_POSITION,
            POSITIONS,
            Setting { name: "compare", title: "Beside patching itself", input: Input::Flag },
        ],
    },
    Kind {
        name: "path_patching",
        title: "Path patching",
        hint: "head → head, logits",
        needs_pairs: true,
        settings: &[
            Setting { name: "receiver", title: "Paths to", input: Input::Receiver },
            Setting {
                name: "sender",
                title: "Paths from",
                input: Input::AnyOf(&[
                    ("z", "head z"),
                    ("attn_out", "attn_out"),
                    ("mlp_out", "mlp_out"),
                    ("resid_pre", "resid_pre"),
                    ("resid_mid", "resid_mid"),
                    ("resid_post", "resid_post"),
                ]),
            },
            POSITIONS,
            METRIC,
            NORMALIZE,
        ],
    },
    Kind {
        name: "ablation",
        title: "Ablation",
        hint: "each head switched off",
        needs_pairs: false,
        settings: &[
            Setting {
                name: "site",
                title: "What is replaced",
                input: Input::Choice(&[
                    ("z", "head z"),
                    ("attn_out", "attn_out"),
                    ("mlp_out", "mlp_out"),
                    ("neuron", "neurons of a layer"),
                ]),
            },
            Setting { name: "layer", title: "Layer", input: Input::CountWhere("site", "neuron", 0) },
            Setting {
                name: "method",
                title: "By",
                input: Input::Choice(&[
                    ("mean", "the mean"),
                    ("zero", "zero"),
                    ("resample", "another prompt’s"),
                ]),
            },
            METRIC,
            Setting { name: "by_position", title: "One position at a time", input: Input::Flag },
        ],
    },
];

fn anything(_: &str) -> Option<String> {
    None
}
