"""How hooklens's cost grows: seconds and memory of an attribution over prompts, tokens and the model's size.

    oracle/bin/python tests/bench/growth.py --hooklens target/release/hooklens --checkpoints /tmp/random

One thing grows at a time, from 16 prompts of 64 tokens on a model of 70 million parameters (the embedding counted; random
weights in Pythia's shapes, made on the first run). A row is the least of `--repeat` runs. The exponent is the slope between
neighbours, d log(seconds) / d log(what grows): about 1 is linear, and a jump would be a cliff. Memory is the peak above the
weights in f32.
"""

import argparse
import math
from pathlib import Path

import checkpoint
from beside import exactly, fresh
from hooklens import Server
from transformers import GPTNeoXConfig

PROMPTS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
TOKENS = (8, 16, 32, 64, 128, 256, 512, 1024)
# layers, d_model, heads, vocabulary
SHAPES = {
    "4M": (4, 256, 8, 4096),
    "14M": (6, 128, 4, 50304),
    "70M": (6, 512, 8, 50304),
    "160M": (12, 768, 12, 50304),
    "410M": (24, 1024, 16, 50304),
}
BASE = {"prompts": 16, "tokens": 64, "model": "70M"}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hooklens", required=True, help="the release binary")
    parser.add_argument("--checkpoints", required=True, type=Path, help="where the checkpoints are, or go")
    parser.add_argument("--repeat", type=int, default=2)
    options = parser.parse_args()
    root = options.checkpoints.resolve()
    with Server(options.hooklens, root) as server:
        texts = [prompt["text"] for prompt in server.expand({"set": "movie-sentiment"})]
    for name, shape in SHAPES.items():
        checkpoint.save(root / name, texts, config(*shape))
    bench = Growth(options.hooklens, root, options.repeat)
    for what, steps in (("prompts", PROMPTS), ("tokens", TOKENS), ("model", tuple(SHAPES))):
        bench.grow(what, steps)


class Growth:
    """A program, and where its models are."""

    def __init__(self, hooklens, root, repeat):
        self.hooklens, self.root, self.repeat = hooklens, root, repeat

    def grow(self, what, steps):
        """One table: `what` takes each of `steps`, the rest stays as in BASE."""
        print(f"{what:>10} {'seconds':>10} {'exponent':>10} {'memory':>10}")
        before = None
        for step in steps:
            work = BASE | {what: step}
            size = self.parameters(step) if what == "model" else step
            seconds, peak = self.cost(**work)
            exponent = f"{math.log(seconds / before[1]) / math.log(size / before[0]):10.2f}" if before else " " * 10
            print(f"{step:>10} {seconds:10.3f} {exponent} {peak / 1e6:7,.0f} MB", flush=True)
            before = size, seconds

    def cost(self, prompts, tokens, model):
        """Seconds and bytes above the weights of one attribution on a loaded model, in a process of its own: what an
        earlier one had and gave back would count as this one's."""
        rows = exactly(self.root / model, prompts, tokens)
        with Server(self.hooklens, self.root) as server:
            server.run(model, fresh(rows[:1], "load"))
            server.memory.take_peak()
            runs = [server.run(model, fresh(rows, number))[-1] for number in range(self.repeat)]
            peak = server.memory.take_peak()
        seconds = min(done["elapsed_ms"] for done in runs) / 1e3
        return seconds, peak - checkpoint.weight_bytes(self.root / model)

    def parameters(self, model):
        return checkpoint.weight_bytes(self.root / model) / 4


def config(layers, width, heads, vocabulary):
    return GPTNeoXConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=4 * width,
        rotary_pct=0.25,
        bos_token_id=0,
        eos_token_id=0,
    )


if __name__ == "__main__":
    main()
