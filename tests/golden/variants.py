"""The same checkpoints in the other shapes that repositories have: precision, shards, spellings, buffers.

Every variant holds the numbers of its original exactly, so the original's goldens are its goldens.
"""

import collections
import json
import shutil

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, processors

import tiny


def copy(original, variant):
    """A folder with the original's config and tokenizer, and no weights."""
    variant.mkdir(exist_ok=True)
    for file in variant.iterdir():
        if file.suffix != ".bin":  # see `save_old`
            file.unlink()
    shutil.copytree(original, variant, ignore=shutil.ignore_patterns("*.safetensors"), dirs_exist_ok=True)
    return load_file(original / "model.safetensors")


def edit(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content, indent=2) + "\n")


def drop_rotary(config):
    """Removes every spelling of the rotary settings; transformers 4.57 writes two side by side."""
    for key in ("rotary_emb_base", "rotary_pct", "rope_theta", "partial_rotary_factor", "rope_scaling"):
        config.pop(key, None)


def sharded_f16(original, variant):
    """Two f16 shards and an index, the new spelling of the rotary settings, the buffers of old exports."""
    tensors = {name: tensor.half() for name, tensor in copy(original, variant).items()}
    for layer in range(json.loads((original / "config.json").read_text())["num_hidden_layers"]):
        attention = f"gpt_neox.layers.{layer}.attention"
        tensors[f"{attention}.bias"] = torch.ones(1, 1, 4, 4, dtype=torch.bool).tril()
        tensors[f"{attention}.masked_bias"] = torch.tensor(-1e4).half()
        tensors[f"{attention}.rotary_emb.inv_freq"] = torch.ones(2)
    names = sorted(tensors)
    shards = {f"model-0000{i + 1}-of-00002.safetensors": names[i::2] for i in range(2)}
    for file, held in shards.items():
        save_file({name: tensors[name] for name in held}, variant / file, metadata={"format": "pt"})
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    index = {
        "metadata": {"total_size": size},
        "weight_map": {n: f for f, held in shards.items() for n in held},
    }
    (variant / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")

    def respell(config):
        base, fraction = config["rotary_emb_base"], config["rotary_pct"]
        drop_rotary(config)
        config["rope_parameters"] = {
            "rope_type": "default",
            "rope_theta": float(base),
            "partial_rotary_factor": fraction,
        }
        config["dtype"] = "float16"

    edit(variant / "config.json", respell)


def bf16_with_bos_template(original, variant):
    """bf16 in one file, the old spelling alone, and a tokenizer that adds the BOS token by itself."""
    tensors = {name: tensor.bfloat16() for name, tensor in copy(original, variant).items()}
    save_file(tensors, variant / "model.safetensors", metadata={"format": "pt"})

    def respell(config):
        base, fraction = config["rotary_emb_base"], config["rotary_pct"]
        drop_rotary(config)
        config.update(rotary_emb_base=base, rotary_pct=fraction, torch_dtype="bfloat16")
        del config["dtype"]

    edit(variant / "config.json", respell)
    tokenizer = Tokenizer.from_file(str(variant / "tokenizer.json"))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{tiny.BOS} $A", pair=f"{tiny.BOS} $A $B", special_tokens=[(tiny.BOS, 0)]
    )
    tokenizer.save(str(variant / "tokenizer.json"))
    edit(variant / "tokenizer_config.json", lambda config: config.update(add_bos_token=True))


def bare_gpt2(original, variant):
    """Names without `transformer.`, the causal mask among the tensors, only `vocab.json` and `merges.txt`."""
    tensors = {name.removeprefix("transformer."): t.half() for name, t in copy(original, variant).items()}
    for layer in range(json.loads((original / "config.json").read_text())["n_layer"]):
        tensors[f"h.{layer}.attn.bias"] = torch.ones(1, 1, 4, 4).tril()
    save_file(tensors, variant / "model.safetensors", metadata={"format": "pt"})
    Tokenizer.from_file(str(original / "tokenizer.json")).model.save(str(variant))
    for file in ("tokenizer.json", "special_tokens_map.json"):
        (variant / file).unlink()
    settings = {"add_prefix_space": False, "tokenizer_class": "GPT2Tokenizer", "model_max_length": tiny.N_CTX}
    (variant / "tokenizer_config.json").write_text(json.dumps(settings) + "\n")


def pickled_gpt2(original, variant):
    """`pytorch_model.bin` as PyTorch writes it: tied weights twice, masks, and a weight that lies transposed."""
    tensors = copy(original, variant)
    tensors["lm_head.weight"] = tensors["transformer.wte.weight"]
    for layer in range(json.loads((original / "config.json").read_text())["n_layer"]):
        tensors[f"transformer.h.{layer}.attn.bias"] = torch.ones(1, 1, 4, 4, dtype=torch.bool).tril()
        tensors[f"transformer.h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
        name = f"transformer.h.{layer}.mlp.c_fc.weight"
        tensors[name] = tensors[name].t().contiguous().t()
    # a tensor that begins in the middle of its storage
    name = "transformer.ln_f.weight"
    tensors[name] = torch.cat([torch.zeros(3), tensors[name]])[3:]
    torch.save(collections.OrderedDict(tensors), variant / "pytorch_model.bin")


def save_old(held, path):
    """Writes tensors as before PyTorch 1.6, unless they stand there: that format names storages by their addresses in
    memory, so that no two files are the same bytes."""
    old = torch.load(path) if path.is_file() else {}
    same = [*old] == [*held] and all(
        type(a) is type(b) and a.dtype == b.dtype and torch.equal(a, b)
        for a, b in zip(old.values(), held.values(), strict=True)
    )
    if not same:
        torch.save(held, path, _use_new_zipfile_serialization=False)


def pickled_neox_before_zip(original, variant):
    """Two shards in the format from before PyTorch 1.6, f16 and f32, a parameter among the tensors."""
    tensors = copy(original, variant)
    names = sorted(tensors)
    tensors |= {name: tensors[name].half() for name in names[::3]}
    tensors[names[1]] = torch.nn.Parameter(tensors[names[1]])
    tensors["gpt_neox.layers.0.attention.bias"] = torch.ones(1, 1, 4, 4, dtype=torch.uint8).tril()
    names = sorted(tensors)
    shards = {f"pytorch_model-0000{i + 1}-of-00002.bin": names[i::2] for i in range(2)}
    for file, held in shards.items():
        held = collections.OrderedDict((name, tensors[name]) for name in held)
        save_old(held, variant / file)
    index = {"metadata": {}, "weight_map": {n: f for f, held in shards.items() for n in held}}
    (variant / "pytorch_model.bin.index.json").write_text(json.dumps(index, indent=2) + "\n")


def save_all(checkpoints):
    sharded_f16(checkpoints / "neox-parallel", checkpoints / "neox-parallel-f16-sharded")
    bf16_with_bos_template(checkpoints / "neox-sequential", checkpoints / "neox-sequential-bf16")
    bare_gpt2(checkpoints / "gpt2", checkpoints / "gpt2-bare")
    pickled_gpt2(checkpoints / "gpt2", checkpoints / "gpt2-pickled")
    pickled_neox_before_zip(checkpoints / "neox-parallel", checkpoints / "neox-parallel-pickled")
