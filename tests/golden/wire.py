"""Figures as hooklens's wire format has them, titles left out."""

import numpy as np
import torch


def numbers(array):
    """Nine significant digits: every f32 survives."""
    return [None if np.isnan(x) else float(f"{x:.9g}") for x in np.asarray(array, dtype=float).ravel()]


def line(name, labels, series):
    return {
        "name": name,
        "kind": "line",
        "x": list(labels),
        "series": [{"name": n, "y": numbers(y)} for n, y in series],
    }


def heatmap(name, rows, columns, values):
    return {"name": name, "kind": "heatmap", "rows": rows, "columns": columns, "values": numbers(values)}


def scalars(name, **values):
    return {"name": name, "kind": "scalars", "values": {key: numbers([x])[0] for key, x in values.items()}}


def tensor(name, axes, values):
    shape = list(values.shape)
    return {"name": name, "kind": "tensor", "axes": axes, "shape": shape, "values": numbers(values)}


def table(name, columns, rows):
    return {"name": name, "kind": "table", "columns": columns, "rows": rows}


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
    return table(name, ["token", "logit"], rows)
