"""A random checkpoint of pythia-410m's shape, with a tokenizer that knows the film reviews word by word.

Run by itself, `python tests/bench/checkpoint.py FOLDER`, it knows the words of the tests' tiny checkpoints.
"""

import math
import sys
from pathlib import Path

import torch
from safetensors import safe_open
from transformers import GPTNeoXConfig, GPTNeoXForCausalLM, PreTrainedTokenizerFast

sys.path.insert(0, str(Path(__file__).parent.parent / "golden"))
import tiny
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

SHAPE = GPTNeoXConfig(
    vocab_size=50304,
    hidden_size=1024,
    num_hidden_layers=24,
    num_attention_heads=16,
    intermediate_size=4096,
    rotary_pct=0.25,
    bos_token_id=0,
    eos_token_id=0,
)


def save(folder, texts, shape=SHAPE):
    """Writes it, unless it is there: f32 (1.6 GB of pythia-410m's shape), the norms and biases random too."""
    if (folder / "tokenizer.json").exists():
        return
    torch.manual_seed(0)
    model = GPTNeoXForCausalLM(shape)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 1:
                parameter.copy_(("norm" in name and "weight" in name) + 0.1 * torch.randn_like(parameter))
    model.save_pretrained(folder)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=4096, special_tokens=[tiny.BOS], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator([*texts, " great awful"] * 4, trainer)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=tiny.BOS, eos_token=tiny.BOS, unk_token=tiny.BOS
    ).save_pretrained(folder)


def weight_bytes(folder):
    """Bytes of all tensors in f32."""
    elements = 0
    for file in folder.glob("*.safetensors"):
        with safe_open(file, "pt") as tensors:
            elements += sum(math.prod(tensors.get_slice(name).get_shape()) for name in tensors.keys())
    return 4 * elements


if __name__ == "__main__":
    save(Path(sys.argv[1]), tiny.CORPUS)
