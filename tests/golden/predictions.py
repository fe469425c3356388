"""The figures of `prompt_test` and `logit_lens`: what comes next, by transformers' logits and TransformerLens's probabilities."""

import numpy as np
import torch

from experiments import single_token
from runs import norm_parameters
from wire import heatmap, line, numbers, scalars, table, top


ROLES = ("answer", "distractor")


def prompt_test(prompts, options):
    figures = []
    for number, run in enumerate(prompts):
        [at_end] = predictions(run, run.ids, 1)
        shown = [next_tokens(at_end, options.get("top_k", 10))]
        shown += [f for role in ROLES for f in continuation(run, role)]
        figures += [{"prompt": number, **figure} for figure in shown]
    return figures


def predictions(run, ids, count):
    """At the last `count` positions of `ids`: (logits of transformers, probabilities of TransformerLens)."""
    tokens = torch.tensor([ids])
    logits, ours = run.hf_model(tokens).logits[0, -count:], run.model(tokens)[0, -count:]
    return list(zip(logits, ours.softmax(-1), strict=True))


def next_tokens(prediction, top_k):
    logits, probabilities = prediction
    ranked = top("prompt_test", logits, 1, top_k, gap=1e-5)["rows"]
    rows = [[r, i, logit, numbers([probabilities[i]])[0]] for r, (i, logit) in enumerate(ranked)]
    return {
        "name": "prompt_test",
        "kind": "table",
        "columns": ["rank", "token", "logit", "probability"],
        "rows": rows,
    }


def continuation(run, role):
    """As `transformer_lens.utils.test_prompt` reads an answer: a space before it, each token at its position."""
    if role not in run.prompt:
        return []
    text = run.prompt[role]
    ids = run.tokenizer.encode(text if text.startswith(" ") else " " + text, add_special_tokens=False).ids
    rows = []
    for token, (logits, probabilities) in zip(
        ids, predictions(run, [*run.ids, *ids[:-1]], len(ids)), strict=True
    ):
        rank = probabilities.sort(descending=True).indices.tolist().index(token)
        rows.append([token, rank, *numbers([logits[token], probabilities[token]])])
    _, rank, logit, probability = rows[0]
    joint = np.prod([row[3] for row in rows])
    return [
        scalars(
            role,
            rank=rank,
            logit=logit,
            probability=probability,
            tokens=len(ids),
            joint_probability=joint,
        ),
        {
            "name": f"{role}_tokens",
            "kind": "table",
            "columns": ["token", "rank", "logit", "probability"],
            "rows": rows,
        },
    ]


def logit_lens(prompts, options):
    number = options.get("prompt", 0)
    run = prompts[number]
    # each [entry, position, d_vocab]
    logits, probabilities, entries = lens(run, options.get("norm", "cached"))
    rows = []
    for entry, label in enumerate(entries):
        for position in range(len(run.ids)):
            at = (logits[entry, position], probabilities[entry, position])
            shown = next_tokens(at, options.get("top_k", 5))["rows"]
            rows += [[label, position, *row] for row in shown]
    labels = [str(i) for i in run.ids]
    columns = ["entry", "position", "rank", "token", "logit", "probability"]
    figures = [
        heatmap("top_probability", entries, labels, probabilities.amax(-1)),
        table("top_tokens", columns, rows),
    ]
    tokens = {role: single_token(run.tokenizer, run.prompt[role]) for role in ROLES if role in run.prompt}
    if tokens:
        at_end = [("logit", logits[:, -1]), ("probability", probabilities[:, -1])]
        figures.append(heatmap("answer_rank", entries, labels, ranks(logits, tokens["answer"])))
        figures += [
            line(f"answer_{what}", entries, [(role, values[:, token]) for role, token in tokens.items()])
            for what, values in at_end
        ]
    return [{"prompt": number, **figure} for figure in figures]


def lens(run, norm):
    """Logits by transformers' final norm and unembedding, probabilities by TransformerLens's."""
    stack, entries = run.residuals()
    if norm == "recomputed":
        normalized = run.residuals(apply_ln=True)[0]
    else:
        weight, bias = norm_parameters(run.model)
        normalized = run.cache.apply_ln_to_stack(stack, layer=-1) * weight + bias
    probabilities = run.model.unembed(normalized)[:, 0].softmax(-1)

    theirs = getattr(run.hf_model.base_model, "final_layer_norm", None) or run.hf_model.base_model.ln_f
    at = stack if norm == "recomputed" else stack[-1:]
    centred = stack - stack.mean(-1, keepdim=True)
    scale = (at.var(-1, keepdim=True, correction=0) + theirs.eps).sqrt()
    logits = run.hf_model.get_output_embeddings()(centred / scale * theirs.weight + theirs.bias)[:, 0]
    assert (logits.softmax(-1) - probabilities).abs().max() < 1e-5, "two oracles"
    return logits, probabilities, entries


def ranks(logits, token):
    """How many tokens come before it, which clear gaps must tell."""
    gaps = logits - logits[..., token : token + 1]
    gaps[..., token] = torch.inf
    assert gaps.abs().min() > 1e-5 * logits.abs().max(), "a tie with the answer"
    gaps[..., token] = 0
    return (gaps > 0).sum(-1)
