"""hooklens beside TransformerLens 2.18 on the notebook's own work: 51 film reviews, pythia-410m's shape, CPU.

    oracle/bin/python tests/bench/attribution.py --hooklens target/release/hooklens --checkpoint /tmp/random-410m

The environment is that of `tests/golden/make.py`. The checkpoint is random (1.6 GB, made on the first run). Prints,
for each, the seconds of the analysis on a loaded model and its peak memory above the weights, and the largest
difference between their figures, relative to a figure's largest value.

Memory above the weights is, for hooklens, the most anonymous memory less the bytes of all tensors in f32, while the
checkpoint loads and while the analysis runs; for TransformerLens, what the analysis adds to the loaded model (as the
notebook calls it, about 14 GB).
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import checkpoint
from hooklens import Server


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hooklens", required=True, help="the release binary")
    parser.add_argument(
        "--checkpoint", required=True, type=Path, help="where the random checkpoint is, or goes"
    )
    parser.add_argument("--repeat", type=int, default=3, help="runs of hooklens, the fastest counts")
    parser.add_argument("--alone", action="store_true", help="without TransformerLens")
    options = parser.parse_args()
    folder = options.checkpoint.resolve()

    with Server(options.hooklens, folder.parent) as server:
        prompts = server.expand({"set": "movie-sentiment"})
        checkpoint.save(folder, [prompt["text"] for prompt in prompts])
        ours = measure(server, folder.name, prompts, options.repeat)
    weights = checkpoint.weight_bytes(folder)
    report("weights", megabytes(weights))
    report("hooklens: loading and one prompt", f"{ours['first_seconds']:.2f} s")
    report("hooklens: analysis", f"{ours['seconds']:.2f} s")
    report("hooklens: loading above weights", megabytes(ours["loading_peak"] - weights))
    report("hooklens: analysis above weights", megabytes(ours["peak"] - weights))
    if options.alone:
        return
    theirs = transformer_lens(folder, ours["events"][0]["prompts"])
    report("TransformerLens: analysis", f"{theirs['seconds']:.2f} s")
    report("TransformerLens: above weights", megabytes(theirs["peak_above_weights"]))
    report("TransformerLens / hooklens", f"{theirs['seconds'] / ours['seconds']:.1f}")
    for name, worst in disagreement(ours["events"], theirs).items():
        report(f"{name} differs by", f"{worst:.1e}")


def measure(server, model, prompts, repeat):
    """Loads the model by a run of one prompt, then runs all of them on the loaded model."""
    first = server.run(model, prompts[:1])
    loading_peak = server.memory.take_peak()
    # a group's name makes another experiment of it, whose result is not known already
    runs = [server.run(model, [p | {"group": f"{p['group']} {i}"} for p in prompts]) for i in range(repeat)]
    best = min(runs, key=seconds)
    return {
        "first_seconds": seconds(first),
        "seconds": seconds(best),
        "loading_peak": loading_peak,
        "peak": server.memory.take_peak(),
        "events": best,
    }


def transformer_lens(folder, prompts):
    """What `notebook.py` prints, run as a process of its own."""
    script = str(Path(__file__).parent / "notebook.py")
    command = [sys.executable, script, str(folder)]
    done = subprocess.run(command, input=json.dumps(prompts), capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def seconds(events):
    return events[-1]["elapsed_ms"] / 1e3


def figure(events, name):
    """The values of the last figure of that name: its first series, or its cells."""
    last = [e for e in events if e["event"] == "figure" and e["name"] == name][-1]
    return last["values"] if last["kind"] == "heatmap" else last["series"][0]["y"]


def disagreement(events, theirs):
    """Figure -> the largest difference relative to its largest value; `bias` is hooklens's alone."""
    out = {}
    for name in ("logit_diff", "logit_lens", "layer_attribution", "head_attribution"):
        pairs = list(zip(figure(events, name), theirs[name], strict=False))
        out[name] = max(abs(a - b) for a, b in pairs) / max(abs(b) for _, b in pairs)
    return out


def megabytes(size):
    return f"{size / 1e6:,.0f} MB"


def report(what, value):
    print(f"{what:34} {value:>10}", flush=True)


if __name__ == "__main__":
    main()
