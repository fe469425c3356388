"""The notebook's analysis in TransformerLens, as a process of its own: `notebook.py CHECKPOINT`, prompts on stdin.

Reads `[{"ids": […], "answer_id": …, "distractor_id": …}]`, prompts of equal length; prints one JSON object with
the seconds of the analysis (weights loaded), its peak memory above the loaded model, and the figures it found.
"""

import json
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent.parent / "golden"))


def analyse(model, ids, pairs):
    """What the notebook computes, averaged over prompts: logit difference, lens, layers, heads."""
    logits, cache = model.run_with_cache(ids)
    diffs = logits[:, -1].gather(1, pairs)
    directions = model.tokens_to_residual_directions(pairs)
    direction = directions[:, 0] - directions[:, 1]

    def attribute(stack):
        scaled = cache.apply_ln_to_stack(stack, layer=-1, pos_slice=-1)
        return torch.einsum("nbd,bd->n", scaled, direction).div(len(ids)).tolist()

    return {
        "logit_diff": (diffs[:, 0] - diffs[:, 1]).tolist(),
        "logit_lens": attribute(cache.accumulated_resid(layer=-1, pos_slice=-1)),
        "layer_attribution": attribute(cache.decompose_resid(layer=-1, pos_slice=-1)),
        "head_attribution": attribute(cache.stack_head_results(layer=-1, pos_slice=-1)),
    }


def resident_bytes(field):
    """`VmRSS` (now) or `VmHWM` (the most so far) of this process."""
    [line] = [x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith(field)]
    return int(line.split()[1]) * 1024


def main():
    # here, because TransformerLens 4 has not what it imports
    import oracle

    prompts = json.load(sys.stdin)
    ids = torch.tensor([p["ids"] for p in prompts])
    pairs = torch.tensor([[p["answer_id"], p["distractor_id"]] for p in prompts])
    model, hf_model = oracle.load(Path(sys.argv[1]), "EleutherAI/pythia-410m", "folded")
    model.set_use_attn_result(False)
    del hf_model
    Path("/proc/self/clear_refs").write_text("5")  # VmHWM starts again from here
    before, start = resident_bytes("VmRSS"), time.perf_counter()
    figures = analyse(model, ids, pairs)
    seconds = time.perf_counter() - start
    json.dump(
        {"seconds": seconds, "peak_above_weights": resident_bytes("VmHWM") - before, **figures}, sys.stdout
    )


if __name__ == "__main__":
    main()
