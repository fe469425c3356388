"""The figures of `attribution` and `head`, from TransformerLens's own functions where it has them.

A figure is written as hooklens's wire format has it, its title left empty. Values are kept per prompt in f64 and
averaged last.
"""

import numpy as np
import torch

import experiments


class Run:
    """One prompt, run alone: its tokens and its cache."""

    def __init__(self, models, tokenizer, prompt, prepend_bos):
        self.model, self.hf_model = models
        self.tokenizer, self.prompt = tokenizer, prompt
        self.ids = experiments.ids_of(tokenizer, prompt["text"], prepend_bos)
        self.group = prompt.get("group")
        logits, self.cache = self.model.run_with_cache(torch.tensor([self.ids]))
        self.logits = logits[0]


class Prompt(Run):
    """A run whose answer is asked about: the direction of the question in the residual stream.

    After folding, the direction of a token is its W_U column, and the bias is b_U. Weights that are not folded
    have a norm with parameters between the residual stream and W_U; folding those into direction and bias is
    what keeps the parts adding up to the whole.
    """

    def __init__(self, models, tokenizer, prompt, prepend_bos):
        super().__init__(models, tokenizer, prompt, prepend_bos)
        model, logits = self.model, self.logits[-1]
        answer = experiments.single_token(tokenizer, prompt["answer"])
        column, bias = model.tokens_to_residual_directions(torch.tensor(answer)), model.b_U[answer]
        if "distractor" in prompt:
            other = experiments.single_token(tokenizer, prompt["distractor"])
            column = column - model.tokens_to_residual_directions(torch.tensor(other))
            bias, self.logit_diff = bias - model.b_U[other], logits[answer] - logits[other]
        else:
            column = column - model.W_U.mean(-1)
            bias, self.logit_diff = bias - model.b_U.mean(), logits[answer] - logits.mean()
        self.logit_diff = self.logit_diff.item()
        weight, norm_bias = norm_parameters(model)
        self.direction = weight * column
        self.bias = (bias + norm_bias @ column).item()

    def scaled(self, stack):
        """Components `[n, 1, d_model]` at the last position, centred, divided by the cached final scale."""
        return self.cache.apply_ln_to_stack(stack, layer=-1, pos_slice=-1)[:, 0]

    def attribute(self, stack):
        return (self.scaled(stack) @ self.direction).double().numpy()

    def lens(self):
        mid = not self.model.cfg.parallel_attn_mlp
        stack, labels = self.cache.accumulated_resid(layer=-1, incl_mid=mid, pos_slice=-1, return_labels=True)
        return self.attribute(stack), labels

    def layers(self):
        stack, labels = self.cache.decompose_resid(layer=-1, pos_slice=-1, return_labels=True)
        return np.append(self.attribute(stack), self.bias), [*labels, "bias"]

    def heads(self):
        stack = self.cache.stack_head_results(layer=-1, pos_slice=-1)
        return self.attribute(stack).reshape(self.model.cfg.n_layers, -1)

    def biases(self):
        return self.attribute(self.model.b_O[:, None])


def norm_parameters(model):
    norm = model.ln_final
    return (
        (norm.w, norm.b)
        if hasattr(norm, "w")
        else (torch.ones(model.cfg.d_model), torch.zeros(model.cfg.d_model))
    )


def numbers(array):
    """Nine significant digits: every f32 survives."""
    return [None if np.isnan(x) else float(f"{x:.9g}") for x in np.asarray(array, dtype=float).ravel()]


def standard_error(values):
    count = len(values)
    return values.std(0, ddof=1) / count**0.5 if count > 1 else np.full(values.shape[1:], np.nan)


def members(prompts):
    """Group name -> numbers of its prompts."""
    names = {p.group for p in prompts if p.group is not None}
    return {name: [i for i, p in enumerate(prompts) if p.group == name] for name in sorted(names)}


def line(name, labels, series):
    return {
        "name": name,
        "kind": "line",
        "x": list(labels),
        "series": [{"name": n, "y": numbers(y)} for n, y in series],
    }


def averaged_line(name, labels, values, prompts, per_prompt):
    """Values `[prompt, label]` as the series every line of `attribution` has."""
    series = [("mean", values.mean(0)), ("stderr", standard_error(values))]
    series += [(f"group:{group}", values[rows].mean(0)) for group, rows in members(prompts).items()]
    series += [(f"prompt:{i}", row) for i, row in enumerate(values) if per_prompt]
    return line(name, labels, series)


def heatmap(name, rows, columns, values):
    return {"name": name, "kind": "heatmap", "rows": rows, "columns": columns, "values": numbers(values)}


def scalars(name, **values):
    return {"name": name, "kind": "scalars", "values": {key: numbers([x])[0] for key, x in values.items()}}


def attribution(prompts, options):
    per_prompt = options.get("per_prompt", False)
    diffs = np.array([p.logit_diff for p in prompts])
    lens, lens_labels = np.array([p.lens()[0] for p in prompts]), prompts[0].lens()[1]
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


def head(prompts, options):
    layer, number = options["layer"], options["head"]
    shown = prompts[options.get("prompt", 0)]
    model, cache = shown.model, shown.cache
    pattern = cache["pattern", layer][0, number]
    written = cache["v", layer][0, :, number] @ model.W_O[layer, number]  # v W_O: [key, d_model]
    sources = shown.attribute((pattern[-1][:, None] * written)[:, None])
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


def masked(square):
    """Keys after the query are null."""
    return torch.where(torch.ones_like(square).tril().bool(), square, torch.nan)


def top(name, logits, sign, count=10, gap=1e-4):
    """The ids with the largest (for `sign` -1, smallest) logits, which clear gaps must tell apart."""
    values, ids = torch.sort(logits * sign, descending=True)
    assert (values[:count] - values[1 : count + 1]).min() > gap * values.abs().max(), f"{name}: a tie"
    rows = [
        [int(i), numbers([sign * v])[0]] for i, v in zip(ids[:count], values[:count].tolist(), strict=True)
    ]
    return {"name": name, "kind": "table", "columns": ["token", "logit"], "rows": rows}


def prompt_test(prompts, options):
    figures = []
    for number, run in enumerate(prompts):
        [at_end] = predictions(run, run.ids, 1)
        shown = [next_tokens(at_end, options.get("top_k", 10))]
        shown += [f for role in ("answer", "distractor") for f in continuation(run, role)]
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


# what a prompt is run as, and what makes the figures of all
KINDS = {"attribution": (Prompt, attribution), "head": (Prompt, head), "prompt_test": (Run, prompt_test)}


def figures_of(models, tokenizer, experiment):
    """What `experiment` must give: the tokens of its prompts, and its figures.

    `models` are the checkpoint in TransformerLens and in transformers.
    """
    analysis, bos = experiment["analysis"], experiment.get("prepend_bos", True)
    run, kind = KINDS[analysis["kind"]]
    prompts = [run(models, tokenizer, prompt, bos) for prompt in experiment["prompts"]]
    figures = kind(prompts, analysis)
    return {"ids": [p.ids for p in prompts], "figures": [{"title": "", **figure} for figure in figures]}
