chosen = [prompt for prompt in PROMPTS if GROUP is None or prompt.get("group") == GROUP]
rows = [head_parts(run(prompt)[1], prompt) for prompt in chosen]
values = pd.DataFrame(
    np.mean(rows, 0),
    index=[f"L{layer}" for layer in range(model.cfg.n_layers)],
    columns=[f"H{head}" for head in range(model.cfg.n_heads)],
)
