def ends_of(prompt):
    """A pair: the tokens of both runs, their caches, and what is measured of each."""
    ids = [torch.tensor([ids_of(prompt[text])]) for text in ("text", "corrupted")]
    assert ids[0].shape == ids[1].shape, "a prompt and its twin must match token for token"
    runs = [model.run_with_cache(tokens) for tokens in ids]
    clean_logits = runs[0][0][0, -1]
    measure = lambda logits: metric_of(logits[0, -1], prompt, clean_logits)
    return ids, [cache for _, cache in runs], measure, [measure(logits).item() for logits, _ in runs]
