"""hooklens beside TransformerLens 2.18 on the notebook's own work: 51 film reviews, pythia-410m's shape, CPU.

    oracle/bin/python tests/bench/attribution.py --hooklens target/release/hooklens --checkpoint /tmp/random-410m

The environment is that of `tests/golden/make.py`. The checkpoint is random (1.6 GB, made on the first run). Prints,
for each, the seconds of the analysis and its peak memory above the weights, and the largest difference between the
figures relative to their largest value.

Memory of hooklens is anonymous memory (`RssAnon`: the checkpoint's mapped pages can be dropped at any time and are
not counted), sampled every few milliseconds, less the bytes of the checkpoint's tensors in f32. Its two phases,
loading and analysing, are told apart by the first progress or figure. Memory of TransformerLens is what the
analysis adds to the loaded model.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import checkpoint

MOVIES = {"set": "movie-sentiment"}


class Watch:
    """The most anonymous memory of a process, overall and since `reset`."""

    def __init__(self, pid):
        self.status, self.peak, self.recent, self.alive = Path(f"/proc/{pid}/status"), 0, 0, True
        self.thread = threading.Thread(target=self.sample, daemon=True)
        self.thread.start()

    def sample(self):
        while self.alive:
            try:
                lines = self.status.read_text().splitlines()
            except OSError:
                return
            now = next((int(x.split()[1]) * 1024 for x in lines if x.startswith("RssAnon")), 0)
            self.peak, self.recent = max(self.peak, now), max(self.recent, now)
            time.sleep(0.003)

    def reset(self):
        self.recent = 0


def run_hooklens(binary, model, models_folder=None):
    """One `hooklens run`: its events, and seconds and peaks by phase."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"model": model, "prompts": MOVIES, "analysis": {"kind": "attribution"}}, file)
        file.flush()
        folders = ["--models", str(models_folder)] if models_folder else []
        began = time.perf_counter()
        command = [binary, "run", file.name, "--device", "cpu", *folders]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        watch, events, first = Watch(process.pid), [], None
        for line in process.stdout:
            events.append(json.loads(line))
            if first is None and events[-1]["event"] in ("progress", "figure"):
                first = time.perf_counter()
                loading = watch.peak
                watch.reset()
        watch.alive = False
        seconds = time.perf_counter() - began
    if process.wait() != 0:
        sys.exit(f"hooklens failed: {events[-1:]}")
    return {
        "events": events,
        "seconds": seconds,
        "seconds_to_first": first - began,
        "peak_loading": loading,
        "peak_analysing": watch.recent,
    }


def figure(events, name):
    """The values of the last figure of that name: its first series, or its cells."""
    last = [e for e in events if e["event"] == "figure" and e["name"] == name][-1]
    return last["values"] if last["kind"] == "heatmap" else last["series"][0]["y"]


def texts_of(events):
    """The prompts of a run, without BOS."""
    return ["".join(prompt["tokens"][1:]) for prompt in events[0]["prompts"]]


def disagreement(events, theirs):
    """Figure -> the largest difference relative to its largest value; `bias` is hooklens's alone."""
    out = {}
    for name in ("logit_diff", "logit_lens", "layer_attribution", "head_attribution"):
        pairs = list(zip(figure(events, name), theirs[name], strict=False))
        out[name] = max(abs(a - b) for a, b in pairs) / max(abs(b) for _, b in pairs)
    return out


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hooklens", required=True, help="the release binary")
    parser.add_argument(
        "--checkpoint", required=True, type=Path, help="where the random checkpoint is, or goes"
    )
    parser.add_argument("--repeat", type=int, default=3, help="runs of hooklens, the fastest counts")
    arguments = parser.parse_args()
    folder = arguments.checkpoint.resolve()

    checkpoint.save(folder, texts_of(run_hooklens(arguments.hooklens, "demo")["events"]))
    runs = [run_hooklens(arguments.hooklens, str(folder), folder.parent) for _ in range(arguments.repeat)]
    ours = min(runs, key=lambda run: run["seconds"])
    prompts = json.dumps(ours["events"][0]["prompts"])
    script = str(Path(__file__).parent / "notebook.py")
    done = subprocess.run(
        [sys.executable, script, str(folder)], input=prompts, capture_output=True, text=True
    )
    if done.returncode != 0:
        sys.exit(done.stderr)
    theirs = json.loads(done.stdout.splitlines()[-1])

    weights = checkpoint.weight_bytes(folder)
    analysing = ours["events"][-1]["elapsed_ms"] / 1e3
    mb = lambda size: f"{size / 1e6:,.0f} MB"  # noqa: E731
    print(f"weights                          {mb(weights)}")
    print(f"hooklens, whole process          {ours['seconds']:.2f} s")
    print(f"hooklens, its own elapsed_ms     {analysing:.2f} s")
    print(f"hooklens, to the first event     {ours['seconds_to_first']:.2f} s")
    print(f"hooklens, loading above weights  {mb(ours['peak_loading'] - weights)}")
    print(f"hooklens, peak above weights     {mb(ours['peak_analysing'] - weights)}")
    print(f"TransformerLens, analysis        {theirs['seconds']:.2f} s")
    print(f"TransformerLens, peak above      {mb(theirs['peak_above_weights'])}")
    print(f"TransformerLens / hooklens       {theirs['seconds'] / analysing:.1f}")
    for name, worst in disagreement(ours["events"], theirs).items():
        print(f"{name + ' differs by':32} {worst:.1e}")


if __name__ == "__main__":
    main()
