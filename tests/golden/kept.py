"""What is committed stays as it is where a run on another machine differs by rounding only."""

import json

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file
from safetensors.torch import save_file

# relative to the largest number beside it: half of what the tests allow
ROUNDING = 5e-5


def same(old, new):
    """Whether two values out of JSON say the same: numbers measured against the largest of their list or object, what has
    a name in any order."""
    if isinstance(new, list | dict):
        return type(old) is type(new) and same_members(old, new)
    if is_number(old) and is_number(new):
        return abs(old - new) <= ROUNDING * max(abs(old), abs(new), 1e-3)
    return type(old) is type(new) and old == new


def same_members(old, new):
    if isinstance(new, dict):
        if old.keys() != new.keys():
            return False
        old, new = list(old.values()), [new[key] for key in old]
    if len(old) != len(new):
        return False
    old, new = in_order(old), in_order(new)
    pairs = list(zip(old, new, strict=True))
    numbers = [pair for pair in pairs if all(map(is_number, pair))]
    scale = max((abs(value) for pair in numbers for value in pair), default=0)
    return all(
        abs(a - b) <= ROUNDING * scale if is_number(a) and is_number(b) else same(a, b) for a, b in pairs
    )


def in_order(values):
    named = values and all(isinstance(value, dict) and "name" in value for value in values)
    return sorted(values, key=lambda value: (value["name"], value.get("prompt", 0))) if named else values


def is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def read(path):
    """A committed JSON file; nothing where there is none."""
    return json.loads(path.read_text()) if path.is_file() else None


def write(path, text):
    """Writes a text unless it stands there; says so where it writes."""
    if not path.is_file() or path.read_text() != text:
        path.write_text(text)
        print(f"  wrote {path.name}")


def save_tensors(tensors, path):
    """Writes tensors unless the same stand there."""
    try:
        old = load_file(path)
    except (OSError, SafetensorError):
        old = {}
    if old.keys() == tensors.keys() and all(close(old[name], tensors[name].numpy()) for name in old):
        return
    save_file(tensors, path)
    print(f"  wrote {path.name}")


def close(old, new):
    """Equal up to rounding; masked values are masked in both."""
    if old.shape != new.shape:
        return False
    finite = np.abs(new[np.isfinite(new)])
    scale = finite.max() if finite.size else 0
    return np.allclose(old, new, rtol=0, atol=ROUNDING * scale, equal_nan=True)
