prompt = PROMPTS[PROMPT]
words = [word(token) for token in ids_of(prompt["text"])]
_, cache = run(prompt)
pattern = cache["pattern", LAYER][0, HEAD]  # [query, key]
written = cache["v", LAYER][0, :, HEAD] @ model.W_O[LAYER, HEAD]  # what each key's value would write: [key, d_model]
causal = torch.ones_like(pattern).tril().bool()
