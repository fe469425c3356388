embeddings = 1 if model.cfg.positional_embedding_type == "rotary" else 2
rows = []
for prompt in PROMPTS:
    logits, cache = run(prompt)
    layers, _ = layer_parts(cache, prompt)
    row = {
        "logit_diff": contrast(logits, prompt).item(),
        "embed": layers[:embeddings].sum(),
        "heads": head_parts(cache, prompt).sum(),
        "mlps": layers[embeddings + 1 : -1 : 2].sum(),
        "biases": bias_parts(cache, prompt).sum() + layers[-1],
        "sum": layers.sum(),
    }
    rows.append(row)
rows = pd.DataFrame(rows)
difference = rows.pop("logit_diff")
whole = rows.pop("sum")
values = pd.Series(
    {
        "mean_logit_diff": difference.mean(),
        "stderr_logit_diff": difference.std(ddof=1) / len(rows) ** 0.5,
        "attributed": whole.mean(),
        "residual_error": (difference - whole).abs().max(),
        **rows.mean(),
    }
)
