prompt = PROMPTS[PROMPT]
words = [word(token) for token in ids_of(prompt["text"])]
_, cache = run(prompt)
# a norm of its own for each entry, as if the model ended there
normalized, entries = cache.accumulated_resid(
    layer=-1, incl_mid=not model.cfg.parallel_attn_mlp, return_labels=True, apply_ln=True
)
logits = model.unembed(normalized)[:, 0]  # [entry, position, d_vocab]
probabilities = logits.softmax(-1)
