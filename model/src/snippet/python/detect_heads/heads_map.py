rows = [f"L{layer}" for layer in range(model.cfg.n_layers)]
columns = [f"H{head}" for head in range(model.cfg.n_heads)]
values = pd.DataFrame(scores.numpy(), index=rows, columns=columns)
