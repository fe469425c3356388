rows = [bias_parts(run(prompt)[1], prompt) for prompt in PROMPTS]
values = averages(rows, [f"{layer}_b_O" for layer in range(model.cfg.n_layers)])
