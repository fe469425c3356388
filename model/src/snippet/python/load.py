from pathlib import Path

import numpy as np
import pandas as pd
import torch
from transformer_lens import HookedTransformer, HookedTransformerConfig
from transformer_lens.pretrained.weight_conversions import convert_gpt2_weights, convert_neox_weights
from transformers import AutoModelForCausalLM, AutoTokenizer

torch.set_grad_enabled(False)


def load(name, folded):
    """A folder or a name on the Hugging Face hub as (HookedTransformer, tokenizer), in f32 on the CPU.

    HookedTransformer.from_pretrained(name) does the same for the names it knows. For a folder it would take the
    shape of the official model, and it takes every GPT-NeoX for a parallel one with rotary base 10,000; so the
    shape is read from the checkpoint's own config here.
    """
    # a name on the hub may carry a revision: gpt2@main
    name, _, revision = (name, "", "") if Path(name).is_dir() else name.partition("@")
    source = dict(pretrained_model_name_or_path=name, revision=revision or "main")
    hf = AutoModelForCausalLM.from_pretrained(**source, dtype=torch.float32).eval()
    config = hf.config
    shape = dict(
        n_layers=config.num_hidden_layers,
        n_heads=config.num_attention_heads,
        d_model=config.hidden_size,
        d_head=config.hidden_size // config.num_attention_heads,
        d_vocab=config.vocab_size,
        n_ctx=config.max_position_embeddings,
    )
    if config.model_type == "gpt2":
        convert = convert_gpt2_weights
        shape.update(
            d_mlp=config.n_inner or 4 * config.n_embd,
            act_fn=config.activation_function,
            eps=config.layer_norm_epsilon,
        )
    else:
        assert config.model_type == "gpt_neox", config.model_type
        convert = convert_neox_weights
        rope = getattr(config, "rope_parameters", None) or {}  # the spelling of transformers 5
        shape.update(
            d_mlp=config.intermediate_size,
            act_fn=config.hidden_act,
            eps=config.layer_norm_eps,
            positional_embedding_type="rotary",
            rotary_dim=int(rope.get("partial_rotary_factor", config.rotary_pct) * shape["d_head"]),
            rotary_base=rope.get("rope_theta", config.rotary_emb_base),
            parallel_attn_mlp=config.use_parallel_residual,
        )
    # LNPre is LayerNorm whose weight and bias are folded into what reads it
    norm = "LNPre" if folded else "LN"
    model = HookedTransformer(
        HookedTransformerConfig(**shape, normalization_type=norm, init_weights=False, device="cpu")
    )
    model.load_and_process_state_dict(
        convert(hf, model.cfg),
        fold_ln=folded,
        center_writing_weights=folded,
        center_unembed=folded,
        fold_value_biases=folded,
    )
    return model, AutoTokenizer.from_pretrained(**source)


model, tokenizer = load(MODEL, FOLDED)
