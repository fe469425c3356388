def own(prompt):
    """What this head adds to the logit difference of a prompt."""
    cache = run(prompt)[1]
    direction, _ = direction_of(prompt)
    result = cache["z", LAYER][0, -1, HEAD] @ model.W_O[LAYER, HEAD]
    return attribute(cache, result[None, None], direction).item()
