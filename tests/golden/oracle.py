"""A Hugging Face folder in TransformerLens 2.18, without a network, and the sites that are compared."""

import importlib
import os
from unittest import mock

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
import transformer_lens.loading_from_pretrained as loading
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

# the module: the package gives its name to the class
hooked = importlib.import_module("transformer_lens.HookedTransformer")

RAW = dict(fold_ln=False, center_writing_weights=False, center_unembed=False, fold_value_biases=False)
PROCESSINGS = ("folded", "raw")
TOLERANCE = 1e-4


def load_hugging_face(folder):
    """transformers' own model, in f32 on the CPU."""
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


def load(folder, like, processing):
    """The folder as (HookedTransformer, transformers' own model), in f32 on the CPU.

    `like` names an official model of the same architecture, which is all that TransformerLens can load: its
    config and tokenizer look-ups are answered from the folder instead. TransformerLens also takes every GPT-NeoX
    for a parallel one with rotary base 10,000, so both are put right from the config. The result must agree with
    transformers' logits.
    """
    torch.set_grad_enabled(False)
    hf_model = load_hugging_face(folder)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, add_bos_token=True)
    convert = loading.convert_hf_model_config

    def corrected(*args, **kwargs):
        config = convert(*args, **kwargs)
        if hf_model.config.model_type == "gpt_neox":
            config["parallel_attn_mlp"] = hf_model.config.use_parallel_residual
            config["rotary_base"] = hf_model.config.rotary_emb_base
        return config

    with (
        mock.patch.object(loading.AutoConfig, "from_pretrained", lambda *_, **__: hf_model.config),
        mock.patch.object(hooked.AutoTokenizer, "from_pretrained", lambda *_, **__: tokenizer),
        mock.patch.object(loading, "convert_hf_model_config", corrected),
    ):
        options = RAW if processing == "raw" else {}
        model = hooked.HookedTransformer.from_pretrained(
            like, hf_model=hf_model, tokenizer=tokenizer, device="cpu", **options
        )
    model.set_use_attn_result(True)
    check(model, hf_model, folder)
    return model, hf_model


def check(model, hf_model, folder):
    """Refuses an oracle that differs from transformers; processed logits are centred over the vocabulary."""
    tokens = torch.arange(12)[None]
    ours, theirs = (x - x.mean(-1, keepdim=True) for x in (model(tokens), hf_model(tokens).logits))
    worst = (ours - theirs).abs().max().item()
    assert worst < TOLERANCE, f"{folder}: TransformerLens and transformers differ by {worst:.2g}"


def site_names(config):
    """Every site of the hook vocabulary that a model of this config has, in firing order."""
    rotary, parallel = config.positional_embedding_type == "rotary", config.parallel_attn_mlp
    block = [
        "hook_resid_pre",
        "ln1.hook_scale",
        "ln1.hook_normalized",
        "attn.hook_q",
        "attn.hook_k",
        "attn.hook_v",
    ]
    block += ["attn.hook_rot_q", "attn.hook_rot_k"] * rotary
    block += [
        "attn.hook_attn_scores",
        "attn.hook_pattern",
        "attn.hook_z",
        "attn.hook_result",
        "hook_attn_out",
    ]
    block += [] if parallel else ["hook_resid_mid"]
    block += ["ln2.hook_scale", "ln2.hook_normalized", "mlp.hook_pre", "mlp.hook_post", "hook_mlp_out"]
    block += ["hook_resid_post"]
    names = ["hook_embed"] + ([] if rotary else ["hook_pos_embed"])
    names += [f"blocks.{layer}.{site}" for layer in range(config.n_layers) for site in block]
    return names + ["ln_final.hook_scale", "ln_final.hook_normalized"]
