"""The prompts and experiments of the goldens: unequal lengths, groups, one prompt, no BOS, no distractor."""

GREAT, AWFUL = " great", " awful"

POSITIVE = {
    "text": "The film was warm and the plot felt",
    "answer": GREAT,
    "distractor": AWFUL,
    "group": "positive",
}
NEGATIVE = {"text": "A dull, slow film. It felt", "answer": AWFUL, "distractor": GREAT, "group": "negative"}
# several tokens to a character
ACCENTED = {"text": "Très slow 🎬", "answer": GREAT, "distractor": AWFUL, "group": "positive"}
# the BOS token alone, and in no group
EMPTY = {"text": "", "answer": AWFUL, "distractor": GREAT}
# few tokens, so that no two logits of a lens are too close to tell apart
FEW = {"text": "A warm plot", "answer": GREAT, "distractor": AWFUL}
# pairs of one length; both runs' words are single tokens
WARM = {
    "text": "The film was warm and the plot felt",
    "answer": GREAT,
    "distractor": AWFUL,
    "corrupted": "The film was slow and the film felt",
    "positions": {"adjective": 16, "noun": 29},
}
DULL = {
    "text": "A dull film was great and felt warm",
    "answer": AWFUL,
    "distractor": GREAT,
    "corrupted": "A slow film was awful and felt dull",
}
# another length, so that only named positions correspond
SHORT = {
    "text": "A dull film was great and warm",
    "answer": AWFUL,
    "distractor": GREAT,
    "corrupted": "A slow film was awful and dull",
    "positions": {"adjective": 5, "noun": 10},
}
# tokens that come again, for duplicate token and induction heads
REPEATED = {"text": "the film was awful and the film was awful the film"}


LAYER_SITES = ["resid_pre", "attn_out", "mlp_out"]
CHOSEN = [
    {"site": "z", "layer": 0, "head": 1, "method": "zero"},
    {"site": "mlp_out", "layer": 0, "position": 1, "method": "mean"},
    {"site": "mlp_post", "layer": 1, "neuron": 3, "method": "zero"},
]
# what the twin has, by head, at one position, and of a neuron
PATCHES = [
    {"site": "z", "layer": 0, "head": 1, "method": "patch"},
    {"site": "resid_pre", "layer": 1, "position": 2, "method": "patch"},
    {"site": "mlp_post", "layer": 1, "neuron": 3, "method": "patch"},
]
RECEIVERS = [
    {"site": "logits"},
    {"site": "q", "layer": 1, "head": 2},
    [{"site": "pattern", "layer": 1, "head": 0}, {"site": "v", "layer": 1, "head": 3}],
]
HEAD_SITES = ["z", "q", "k", "v", "pattern"]


def activation_prompts():
    return [{"text": p["text"]} for p in (POSITIVE, NEGATIVE, ACCENTED, EMPTY)]


def without_distractor(prompt):
    return {key: value for key, value in prompt.items() if key not in ("distractor", "group")}


def alone(prompt):
    return {key: value for key, value in prompt.items() if key != "corrupted"}


def asked(prompt, answer=None, distractor=None):
    """The prompt with another answer, another distractor, or none."""
    given = {"answer": answer, "distractor": distractor}
    return {"text": prompt["text"], **{key: text for key, text in given.items() if text is not None}}


