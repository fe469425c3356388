"""Rebuilds the golden numbers that hooklens is held to, and the tiny checkpoints they belong to.

The numbers come from TransformerLens 2.18 and Hugging Face transformers, not from hooklens. Running this is
needed only when a case is added, a definition changes, or a piece of `model/src/snippet/python`; the tests read the
committed files. Set-up, from PyPI alone (about two minutes and 6 GB), and a build of hooklens, which writes the
programs but computes nothing:

    python3.11 -m venv oracle
    oracle/bin/pip install transformer_lens==2.18.0 transformers==4.57.1 datasets==4.0.0 pyarrow==18.1.0
    HOOKLENS_WITHOUT_PAGE=1 cargo build -p server
    oracle/bin/python tests/golden/make.py

Every figure is made by the program that users copy (`snippets.py`). HOOKLENS names the binary where it is not
`target/debug/hooklens`. What is committed stays as it is where it differs by rounding only (`kept.py`), so that this
can be run on any machine. After adding a kind of analysis to `experiments.py`,

    oracle/bin/python tests/golden/make.py --kind KIND [--kind KIND …] [--case CASE …]

makes the figures of that kind alone, and leaves the checkpoints, activations and other kinds as they are.

What it writes, for every case of `tiny.CASES`:

    checkpoints/<case>/                        random weights, a Hugging Face folder (variants: `variants.py`)
    expected/<case>/<processing>.safetensors   every activation, `<prompt>/<site>`, of TransformerLens
    expected/<case>/<processing>.json          experiments, each with the figures it must give
    expected/<case>/logits.safetensors         `<prompt>/logits` of transformers at every position
    snippets.json                              which Python made the figures: its pieces by their hashes

and for every case of `tiny.LAYOUTS` the checkpoint and the logits.

Every prompt is computed alone and unpadded: that is the definition of right.
"""

import argparse
import json
from pathlib import Path

import torch

import experiments
import kept
import oracle
import snippets
import tiny
import variants

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


def shown_prompts(tokenizer):
    """The prompts whose activations are compared, with their tokens."""
    texts = [prompt["text"] for prompt in experiments.activation_prompts()]
    return [{"text": text, "ids": experiments.ids_of(tokenizer, text, True)} for text in texts]


def expect_activations(case, folder, out):
    """Writes the activations and the logits expected of one checkpoint."""
    ids = [prompt["ids"] for prompt in shown_prompts(tiny.tokenizer_of(folder))]
    for processing in oracle.PROCESSINGS:
        model, hf_model = oracle.load(folder, case.like, processing)
        kept.save_tensors(activations(model, ids), out / f"{processing}.safetensors")
    save_logits(hf_model, ids, out)


def save_logits(hf_model, prompts, out):
    with torch.no_grad():
        logits = {f"{n}/logits": hf_model(torch.tensor([i])).logits[0].contiguous() for n, i in enumerate(prompts)}
    kept.save_tensors(logits, out / "logits.safetensors")


def expect_figures(case, folder, out, kinds):
    """Writes the figures expected of one checkpoint: of these kinds, or of all where none are named."""
    tokenizer = tiny.tokenizer_of(folder)
    for processing in oracle.PROCESSINGS:
        path = out / f"{processing}.json"
        old = {key_of(run["experiment"]): run for run in (kept.read(path) or {"experiments": []})["experiments"]}
        runs = []
        for experiment in experiments.all_of(case.name, processing):
            committed = old.get(key_of(experiment))
            if made_again(experiment, kinds):
                fresh = run_of(tokenizer, experiment)
                unchanged = committed and kept.same(committed, fresh)
                if not unchanged:
                    print(f"  {processing}: new figures of {experiment['analysis']}")
                runs.append(committed if unchanged else fresh)
            elif committed:
                runs.append(committed)
            else:
                print(f"  {processing}: left out, not made yet: {experiment['analysis']}")
        expected = {"prompts": shown_prompts(tokenizer), "experiments": runs}
        text = json.dumps(expected, indent=None, separators=(",", ":"), ensure_ascii=False)
        kept.write(path, text.replace('{"experiment"', '\n{"experiment"') + "\n")


def key_of(experiment):
    return json.dumps(experiment, sort_keys=True)


def made_again(experiment, kinds):
    return not kinds or experiment["analysis"]["kind"] in kinds


def run_of(tokenizer, experiment):
    """An experiment, the tokens of its prompts, and its figures."""
    bos = experiment.get("prepend_bos", True)
    return {
        "experiment": experiment,
        "ids": [experiments.ids_of(tokenizer, prompt["text"], bos) for prompt in experiment["prompts"]],
        "figures": snippets.figures_of(experiment),
    }


def remember_pieces(kinds, whole):
    """Writes which Python made the figures; a piece counts once every program that it is part of was run."""
    path, now = HERE / "snippets.json", snippets.hashes()
    made = now
    if not whole:
        every = [e for case in tiny.CASES for p in oracle.PROCESSINGS for e in experiments.all_of(case.name, p)]
        rest = snippets.pieces_of([experiment for experiment in every if not made_again(experiment, kinds)])
        old = kept.read(path)
        made = {name: old.get(name) if name in rest else now[name] for name in now}
        changed = sorted(name for name in now if made[name] != now[name])
        if changed:
            print(f"of other kinds too, so run this whole: {', '.join(changed)}")
        made = {name: hashed for name, hashed in made.items() if hashed}
    kept.write(path, json.dumps(made, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kind", action="append", default=[], help="a kind of analysis; may come again")
    known = [case.name for case in tiny.CASES + tiny.LAYOUTS]
    parser.add_argument("--case", action="append", choices=known, help="a checkpoint; may come again")
    asked = parser.parse_args()
    cases = [case for case in tiny.CASES + tiny.LAYOUTS if not asked.case or case.name in asked.case]
    for case in cases:
        print(case.name)
        folder, out = HERE / "checkpoints" / case.name, HERE / "expected" / case.name
        for path in (folder, out):
            path.mkdir(parents=True, exist_ok=True)
        if not asked.kind:
            tiny.save(case, folder)
        if case in tiny.CASES:
            expect_figures(case, folder, out, asked.kind)
            if not asked.kind:
                expect_activations(case, folder, out)
        elif not asked.kind:
            ids = [prompt["ids"] for prompt in shown_prompts(tiny.tokenizer_of(folder))]
            # TransformerLens does not load these
            save_logits(oracle.load_hugging_face(folder), ids, out)
    if not asked.kind and not asked.case:
        variants.save_all(HERE / "checkpoints")
    if not asked.case:
        remember_pieces(asked.kind, not asked.kind)


if __name__ == "__main__":
    main()
