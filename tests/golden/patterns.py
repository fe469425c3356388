"""The figures of `attention`: TransformerLens's patterns, and its `detect_head`."""

from unittest import mock

import torch
from transformer_lens.head_detector import detect_head

from wire import masked, numbers, table, tensor

HEADS = ["previous_token_head", "duplicate_token_head", "induction_head"]


def attention(prompts, options):
    number = options.get("prompt", 0)
    run = prompts[number]
    # [layer, head, query, key]
    patterns = torch.stack([run.cache["pattern", layer][0] for layer in range(run.model.cfg.n_layers)])
    axes = ["layer", "head", "query", "key"]
    figures = [tensor("attention", axes, pooled(masked(patterns), options.get("size"))), scores(run, patterns)]
    return [{"prompt": number, **figure} for figure in figures]


def pooled(patterns, size):
    """The largest attention of each block, in `size` runs of the tokens."""
    n = patterns.shape[-1]
    if size is None or size >= n:
        return patterns
    runs = [slice(i * n // size, (i + 1) * n // size) for i in range(size)]
    none = torch.nan_to_num(patterns, -1.0)
    rows = [torch.stack([none[..., q, k].amax((-2, -1)) for k in runs], -1) for q in runs]
    return masked(torch.stack(rows, -2))


def scores(run, patterns):
    """One row a head."""
    cache = {("pattern", layer, "attn"): pattern for layer, pattern in enumerate(patterns)}
    # it tokenizes the text itself
    with mock.patch.object(run.model, "to_tokens", lambda _: torch.tensor([run.ids])):
        found = [detect_head(run.model, run.prompt["text"], name, cache=cache) for name in HEADS]
    assert all(score.max() > 0.01 for score in found), "the prompt shows no such head"
    n = patterns.shape[-1]
    gaps = (torch.arange(n)[:, None] - torch.arange(n)).tril()
    found += [
        torch.special.entr(patterns).sum(-1).mean(-1),
        patterns[..., 0].mean(-1),
        (patterns * gaps).sum(-1).mean(-1),
    ]
    rows = [
        [layer, head, *numbers([score[layer, head] for score in found])]
        for layer in range(patterns.shape[0])
        for head in range(patterns.shape[1])
    ]
    return table("attention_scores", ["layer", "head", *HEADS, "entropy", "first_token", "distance"], rows)
