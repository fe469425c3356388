"""The figures of `attribution` and `head`, from TransformerLens's own functions where it has them.

Values are kept per prompt in f64 and averaged last.
"""

import numpy as np

from runs import norm_parameters
from wire import heatmap, line, masked, scalars, top


def standard_error(values):
    count = len(values)
    return values.std(0, ddof=1) / count**0.5 if count > 1 else np.full(values.shape[1:], np.nan)


def members(prompts):
    """Group name -> numbers of its prompts."""
    names = {p.group for p in prompts if p.group is not None}
    return {name: [i for i, p in enumerate(prompts) if p.group == name] for name in sorted(names)}


def averaged_line(name, labels, values, prompts, per_prompt):
    """Values `[prompt, label]` as the series every line of `attribution` has."""
    series = [("mean", values.mean(0)), ("stderr", standard_error(values))]
    series += [(f"group:{group}", values[rows].mean(0)) for group, rows in members(prompts).items()]
    series += [(f"prompt:{i}", row) for i, row in enumerate(values) if per_prompt]
    return line(name, labels, series)


def attribution(prompts, options):
    per_prompt = options.get("per_prompt", False)
    diffs = np.array([p.logit_diff for p in prompts])
    norm = options.get("norm", "cached")
    lens, lens_labels = np.array([p.lens(norm)[0] for p in prompts]), prompts[0].lens()[1]
    layers, layer_labels = np.array([p.layers()[0] for p in prompts]), prompts[0].layers()[1]
    heads = np.array([p.heads() for p in prompts])
    biases = np.array([p.biases() for p in prompts])
    sums = layers.sum(1)
    embeddings = sum("embed" in label for label in layer_labels)
    assert np.abs(sums - diffs).max() < 1e-4, "the parts do not add up to the whole"

    rows, columns = (
        [f"{letter}{i}" for i in range(n)] for letter, n in zip("LH", heads.shape[1:], strict=True)
    )
    figures = [
        line("logit_diff", map(str, range(len(prompts))), [("logit_diff", diffs)]),
        scalars(
            "summary",
            mean_logit_diff=diffs.mean(),
            stderr_logit_diff=standard_error(diffs[:, None])[0],
            attributed=sums.mean(),
            residual_error=np.abs(sums - diffs).max(),
            embed=layers[:, :embeddings].sum(1).mean(),
            heads=heads.sum((1, 2)).mean(),
            mlps=layers[:, embeddings + 1 : -1 : 2].sum(1).mean(),
            biases=(biases.sum(1) + layers[:, -1]).mean(),
        ),
        averaged_line("logit_lens", lens_labels, lens, prompts, per_prompt),
        averaged_line("layer_attribution", layer_labels, layers, prompts, per_prompt),
        averaged_line(
            "bias_attribution", [f"{i}_b_O" for i in range(biases.shape[1])], biases, prompts, per_prompt
        ),
        heatmap("head_attribution", rows, columns, heads.mean(0)),
    ]
    figures += [
        heatmap(f"head_attribution:{group}", rows, columns, heads[chosen].mean(0))
        for group, chosen in members(prompts).items()
    ]
    return figures


def by_source(run, layer, head):
    """What a head moves from each token to the last one's logit difference."""
    written = run.cache["v", layer][0, :, head] @ run.model.W_O[layer, head]
    return run.attribute((run.cache["pattern", layer][0, head, -1][:, None] * written)[:, None])


def head(prompts, options):
    layer, number = options["layer"], options["head"]
    shown = prompts[options.get("prompt", 0)]
    model, cache = shown.model, shown.cache
    pattern = cache["pattern", layer][0, number]
    written = cache["v", layer][0, :, number] @ model.W_O[layer, number]  # v W_O: [key, d_model]
    sources = by_source(shown, layer, number)
    own = np.array([p.heads()[layer, number] for p in prompts])
    assert abs(sources.sum() - own[options.get("prompt", 0)]) < 1e-4

    direct = shown.scaled(cache["result", layer][:, -1:, number])[0]
    logits = (direct * norm_parameters(model)[0]) @ model.W_U
    logits -= logits.mean()  # softmax does not see it, and folded weights have none
    labels = [str(i) for i in shown.ids]
    return [
        heatmap("pattern", labels, labels, masked(pattern)),
        heatmap("value_weighted", labels, labels, masked(pattern * written.norm(dim=-1))),
        line("source_attribution", labels, [("attribution", sources)]),
        top("promoted", logits, 1),
        top("suppressed", logits, -1),
        line("per_prompt", map(str, range(len(prompts))), [("attribution", own)]),
        scalars(
            "summary",
            attribution=own[options.get("prompt", 0)],
            mean_attribution=own.mean(),
            stderr_attribution=standard_error(own[:, None])[0],
        ),
    ]
