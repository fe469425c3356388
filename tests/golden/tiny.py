"""Tiny random checkpoints, one of each kind of model that hooklens reads, and their tokenizer.

Every parameter is random, norms and biases included, and scaled so that attention is far from uniform and logits
spread over several units: a wrong rotary pairing, mask, transpose or fold then moves numbers by far more than the
tolerance. Parameters are rounded to values that f32, f16 and bf16 all hold exactly, so that a checkpoint says the
same in each.
"""

from dataclasses import dataclass, field

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    PreTrainedTokenizerFast,
)

BOS = "<|endoftext|>"

# Enough English for whole words to become tokens in a vocabulary of a few hundred.
CORPUS = [
    "The film was great and the plot felt warm. A slow film, an awful plot, and it felt dull.",
    "The film was awful. The plot was great, the film was slow and warm. It felt great and awful.",
    " great awful great awful dull warm slow film plot felt was the The",
]

D_MODEL, N_HEADS, N_CTX, D_VOCAB = 32, 4, 48, 344


@dataclass
class Case:
    """A checkpoint: its folder's name, the official model of its architecture, and its config."""

    name: str
    like: str
    config: object
    seed: int
    model: type = field(init=False)

    def __post_init__(self):
        self.model = GPT2LMHeadModel if isinstance(self.config, GPT2Config) else GPTNeoXForCausalLM


def neox(layers, **options):
    return GPTNeoXConfig(
        vocab_size=D_VOCAB,
        hidden_size=D_MODEL,
        num_hidden_layers=layers,
        num_attention_heads=N_HEADS,
        intermediate_size=48,
        max_position_embeddings=N_CTX,
        bos_token_id=0,
        eos_token_id=0,
        **options,
    )


def gpt2(layers, **options):
    return GPT2Config(
        vocab_size=D_VOCAB,
        n_embd=D_MODEL,
        n_layer=layers,
        n_head=N_HEADS,
        n_positions=N_CTX,
        n_ctx=N_CTX,
        bos_token_id=0,
        eos_token_id=0,
        **options,
    )


CASES = [
    Case("neox-parallel", "EleutherAI/pythia-70m", neox(3, rotary_pct=0.5), seed=1),
    Case(
        "neox-sequential",
        "EleutherAI/pythia-70m",
        neox(2, rotary_pct=0.75, rotary_emb_base=500, use_parallel_residual=False, layer_norm_eps=1e-3),
        seed=2,
    ),
    Case("gpt2", "gpt2", gpt2(2), seed=4),
]

# Settings that TransformerLens does not load, or takes for others: only their logits are compared, with transformers'.
LAYOUTS = [
    Case(
        "neox-tied",
        "",
        neox(2, rotary_pct=1.0, tie_word_embeddings=True, attention_bias=False, hidden_act="gelu_new"),
        seed=5,
    ),
    Case("gpt2-untied", "", gpt2(2, tie_word_embeddings=False, n_inner=40, activation_function="relu"), seed=6),
    Case("gpt2-gelu", "", gpt2(2, activation_function="gelu", layer_norm_epsilon=1e-3), seed=7),
]


def randomize(model, seed):
    """Draws every parameter of `model` afresh."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in sorted(model.named_parameters()):
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter.dim() == 1:
            centre = 1.0 if "norm" in name or "ln_" in name else 0.0
            drawn = centre + 0.3 * noise
        elif "embed" in name or "wte" in name or "wpe" in name:
            drawn = 0.6 * noise
        else:
            drawn = noise * (1.4 / D_MODEL**0.5)
        parameter.data = exact_in_half_precision(drawn)


def exact_in_half_precision(values):
    """The nearest values that both bf16 (8 significant bits) and f16 (normal from 2^-14 up) hold exactly."""
    rounded = values.bfloat16().float()
    return torch.where(rounded.abs() < 2**-14, torch.zeros(()), rounded)


def new_tokenizer():
    """A byte-level BPE like GPT-2's; the model's vocabulary is padded beyond it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=D_VOCAB - 8,
        special_tokens=[BOS],
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def save(case, folder):
    """Writes the checkpoint as transformers does: config.json, model.safetensors and the tokenizer."""
    model = case.model(case.config).eval()
    randomize(model, case.seed)
    model.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    PreTrainedTokenizerFast(
        tokenizer_object=new_tokenizer(), bos_token=BOS, eos_token=BOS, unk_token=BOS
    ).save_pretrained(folder)


def tokenizer_of(folder):
    return Tokenizer.from_file(str(folder / "tokenizer.json"))
