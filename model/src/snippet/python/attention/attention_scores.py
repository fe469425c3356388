from transformer_lens.head_detector import detect_head

# detect_head tokenizes by itself; this way it gets the same tokens as everything else
model.to_tokens = lambda text: torch.tensor([ids])
gaps = (torch.arange(len(ids))[:, None] - torch.arange(len(ids))).tril()  # tokens from query back to key
scores = {
    "previous_token_head": detect_head(model, "-", "previous_token_head"),
    "duplicate_token_head": detect_head(model, "-", "duplicate_token_head"),
    "induction_head": detect_head(model, "-", "induction_head"),
    "entropy": torch.special.entr(patterns).sum(-1).mean(-1),
    "first_token": patterns[..., 0].mean(-1),
    "distance": (patterns * gaps).sum(-1).mean(-1),
}
layers, heads = range(model.cfg.n_layers), range(model.cfg.n_heads)
columns = {"layer": [layer for layer in layers for _ in heads], "head": [head for _ in layers for head in heads]}
values = pd.DataFrame({**columns, **{name: score.flatten().numpy() for name, score in scores.items()}})
