"""TransformerLens and transformers as a process of its own: `peer.py CHECKPOINT [cpu|cuda]`, one JSON request a line on stdin.

Whichever TransformerLens its Python has: `HookedTransformer` up to 2.18, from 4.0 `TransformerBridge` with the weights
processed as `HookedTransformer` does (`enable_compatibility_mode`).

A request is `{"what": …, "prompts": [{"ids", "answer_id", "distractor_id"}, …], …}`; the answer is one JSON line with
the seconds, the processor seconds of all threads, and the peak memory above the loaded model (of a GPU, its own). The first line it prints,
unasked, is that of loading, with the versions.
"""

import importlib.metadata
import json
import os
import sys
import time
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from pandas import DataFrame

sys.path.insert(0, str(Path(__file__).parent.parent / "golden"))
import notebook
import transformers
from transformer_lens import patching

VERSION = importlib.metadata.version("transformer_lens")
DEVICE = sys.argv[2] if len(sys.argv) > 2 else "cpu"


def forward(model, request):
    """All logits, as TransformerLens and transformers' own model give them."""
    return model(ids_of(request["prompts"]))


def attribution(model, request):
    """The notebook's analysis; TransformerLens wants prompts of one length."""
    prompts = request["prompts"]
    pairs = torch.tensor([[p["answer_id"], p["distractor_id"]] for p in prompts], device=DEVICE)
    return notebook.analyse(model, ids_of(prompts), pairs)


def head(model, request):
    """One head: its pattern, its values through W_O, and its attribution on every prompt."""
    layer, index = request["layer"], request["head"]
    prompts = request["prompts"]
    _, cache = model.run_with_cache(ids_of(prompts[:1]))
    pattern, v = cache["pattern", layer][0, index], cache["v", layer][0, :, index]
    moved = (v @ model.W_O[layer, index]).norm(dim=-1)
    _, caches = model.run_with_cache(
        ids_of(prompts), names_filter=lambda name: name.endswith(("ln_final.hook_scale", f"{layer}.attn.hook_z"))
    )
    written = caches["z", layer][:, -1, index] @ model.W_O[layer, index]
    return pattern * moved, written / caches["ln_final.hook_scale"][:, -1]


def attention(model, request):
    """Every head's pattern on one prompt."""
    _, cache = model.run_with_cache(
        ids_of(request["prompts"][:1]), names_filter=lambda name: name.endswith("hook_pattern")
    )
    return cache.stack_activation("pattern")


def sweep(model, request):
    """The first `cells` cells of an activation patching, clean into corrupted."""
    clean, corrupted = (torch.tensor([request[run]], device=DEVICE) for run in ("clean", "corrupted"))
    _, cache = model.run_with_cache(clean)
    answer, distractor = request["answer_id"], request["distractor_id"]
    metric = lambda logits: logits[0, -1, answer] - logits[0, -1, distractor]
    setter, name, axes = {
        "resid_pre": (patching.layer_pos_patch_setter, "resid_pre", [model.cfg.n_layers, clean.shape[1]]),
        "z": (patching.layer_head_vector_patch_setter, "z", [model.cfg.n_layers, model.cfg.n_heads]),
    }[request["what"]]
    cells = [[i, j] for i in range(axes[0]) for j in range(axes[1])][: request["cells"]]
    second = "pos" if request["what"] == "resid_pre" else "head"
    frame = DataFrame(cells, columns=["layer", second])
    return patching.generic_activation_patch(model, corrupted, cache, metric, setter, name, index_df=frame)


WORK = {
    "forward": forward,
    "transformers": forward,
    "attribution": attribution,
    "head": head,
    "attention": attention,
    "resid_pre": sweep,
    "z": sweep,
}


def load(folder):
    """The folder's checkpoint in TransformerLens and in transformers, f32; the two agree."""
    return tuple(model.to(DEVICE) for model in on_cpu(folder))


def on_cpu(folder):
    if int(VERSION.split(".")[0]) < 4:
        import oracle

        return oracle.load(folder, "EleutherAI/pythia-410m", "folded")
    from transformer_lens.model_bridge import TransformerBridge

    torch.set_grad_enabled(False)
    hugging_face = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(folder, add_bos_token=True)
    model = TransformerBridge.boot_transformers(folder, hf_model=hugging_face, tokenizer=tokenizer, device="cpu")
    model.enable_compatibility_mode()
    ids = torch.arange(12)[None]
    ours, theirs = (logits - logits.mean(-1, keepdim=True) for logits in (model(ids), hugging_face(ids).logits))
    assert (ours - theirs).abs().max() < 1e-4, "TransformerLens and transformers differ"
    return model, hugging_face


def ids_of(prompts):
    return torch.tensor([p["ids"] for p in prompts], device=DEVICE)


def measured(work):
    """What `work` returns, and what it cost."""
    if DEVICE == "cuda":
        torch.cuda.reset_peak_memory_stats()
        held = torch.cuda.memory_allocated()
    Path("/proc/self/clear_refs").write_text("5")  # VmHWM starts again from here
    before = notebook.resident_bytes("VmRSS")
    start, cpu = time.perf_counter(), time.process_time()
    result = work()
    if DEVICE == "cuda":
        torch.cuda.synchronize()
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = notebook.resident_bytes("VmHWM") - before
    if DEVICE == "cuda":
        peak = torch.cuda.max_memory_allocated() - held
    return result, {"seconds": seconds, "cpu_seconds": cpu, "peak": peak}


def main():
    folder = Path(sys.argv[1])
    # TransformerLens says on stdout that it has loaded a model
    answers, sys.stdout = sys.stdout, sys.stderr
    answer = lambda line: print(json.dumps(line), file=answers, flush=True)
    loaded, cost = measured(lambda: load(folder))
    versions = {"transformer_lens": VERSION, "transformers": transformers.__version__, "torch": torch.__version__}
    answer(cost | {"versions": versions})
    model, hugging_face = loaded
    if hasattr(model, "set_use_attn_result"):
        model.set_use_attn_result(False)
    for line in sys.stdin:
        request = json.loads(line)
        of = hugging_face if request["what"] == "transformers" else model
        _, cost = measured(lambda: WORK[request["what"]](of, request))
        answer(cost)


if __name__ == "__main__":
    main()
