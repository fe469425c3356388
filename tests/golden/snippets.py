"""The figures of an experiment, made by the very Python that hooklens hands to its users.

`hooklens snippet` writes it; here it is run, and what it leaves in `values` becomes a figure as hooklens's wire
format has it, its title left empty. Where an axis is tokens, the labels are ids.
"""

import contextlib
import hashlib
import io
import json
import os
import subprocess
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
CHECKPOINTS = HERE / "checkpoints"
PIECES = HERE.parent.parent / "model/src/snippet/python"
HOOKLENS = os.environ.get("HOOKLENS", str(HERE.parent.parent / "target/debug/hooklens"))


# columns of tables that hold tokens, as hooklens has them (`TOKEN_COLUMNS`)
TOKENS = ("token", "source_token", "output_token", "query_token", "key_token")


def numbers(array):
    """Nine significant digits: every f32 survives."""
    return [None if np.isnan(x) else float(f"{x:.9g}") for x in np.asarray(array, dtype=float).ravel()]


def snippets_of(experiment):
    """Every figure's name, prompt, kind and code; the experiment's model is a folder below `checkpoints`."""
    command = [HOOKLENS, "snippet", "-", "--json"]
    written = subprocess.run(
        command, input=json.dumps(experiment), cwd=CHECKPOINTS, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(written.stdout)


def run(code):
    """What a snippet leaves behind."""
    namespace = {"__name__": "snippet"}
    before = os.getcwd()
    os.chdir(CHECKPOINTS)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(code, "snippet", "exec"), namespace)
    finally:
        os.chdir(before)
    return namespace


def labels(namespace, index):
    """Words of the shown prompt's tokens as ids, which goldens are written in; others as they are."""
    if list(index) != namespace.get("words"):
        return list(index)
    return [str(token) for token in namespace["ids_of"](namespace["prompt"]["text"])]


def shape(kind, namespace):
    """The fields of a figure of this kind."""
    values = namespace["values"]
    if kind == "line":
        series = [{"name": name, "y": numbers(values[name])} for name in values]
        return {"x": labels(namespace, values.index), "series": series}
    if kind == "scatter":
        (x_title, x), (y_title, y) = values.items()
        return {"x": numbers(x), "y": numbers(y), "labels": list(values.index), "x_title": x_title, "y_title": y_title}
    if kind == "heatmap":
        rows, columns = (labels(namespace, axis) for axis in (values.index, values.columns))
        return {"rows": rows, "columns": columns, "values": numbers(values)}
    if kind == "scalars":
        return {"values": {name: numbers([values[name]])[0] for name in values.index}}
    if kind == "tensor":
        return {"axes": namespace["axes"], "shape": list(values.shape), "values": numbers(values)}
    assert kind == "table", kind
    return {"columns": list(values.columns), "rows": [row(*named) for named in values.iterrows()]}


def row(index, cells):
    """A row of a table; where cells are tokens, their ids are the row's index."""
    tokens = iter(index if isinstance(index, tuple) else [index])

    def plain(name, cell):
        if name in TOKENS:
            return int(next(tokens))
        return cell if isinstance(cell, str) else numbers([cell])[0]

    return [plain(name, cell) for name, cell in cells.items()]


def figure(snippet):
    fields = shape(snippet["kind"], run(snippet["code"]))
    key = {"title": "", "name": snippet["name"], "kind": snippet["kind"]}
    return key | {name: snippet[name] for name in ("prompt",) if name in snippet} | fields


def figures_of(experiment):
    """Every figure of an experiment; there is none that says nothing."""
    figures = [figure(snippet) for snippet in snippets_of(experiment)]
    assert figures, f"no program makes a figure of {experiment['analysis']}"
    for made in figures:
        assert says_something(made) or made["name"] == "text", f"{made['name']} is empty or zero: {experiment['analysis']}"
        check_order(made)
    return figures


def says_something(value):
    """Whether a number in it is not zero: an expectation of zeros would be met by doing nothing."""
    if isinstance(value, dict | list):
        return any(map(says_something, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and value != 0


def check_order(figure):
    """Refuses a table of ranked tokens in which rounding could swap two rows."""
    columns = figure.get("columns", [])
    if "logit" not in columns or figure["name"].endswith("_tokens") and "rank" not in columns:
        return
    logit = columns.index("logit")
    largest = max(abs(row[logit]) for row in figure["rows"])
    for before, after in zip(figure["rows"], figure["rows"][1:], strict=False):
        if "rank" in columns and after[columns.index("rank")] == 0:
            continue  # the next ranking begins
        gap = abs(before[logit] - after[logit])
        assert gap > 1e-6 * largest, f"{figure['name']}: a tie between {before} and {after}"


def pieces_of(experiments):
    """The pieces that the programs of these experiments are put together from."""
    programs = [snippet["code"] for experiment in experiments for snippet in snippets_of(experiment)]
    named = {str(file.relative_to(PIECES)): file.read_text().strip() for file in PIECES.rglob("*.py")}
    return {name for name, text in named.items() if any(text in program for program in programs)}


def hashes():
    """Each piece of Python that snippets are put together from, by its content: a test compares."""
    files = sorted(PIECES.rglob("*.py"))
    return {str(file.relative_to(PIECES)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