def all_of(model, processing):
    """Every experiment whose figures are compared, as the JSON that hooklens reads."""

    def experiment(prompts, analysis, **options):
        return {"model": model, "prompts": prompts, "processing": processing, **options, "analysis": analysis}

    every = [POSITIVE, NEGATIVE, ACCENTED, EMPTY]
    return [
        experiment(every, {"kind": "attribution", "per_prompt": True}),
        experiment(
            [without_distractor(POSITIVE), NEGATIVE, without_distractor(ACCENTED)],
            {"kind": "attribution"},
            prepend_bos=False,
        ),
        experiment([NEGATIVE], {"kind": "attribution"}),
        experiment(every, {"kind": "head", "layer": 1, "head": 2, "prompt": 1}),
        experiment(
            [without_distractor(ACCENTED), POSITIVE],
            {"kind": "head", "layer": 0, "head": 3},
            prepend_bos=False,
        ),
        experiment(
            [asked(POSITIVE, "great", " awful plot"), asked(NEGATIVE, " dull, slow"), asked(ACCENTED), EMPTY],
            {"kind": "prompt_test"},
        ),
        experiment([asked(POSITIVE, "été 🎬", "warm")], {"kind": "prompt_test", "top_k": 3}, prepend_bos=False),
        experiment([POSITIVE, REPEATED], {"kind": "attention", "prompt": 1}),
        experiment([REPEATED], {"kind": "attention", "size": 4}, prepend_bos=False),
        experiment(every, {"kind": "attribution", "norm": "recomputed"}),
        experiment([NEGATIVE, FEW], {"kind": "logit_lens", "prompt": 1}),
        experiment(
            [asked(EMPTY), asked(FEW)],
            {"kind": "logit_lens", "prompt": 1, "top_k": 2, "norm": "recomputed"},
        ),
        experiment(
            [without_distractor(FEW)],
            {"kind": "logit_lens", "top_k": 1, "norm": "recomputed"},
            prepend_bos=False,
        ),
        experiment(every, {"kind": "neurons", "layer": 1}),
        experiment(
            [POSITIVE, without_distractor(NEGATIVE)],
            {"kind": "neurons", "layer": 0, "prompt": 1, "top_k": 3},
            prepend_bos=False,
        ),
        experiment([EMPTY, NEGATIVE], {"kind": "position_attribution", "prompt": 1}),
        experiment([without_distractor(ACCENTED)], {"kind": "position_attribution"}, prepend_bos=False),
        experiment([WARM, DULL], {"kind": "activation_patching", "site": [*LAYER_SITES, *HEAD_SITES]}),
        experiment(
            [without_distractor(WARM)],
            {
                "kind": "activation_patching",
                "site": HEAD_SITES,
                "by_position": True,
                "direction": "corrupted_into_clean",
                "normalize": False,
            },
            prepend_bos=False,
        ),
        experiment([DULL], {"kind": "activation_patching", "site": "resid_pre", "metric": "kl"}),
        experiment([WARM], {"kind": "activation_patching", "site": "z", "metric": "probability_diff"}),
        experiment([WARM], {"kind": "activation_patching", "site": "v", "metric": "probability", "normalize": False}),
        experiment([WARM, SHORT], {"kind": "activation_patching", "site": "resid_pre"}),
        *[
            experiment([WARM, DULL], {"kind": "path_patching", "receiver": receiver, "sender": ["z", "mlp_out"]})
            for receiver in RECEIVERS
        ],
        experiment(
            [SHORT],
            {"kind": "path_patching", "receiver": RECEIVERS[1], "sender": "attn_out", "positions": ["adjective"]},
            prepend_bos=False,
        ),
        *[
            experiment([WARM, DULL], {"kind": "ablation", "site": site, "method": method})
            for site in ("z", "mlp_out")
            for method in ("zero", "mean", "resample")
        ],
        experiment([alone(WARM), alone(SHORT)], {"kind": "ablation", "site": "z", "method": "mean"}),
        experiment([alone(WARM), alone(DULL)], {"kind": "ablation", "site": "attn_out", "method": "resample"}),
        experiment([DULL], {"kind": "ablation", "site": "z", "method": "zero", "by_position": True, "normalize": True}),
        experiment([alone(FEW), alone(WARM)], {"kind": "intervene", "interventions": CHOSEN, "top_k": 2}),
        experiment([POSITIVE, REPEATED], {"kind": "detect_heads", "copying_score": True}),
        experiment(
            [REPEATED, NEGATIVE],
            {
                "kind": "detect_heads",
                "pattern": "induction_head",
                "error_measure": "abs",
                "exclude_bos": True,
            },
            prepend_bos=False,
        ),
        experiment(
            [NEGATIVE, REPEATED],
            {
                "kind": "detect_heads",
                "pattern": ["previous_token_head", "duplicate_token_head"],
                "exclude_bos": True,
                "exclude_current_token": True,
            },
        ),
        experiment([], {"kind": "head_circuit", "layer": 1, "head": 2}),
        experiment([], {"kind": "head_circuit", "layer": 0, "head": 0, "top_k": 3}),
        experiment([], {"kind": "composition"}),
        *generations(experiment),
        *attributions(experiment),
        *paths(experiment, parallel=model == "neox-parallel"),
        *neurons_ablated(experiment),
        experiment([WARM, SHORT], {"kind": "intervene", "interventions": PATCHES, "top_k": 2}),
        experiment([SHORT, DULL], {"kind": "generate", "max_tokens": 3, "interventions": PATCHES}),
    ]


