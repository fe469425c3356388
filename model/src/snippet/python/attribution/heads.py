def head_parts(cache, prompt):
    """Every head's output: [layer, head]."""
    direction, _ = direction_of(prompt)
    stack = cache.stack_head_results(layer=-1, pos_slice=-1)
    return attribute(cache, stack, direction).reshape(model.cfg.n_layers, -1)
