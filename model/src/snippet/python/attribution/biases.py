def bias_parts(cache, prompt):
    """Every layer's attention bias b_O, which its heads' outputs leave out: [layer]."""
    direction, _ = direction_of(prompt)
    return attribute(cache, model.b_O[:, None], direction)