def attributions(experiment):
    """Estimates of what patching does, with and without the patching itself."""
    kind = {"kind": "attribution_patching"}
    backwards = {"direction": "corrupted_into_clean", "normalize": False}
    return [
        experiment([WARM, DULL], kind | {"site": ["resid_pre", "mlp_out", "z", "pattern"]}),
        experiment(
            [without_distractor(WARM)],
            kind | {"site": ["q", "k", "v", "pattern"], "by_position": True} | backwards,
            prepend_bos=False,
        ),
        experiment([WARM], kind | {"site": ["attn_out", "z"], "compare": True}),
        experiment([DULL], kind | {"site": "resid_pre", "metric": "kl"}),
        experiment([WARM], kind | {"site": "z", "metric": "probability_diff"}),
    ]


def paths(experiment, parallel):
    """Path patching between MLPs and residual streams; what stands between attention and MLP only where there is such."""

    def to(receiver, sender, prompts=(WARM, DULL), **options):
        analysis = {"kind": "path_patching", "receiver": receiver, "sender": sender}
        return experiment(list(prompts), analysis | options)

    mlp, head = {"site": "mlp_pre", "layer": 1}, {"site": "q", "layer": 1, "head": 2}
    named = {"positions": ["adjective", "end"], "normalize": False}
    every = [
        to(mlp, ["z", "mlp_out", "resid_pre"]),
        to([mlp, head], "z", [WARM]),
        to({"site": "resid_pre", "layer": 1}, ["attn_out", "resid_pre", "resid_post"]),
        to([{"site": "resid_post", "layer": 0}, head], ["z", "mlp_out"], [DULL]),
        to({"site": "mlp_pre", "layer": 0}, "resid_pre", [SHORT], positions=["adjective"]),
        to({"site": "logits"}, ["resid_pre", "resid_post"], [SHORT], **named),
    ]
    if parallel:
        return every
    between = {"site": "resid_mid", "layer": 1}
    return [
        *every,
        to(between, ["z", "attn_out", "resid_mid", "mlp_out"]),
        to([between, {"site": "mlp_pre", "layer": 0}], ["z", "resid_mid"], [SHORT], positions=["noun"]),
        to({"site": "logits"}, "resid_mid", [WARM]),
    ]


def neurons_ablated(experiment):
    """One neuron of a layer after the other replaced."""
    kind = {"kind": "ablation", "site": "neuron"}
    return [
        experiment([WARM, DULL], kind | {"layer": 0, "method": "resample", "normalize": True}),
        experiment([alone(WARM), alone(SHORT)], kind | {"layer": 1, "method": "mean"}),
        experiment([alone(FEW)], kind | {"layer": 0, "method": "zero", "by_position": True}, prepend_bos=False),
    ]


def generations(experiment):
    """How prompts go on: greedily and drawn, plain, ablated and steered."""
    two = [asked(REPEATED), asked(FEW)]
    ablated = [
        {"site": "z", "layer": 1, "head": 2, "method": "zero"},
        {"site": "z", "layer": 0, "method": "mean"},
        {"site": "mlp_post", "layer": 0, "neuron": 5, "method": "mean"},
        {"site": "resid_post", "layer": 0, "position": 2, "method": "mean"},
    ]
    steer = {"site": "resid_pre", "layer": 1, "positive": " great film", "negative": " awful plot"}
    front = {"site": "attn_out", "layer": 0, "positive": " great film", "negative": " awful plot"}
    drawn = {"temperature": 6.0, "top_k": 40, "seed": 3}
    return [
        experiment(two, {"kind": "generate", "max_tokens": 6}),
        experiment(two, {"kind": "generate", "max_tokens": 5, "interventions": ablated}),
        experiment(
            [asked(FEW)], {"kind": "generate", "max_tokens": 5, "steer": steer | {"scale": 4.0}} | drawn
        ),
        experiment(
            [asked(FEW)],
            {"kind": "generate", "max_tokens": 4, "steer": front | {"scale": -2.5, "positions": "front"}},
            prepend_bos=False,
        ),
        experiment(
            [asked(ACCENTED)],
            {"kind": "generate", "max_tokens": 4, "steer": steer | {"positions": "generated"}}
            | {"interventions": ablated[:1], "temperature": 4.0},
        ),
    ]


def ids_of(tokenizer, text, prepend_bos):
    """The tokens of one prompt, as TransformerLens sees them with and without `prepend_bos`."""
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    return [0, *ids] if prepend_bos else ids


def single_token(tokenizer, text):
    [token] = tokenizer.encode(text, add_special_tokens=False).ids
    return token
