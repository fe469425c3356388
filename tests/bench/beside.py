"""hooklens beside TransformerLens and transformers: the same work on one machine in one run, as ratios.

    oracle/bin/python tests/bench/beside.py --hooklens target/release/hooklens --checkpoint /tmp/random-410m \\
        --rate target/release/examples/matmul_rate [SUBJECT…]

TransformerLens is the one of the Python that runs this: 2.18, or 4.3 (`peer.py`). With `--device cuda` both are on the GPU,
hooklens in the precision of `--precision` (TransformerLens in f32), and its memory is not known.

Subjects: load, forward, one (a forward of one prompt), attribution (50 prompts of 23 tokens), notebook (its 51 film
reviews), head, attention, resid_pre and z (sweeps of one pair over every cell); all of them where none is named. Each side is measured by
turns, hooklens `--repeat` times, of which the median counts; TransformerLens's sweeps are measured on `--cells` cells
and multiplied up: every cell costs it one whole forward pass.

Beside wall-clock seconds stand the processor's, of all threads, which other work on the machine changes less. The floor
is 2 × multiply-adds of unshared forward passes (of a sweep: of the layers and positions that a cell changes), logits where
they are read, over the rate of a product of 1,150 × 1,024 × 4,096, which the program `--rate` measures after each turn. Memory is the peak above the weights: anonymous memory less the bytes of all tensors in f32
for hooklens, for TransformerLens what the work adds to the loaded model.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import checkpoint
from hooklens import Server
from tokenizers import Tokenizer

SUBJECTS = ("load", "forward", "one", "attribution", "notebook", "head", "attention", "resid_pre", "z")
PROMPTS, TOKENS = 50, 23


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hooklens", required=True, help="the release binary")
    parser.add_argument("--checkpoint", required=True, type=Path, help="where the checkpoint is, or goes")
    parser.add_argument("--rate", help="the program that prints the GFLOP/s of the matrix product, for the floor")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--precision", choices=("f32", "bf16"), default="f32", help="of hooklens")
    parser.add_argument("--cells", type=int, default=12, help="of a sweep, for TransformerLens")
    parser.add_argument("--alone", action="store_true", help="without TransformerLens")
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=", ".join(SUBJECTS))
    options = parser.parse_args()
    bench = Bench(options)
    print(f"{'':12} {'hooklens':>20} {'peer':>20} {'ratio':>14} {'floor':>8} {'memory above weights':>22}")
    print(f"{'':12} {'wall s':>10}{'cpu s':>10} {'wall s':>10}{'cpu s':>10} {'wall':>7}{'cpu':>7} {'s':>8}")
    with bench:
        for subject in options.subjects or SUBJECTS:
            bench.report(subject, *bench.measure(subject))


class Bench:
    """Both programs, with the model loaded."""

    def __init__(self, options):
        self.options, folder = options, options.checkpoint.resolve()
        self.server = Server(options.hooklens, folder.parent, options.device)
        self.reviews = self.server.expand({"set": "movie-sentiment"})
        checkpoint.save(folder, [prompt["text"] for prompt in self.reviews])
        self.config = json.loads((folder / "config.json").read_text())
        self.folder, self.weights = folder, checkpoint.weight_bytes(folder)
        self.prompts = exactly(folder, PROMPTS, TOKENS)
        self.seed, self.peer, self.rates = 0, None, []

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        """Loads the model on both sides."""
        # the first answer of a program that has just started: the model is read, named and folded for it
        start = time.perf_counter()
        cpu = self.server.cpu_seconds()
        self.server.run(self.folder.name, self.prompts[:1], precision=self.options.precision)
        self.loading = {
            "seconds": time.perf_counter() - start,
            "cpu_seconds": self.server.cpu_seconds() - cpu,
            "peak": self.server.memory.take_peak() - self.weights,
        }
        if not self.options.alone:
            self.errors = tempfile.NamedTemporaryFile("w", prefix="peer-", suffix=".log", delete=False)
            command = [sys.executable, Path(__file__).parent / "peer.py", self.folder, self.options.device]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self.errors}
            self.peer = subprocess.Popen(command, text=True, **pipes)
            self.peer_loading = json.loads(self.answer())
            versions = self.peer_loading.pop("versions")
            print("beside " + ", ".join(f"{name} {version}" for name, version in versions.items()))

    def __exit__(self, *_):
        if self.peer:
            self.peer.stdin.close()
            self.peer.wait()
        self.server.__exit__()

    def measure(self, subject):
        """hooklens's cost and its peer's: the median of a few turns, and of one or two."""
        if subject == "load":
            return self.loading, self.peer and self.peer_loading
        prompts, analysis, request = self.work(subject)
        ours, theirs, self.rates = [], [], []
        for turn in range(self.options.repeat):
            ours.append(self.ours(prompts, analysis))
            if self.options.rate:
                self.rates.append(float(subprocess.check_output([self.options.rate])))
            if self.peer and turn < self.turns(subject):
                theirs.append(self.theirs(request))
        scale = request.get("scale", 1)
        return median(ours), theirs and {key: value * (1 if key == "peak" else scale) for key, value in median(theirs).items()}

    def turns(self, subject):
        """Of the peer: its first on a GPU also sets that up, so it is the median of three."""
        if self.options.device == "cuda":
            return 3
        return 2 if subject in ("one", "forward") else 1

    def work(self, subject):
        """The prompts, hooklens's analysis and the peer's request."""
        pair = {"text": self.prompts[0]["text"], "corrupted": self.prompts[1]["text"]} | ends()
        sweep = {"kind": "activation_patching", "site": subject}
        heads = {"kind": "head", "layer": min(10, self.config["num_hidden_layers"] - 1), "head": 3}
        prompts, analysis = {
            "forward": (self.prompts, {"kind": "prompt_test"}),
            "one": (self.prompts[:1], {"kind": "prompt_test"}),
            "attribution": (self.prompts, {"kind": "attribution"}),
            "notebook": (self.reviews, {"kind": "attribution"}),
            "head": (self.prompts, heads),
            "attention": (self.prompts[:1], {"kind": "attention"}),
            "resid_pre": ([pair], sweep),
            "z": ([pair], sweep),
        }[subject]
        what = {"one": "transformers", "notebook": "attribution"}.get(subject, subject)
        request = {"what": what, "layer": heads["layer"], "head": heads["head"]}
        started = self.server.run(self.folder.name, fresh(prompts, "look"), {"kind": "prompt_test"})[0]
        request["prompts"] = started["prompts"]
        if "corrupted" in prompts[0]:
            both = [{"text": pair[run]} | ends() for run in ("text", "corrupted")]
            clean, corrupted = self.server.run(self.folder.name, both, {"kind": "prompt_test"})[0]["prompts"]
            layers, second = self.config["num_hidden_layers"], self.config["num_attention_heads"]
            cells = layers * (len(clean["ids"]) if subject == "resid_pre" else second)
            request |= {"clean": clean["ids"], "corrupted": corrupted["ids"], "cells": self.options.cells}
            request |= {key: clean[key] for key in ("answer_id", "distractor_id")}
            request["scale"] = cells / self.options.cells
        return prompts, analysis, request

    def ours(self, prompts, analysis):
        self.seed += 1
        self.server.memory.take_peak()
        cpu = self.server.cpu_seconds()
        events = self.server.run(self.folder.name, fresh(prompts, self.seed), analysis, self.options.precision)
        return {
            "seconds": events[-1]["elapsed_ms"] / 1e3,
            "cpu_seconds": self.server.cpu_seconds() - cpu,
            "peak": self.server.memory.take_peak() - self.weights,
        }

    def theirs(self, request):
        print(json.dumps(request), file=self.peer.stdin, flush=True)
        return json.loads(self.answer())

    def answer(self):
        """The peer's next line."""
        line = self.peer.stdout.readline()
        if not line:
            raise SystemExit(f"peer.py ended with {self.peer.wait()}; its errors: {self.errors.name}")
        return line

    def report(self, subject, ours, theirs):
        line = f"{subject:12} {ours['seconds']:10.3f}{ours['cpu_seconds']:10.3f} "
        if theirs:
            ratios = [theirs[key] / max(ours[key], 1e-3) for key in ("seconds", "cpu_seconds")]
            line += f"{theirs['seconds']:10.3f}{theirs['cpu_seconds']:10.3f} {ratios[0]:7.1f}{ratios[1]:7.1f} "
        floor = self.floor(subject)
        line += f"{floor:8.2f}" if floor else f"{'':8}"
        line += f" {ours['peak'] / 1e6:10,.0f}" + (f"{theirs['peak'] / 1e6:10,.0f} MB" if theirs else " MB")
        print(line, flush=True)

    def floor(self, subject):
        """Seconds of the forward passes at the rate of the matrix product: unshared ones; of a sweep, what follows a cell."""
        c = self.config
        d, layers, heads = c["hidden_size"], c["num_hidden_layers"], c["num_attention_heads"]
        # a cell changes later layers, and of one position later positions
        resid_pre = (layers + 1) / 2 * (TOKENS + 1) / 2
        passes = {"forward": PROMPTS, "one": 1, "attribution": PROMPTS, "notebook": len(self.reviews)}
        passes |= {"resid_pre": resid_pre, "z": (layers - 1) / 2 * heads}
        read = passes | {"resid_pre": layers * TOKENS, "z": layers * heads}
        if subject not in passes or not self.rates:
            return None
        weights = layers * (4 * d * d + 2 * d * c["intermediate_size"])
        mixing = layers * TOKENS * d  # half of the keys, for scores and for values
        products = passes[subject] * TOKENS * (weights + mixing) + read[subject] * d * c["vocab_size"]
        return 2 * products / statistics.median(self.rates) / 1e9


def ends():
    return {"answer": " great", "distractor": " awful"}


def fresh(prompts, seed):
    """The same prompts under another group's name: another experiment, whose result is not known already."""
    return [prompt | {"group": f"{prompt.get('group', '')} {seed}"} for prompt in prompts]


def median(costs):
    return {key: statistics.median(cost[key] for cost in costs) for key in costs[0]}


def exactly(folder, prompts, tokens):
    """Random prompts of so many tokens, the BOS among them, that begin with different words."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    words = [" " + word[1:] for word in sorted(tokenizer.get_vocab()) if word[0] == "Ġ" and word[1:].isalpha()]
    words = [word for word in words if len(tokenizer.encode(word).ids) == 1]
    chance = random.Random(0)
    return [{"text": "".join(chance.choices(words, k=tokens - 1))} | ends() for _ in range(prompts)]


if __name__ == "__main__":
    main()
