"""What sweeps of one long pair take: the peak memory above the weights, of each kind of sweep.

    oracle/bin/python tests/bench/memory.py --hooklens target/release/hooklens --checkpoint /tmp/random-410m

A sweep of a long pair takes minutes, and its memory is the same from its first walk through the layers to its last: each is
watched for `--seconds` and then given up.
"""

import argparse
import json
import time
import urllib.request
from pathlib import Path

import checkpoint
from beside import exactly
from hooklens import Server

SITES = ("resid_pre", "attn_out", "mlp_out", "z", "q", "k", "v", "pattern")
SWEEPS = (
    *({"kind": "activation_patching", "site": site} for site in SITES),
    {"kind": "activation_patching", "site": "z", "by_position": True},
    {"kind": "path_patching", "receiver": {"site": "logits"}},
    {"kind": "path_patching", "receiver": {"site": "k", "layer": 20, "head": 3}},
    {"kind": "ablation", "site": "z", "method": "resample"},
    {"kind": "attribution_patching", "site": ["resid_pre", "z", "pattern"]},
)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hooklens", required=True, help="the release binary")
    parser.add_argument("--checkpoint", required=True, type=Path, help="where the checkpoint is, or goes")
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--seconds", type=float, default=30, help="for which a sweep is watched")
    options = parser.parse_args()
    folder = options.checkpoint.resolve()
    with Server(options.hooklens, folder.parent) as server:
        texts = [prompt["text"] for prompt in server.expand({"set": "movie-sentiment"})]
        checkpoint.save(folder, texts)
        clean, corrupted = exactly(folder, 2, options.tokens)
        pair = clean | {"corrupted": corrupted["text"]}
        server.run(folder.name, [clean])
        start = server.memory.now
        for analysis in SWEEPS:
            done, peak = watched(server, folder.name, pair, analysis, options.seconds)
            print(f"{peak / 1e6 - start / 1e6:7,.0f} MB  {done:>4.0%}  {json.dumps(analysis)}", flush=True)


def watched(server, model, pair, analysis, seconds):
    """How much of it was done, and the most memory there was meanwhile."""
    body = {"model": model, "prompts": [pair], "analysis": analysis}
    server.memory.take_peak()
    run = json.load(server.request("/api/runs", json.dumps(body).encode()))
    end, done = time.monotonic() + seconds, 0.0
    for line in server.request(f"/api/runs/{run['id']}/events?from=0"):
        event = json.loads(line)
        if event["event"] == "progress" and event["unit"] == "cells":
            done = event["done"] / event["total"]
        done = 1.0 if event["event"] == "done" else done
        assert event["event"] != "error", event
        if time.monotonic() > end:
            break
    if run["ticket"]:
        address = f"{server.url}/api/runs/{run['id']}?ticket={run['ticket']}"
        urllib.request.urlopen(urllib.request.Request(address, method="DELETE")).close()
    return done, server.memory.take_peak()


if __name__ == "__main__":
    main()
