"""The figures of `neurons` and `position_attribution`: finer parts of the same attribution."""

import numpy as np
import torch

from figures import averaged_line, by_source
from runs import norm_parameters
from wire import heatmap, line, numbers, scalars, table, tensor, top


def neurons(prompts, options):
    layer, chosen = options["layer"], options.get("prompt")
    if chosen is not None:
        prompts = [prompts[chosen]]
    model = prompts[0].model
    stacks = [p.cache.stack_neuron_results(layer + 1, pos_slice=-1, return_labels=True) for p in prompts]
    labels = stacks[0][1][-model.cfg.d_mlp :]
    values = np.array([p.attribute(s[-model.cfg.d_mlp :]) for p, (s, _) in zip(prompts, stacks, strict=True)])
    whole = np.array([p.attribute(p.cache["mlp_out", layer][:, -1][None])[0] for p in prompts])
    bias = np.array([p.attribute(model.b_out[layer][None, None])[0] for p in prompts])
    activations = np.array([p.cache["post", layer][0, -1].double().numpy() for p in prompts]).mean(0)
    residual = np.abs(whole - values.sum(1) - bias)
    assert residual.max() < 1e-4, "the neurons do not add up to the MLP"

    mean = values.mean(0)
    # an order that clear gaps tell
    count = options.get("top_k", 10)
    shown = [int(i) for i, _ in top("neurons", torch.tensor(abs(mean)), 1, count, gap=1e-5)["rows"]]
    figures = [
        scalars(
            "summary",
            mlp_out=whole.mean(),
            neurons=values.sum(1).mean(),
            shown=values[:, shown].sum(1).mean(),
            b_out=bias.mean(),
            residual_error=residual.max(),
        ),
        averaged_line("neuron_attribution", labels, values, prompts, False),
        table(
            "neurons",
            ["neuron", "attribution", "activation"],
            [[labels[i], *numbers([mean[i], activations[i]])] for i in shown],
        ),
        written("promoted", model, layer, labels, shown, 1),
        written("suppressed", model, layer, labels, shown, -1),
    ]
    return figures if chosen is None else [{"prompt": chosen, **figure} for figure in figures]


def written(name, model, layer, labels, shown, sign):
    """What a unit of each neuron adds to the logits, before the final norm's scale and less the mean."""
    rows = []
    for i in shown:
        direction = model.W_out[layer, i] - model.W_out[layer, i].mean()
        logits = (direction * norm_parameters(model)[0]) @ model.W_U
        logits -= logits.mean()
        tokens = top(name, logits, sign, gap=1e-6)["rows"]
        rows += [[labels[i], rank, *row] for rank, row in enumerate(tokens)]
    return table(name, ["neuron", "rank", "token", "logit"], rows)


def position_attribution(prompts, options):
    number = options.get("prompt", 0)
    run = prompts[number]
    model, n = run.model, len(run.ids)
    components, labels = run.layers()
    biases = run.biases()
    # [layer, head, source]
    moved = np.array([[by_source(run, i, h) for h in range(model.cfg.n_heads)] for i in range(len(biases))])
    assert np.abs(moved.sum(-1) - run.heads()).max() < 1e-4, "sources do not add up to heads"
    rows = []
    for label, value in zip(labels[:-1], components[:-1], strict=True):
        at_last = np.full(n, np.nan)
        at_last[-1] = value
        layer = label.removesuffix("_attn_out")
        rows.append((f"{layer}_heads", moved[int(layer)].sum(0)) if label != layer else (label, at_last))
    cells = np.array([row for _, row in rows])
    totals = np.nansum(cells, 0)
    rest = biases.sum() + run.bias
    error = abs(run.logit_diff - totals.sum() - rest)
    assert error < 1e-4, "the parts do not add up to the whole"
    tokens = [str(i) for i in run.ids]
    figures = [
        scalars(
            "summary",
            logit_diff=run.logit_diff,
            by_position=totals.sum(),
            biases=rest,
            residual_error=error,
        ),
        heatmap("position_attribution", [label for label, _ in rows], tokens, cells),
        line("source_attribution", tokens, [("attribution", totals)]),
        tensor("head_position_attribution", ["layer", "head", "source"], moved),
        line("bias_attribution", [f"{i}_b_O" for i in range(len(biases))], [("attribution", biases)]),
    ]
    return [{"prompt": number, **figure} for figure in figures]
