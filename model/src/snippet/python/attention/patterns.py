ids = ids_of(PROMPTS[PROMPT]["text"])
_, cache = run(PROMPTS[PROMPT])
patterns = torch.stack([cache["pattern", layer][0] for layer in range(model.cfg.n_layers)])  # [layer, head, query, key]
