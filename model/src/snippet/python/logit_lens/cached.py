prompt = PROMPTS[PROMPT]
words = [word(token) for token in ids_of(prompt["text"])]
_, cache = run(prompt)
stack, entries = cache.accumulated_resid(
    layer=-1, incl_mid=not model.cfg.parallel_attn_mlp, return_labels=True
)
# one norm for all entries: the final one's cached scale
normalized = cache.apply_ln_to_stack(stack, layer=-1) * model.ln_final.w + model.ln_final.b
logits = model.unembed(normalized)[:, 0]  # [entry, position, d_vocab]
probabilities = logits.softmax(-1)
