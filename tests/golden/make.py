"""Rebuilds the golden numbers that hooklens is held to, and the tiny checkpoints they belong to.

The numbers come from TransformerLens 2.18 and Hugging Face transformers, not from hooklens. Running this is
needed only when a case is added, a definition changes, or a piece of `model/src/snippet/python`; the tests read the
committed files. Set-up, from PyPI alone (about two minutes and 6 GB), and a build of hooklens, which writes the
programs but computes nothing:

    python3.11 -m venv oracle
    oracle/bin/pip install transformer_lens==2.18.0 transformers==4.57.1 datasets==4.0.0 pyarrow==18.1.0
    HOOKLENS_WITHOUT_PAGE=1 cargo build -p server
    oracle/bin/python tests/golden/make.py

Figures are made by the programs that users copy (`snippets.py`), those of a kind without any by `figures.py`.
HOOKLENS names the binary where it is not `target/debug/hooklens`.

What it writes, for every case of `tiny.CASES`:

    checkpoints/<case>/                        random weights, a Hugging Face folder (variants: `variants.py`)
    expected/<case>/<processing>.safetensors   every activation, `<prompt>/<site>`, of TransformerLens
    expected/<case>/<processing>.json          experiments, each with the figures it must give
    expected/<case>/logits.safetensors         `<prompt>/logits` of transformers at every position
    snippets.json                              which Python made the figures: its pieces by their hashes

and for every case of `tiny.LAYOUTS` the checkpoint and the logits.

Every prompt is computed alone and unpadded: that is the definition of right.
"""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

import experiments
import oracle
import snippets
import tiny
import variants
from kinds import figures_of

HERE = Path(__file__).parent


def activations(model, prompts):
    """`<prompt>/<site>` -> activation without its batch axis, for every site hooklens names."""
    wanted = oracle.site_names(model.cfg)
    out = {}
    for number, ids in enumerate(prompts):
        _, cache = model.run_with_cache(torch.tensor([ids]), remove_batch_dim=True)
        assert set(wanted) <= set(cache.keys()), set(wanted) - set(cache.keys())
        out |= {f"{number}/{site}": cache[site].contiguous().clone() for site in wanted}
    return out


def expect(case, folder, out):
    """Writes everything expected of one checkpoint."""
    tokenizer = tiny.tokenizer_of(folder)
    shown = experiments.activation_prompts()
    ids = [experiments.ids_of(tokenizer, prompt["text"], True) for prompt in shown]
    for processing in ("folded", "raw"):
        model, hf_model = oracle.load(folder, case.like, processing)
        save_file(activations(model, ids), out / f"{processing}.safetensors")
        expected = {
            "prompts": [{"text": p["text"], "ids": i} for p, i in zip(shown, ids, strict=True)],
            "experiments": [
                {"experiment": e, **figures_of((model, hf_model), tokenizer, e)}
                for e in experiments.all_of(case.name, processing)
            ],
        }
        for run in expected["experiments"]:
            run["figures"] = snippets.figures_of(run["experiment"]) or run["figures"]
        text = json.dumps(expected, indent=None, separators=(",", ":"), ensure_ascii=False)
        (out / f"{processing}.json").write_text(text.replace('{"experiment"', '\n{"experiment"') + "\n")
    save_logits(hf_model, ids, out)


def save_logits(hf_model, prompts, out):
    logits = {f"{n}/logits": hf_model(torch.tensor([i])).logits[0].contiguous() for n, i in enumerate(prompts)}
    save_file(logits, out / "logits.safetensors")


def expect_logits(folder, out):
    """Writes what is expected of a checkpoint that TransformerLens does not load."""
    tokenizer = tiny.tokenizer_of(folder)
    ids = [experiments.ids_of(tokenizer, p["text"], True) for p in experiments.activation_prompts()]
    with torch.no_grad():
        save_logits(oracle.load_hugging_face(folder), ids, out)


def main():
    for case in tiny.CASES + tiny.LAYOUTS:
        folder, out = HERE / "checkpoints" / case.name, HERE / "expected" / case.name
        for path in (folder, out):
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True)
        tiny.save(case, folder)
        if case in tiny.LAYOUTS:
            expect_logits(folder, out)
        else:
            expect(case, folder, out)
        print(f"{case.name}: {sum(f.stat().st_size for f in [*folder.iterdir(), *out.iterdir()]) >> 10} KiB")
    variants.save_all(HERE / "checkpoints")
    (HERE / "snippets.json").write_text(json.dumps(snippets.hashes(), indent=1) + "\n")


if __name__ == "__main__":
    main()
